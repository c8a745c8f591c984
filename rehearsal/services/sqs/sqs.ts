/**
 * SQS, and Lambda's poller that hands batches to functions. At least once, in no promised order; a message that came too often
 * goes to the dead letters of its queue.
 */
import { AwsFault, type Chance, type Clock, type Letter, type Timer } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import type { QueueSource } from '#rehearsal/install/serverless.ts';
import type { MessageAttribute } from '#rehearsal/services/sns/filter-policy.ts';

type Source = QueueSource & { functionKey: string };

/** Message attributes, with their types. */
export type GivenAttributes = Record<string, MessageAttribute>;

export interface Message extends Letter {
  given: GivenAttributes;
  firstReceivedAt: number; // 0: never
}

interface Taken {
  message: Message;
  back: Timer; // when its visibility ends
}

export interface Queue {
  name: string;
  properties: Record<string, unknown>; // as CloudFormation names them, and so does the API
  madeAt: number;
  waiting: Message[];
  taken: Map<string, Taken>; // by receipt handle: those that somebody received
  source: Source | null;
  open: boolean; // a batching window is open
  busy: number; // batches at a function
  woken: (() => void)[]; // who waits for a message
}

/** A batch is cut at 6 MB (trap 26). */
const BATCH_BYTES = 6 * 1024 * 1024;

export interface SqsParts {
  clock: Clock;
  chance: Chance;
  invoke: (functionKey: string, event: unknown) => Promise<unknown>;
  /** Throws AwsFault where Lambda's poller may not open the queue with the role of the function. */
  poll: (queue: string, functionKey: string) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
  /** Where its queues are, for their ARNs and URLs. */
  place: { endpoint: string; account: string; region: string };
}

export class Sqs {
  readonly queues: Map<string, Queue>;
  readonly parts: SqsParts;

  constructor(queues: { name: string; properties: Record<string, unknown> }[], sources: Source[], parts: SqsParts) {
    this.parts = parts;
    this.queues = new Map();
    for (const { name, properties } of queues)
      this.add(name, properties, sources.find(({ arn }) => last(arn) === name) ?? null);
  }

  add(name: string, properties: Record<string, unknown>, source: Source | null = null): void {
    const empty = { waiting: [], taken: new Map(), woken: [], open: false, busy: 0 };
    this.queues.set(name, { ...empty, name, properties, source, madeAt: this.parts.clock.now() });
  }

  /** What lies in a queue. */
  letters(name: string): Letter[] {
    return this.queue(name).waiting;
  }

  /** By name, ARN or URL; returns the message's id. */
  send(queueId: string, body: string, given: GivenAttributes = {}, delayMs?: number): string {
    const queue = this.queue(queueId);
    const { clock, chance } = this.parts;
    const messageId = uuid(chance);
    const texts = Object.entries(given).map(([name, { StringValue }]) => [name, StringValue ?? ''] as const);
    const attributes = Object.fromEntries(texts);
    const message = { messageId, body, attributes, given, sentAt: clock.now(), receives: 0, firstReceivedAt: 0 };
    const delay = delayMs ?? Number(queue.properties.DelaySeconds ?? 0) * 1000;
    if (delay > 0) clock.after(delay, `delay of ${queue.name}`, () => this.#arrive(queue, message));
    else this.#arrive(queue, message);
    return messageId;
  }

  /** At most `count`, each with a handle, and invisible to others for so long. */
  receive(queue: Queue, count: number, visibilityMs: number): { message: Message; handle: string }[] {
    return queue.waiting.splice(0, count).map((message) => {
      message.receives++;
      message.firstReceivedAt ||= this.parts.clock.now();
      const handle = Buffer.from(`${message.messageId}/${message.receives}`).toString('base64');
      this.hide(queue, handle, message, visibilityMs);
      return { message, handle };
    });
  }

  /** Nobody sees the message for so long, then it comes again or is dead. */
  hide(queue: Queue, handle: string, message: Message, visibilityMs: number): void {
    queue.taken.get(handle)?.back.cancel();
    const back = this.parts.clock.after(visibilityMs, `visibility of ${queue.name}`, () => {
      queue.taken.delete(handle);
      this.#again(queue, message);
    });
    queue.taken.set(handle, { message, back });
  }

  /** Throws for a queue that is not there. */
  queue(id: string): Queue {
    const queue = this.queues.get(last(id));
    if (!queue) throw new AwsFault('QueueDoesNotExist', `The specified queue does not exist: ${last(id)}`);
    return queue;
  }

  #arrive(queue: Queue, message: Message): void {
    queue.waiting.push(message);
    if (!queue.source) this.parts.note('letter', queue.name, message.attributes.reason ?? message.body.slice(0, 80));
    for (const wake of queue.woken.splice(0)) wake();
    this.#poll(queue);
  }

  #again(queue: Queue, message: Message): void {
    const redrive = redriveOf(queue);
    if (redrive && message.receives >= redrive.maxReceiveCount)
      this.#arrive(this.queue(redrive.deadLetterTargetArn), { ...message, receives: 0 });
    else queue.waiting.push(message);
    for (const wake of queue.woken.splice(0)) wake();
    this.#poll(queue);
  }

  /** The window opens with the first message, and closes early when a batch is full. */
  #poll(queue: Queue): void {
    const { source, waiting } = queue;
    if (!source || waiting.length === 0) return;
    if (waiting.length >= source.batchSize) this.#deliver(queue, source);
    else if (!queue.open) {
      queue.open = true;
      this.parts.clock.after(source.windowSeconds * 1000, `batch of ${queue.name}`, () => {
        queue.open = false;
        this.#deliver(queue, source);
      });
    }
  }

  #deliver(queue: Queue, source: Source): void {
    if (queue.busy >= source.maximumConcurrency || queue.waiting.length === 0 || !this.#mayPoll(queue, source)) return;
    const batch: Message[] = [];
    let bytes = 0;
    for (const message of queue.waiting.slice(0, source.batchSize)) {
      bytes += Buffer.byteLength(message.body);
      if (bytes > BATCH_BYTES && batch.length > 0) break;
      batch.push(message);
    }
    queue.waiting.splice(0, batch.length);
    for (const message of batch) message.receives++;
    queue.busy++;
    const whole = { batchItemFailures: batch.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    this.parts.invoke(source.functionKey, { Records: batch.map((message) => record(message, source)) }).then(
      (answer) => this.#answered(queue, batch, answer),
      () => this.#answered(queue, batch, whole),
    );
  }

  #mayPoll({ name }: Queue, { functionKey }: Source): boolean {
    try {
      this.parts.poll(name, functionKey);
      return true;
    } catch (error) {
      this.parts.note('undelivered', name, (error as Error).message);
      return false;
    }
  }

  /** Messages that failed come again when their visibility ends; the others are gone. */
  #answered(queue: Queue, batch: Message[], answer: unknown): void {
    queue.busy--;
    const failures = (answer as { batchItemFailures?: { itemIdentifier: string }[] } | null)?.batchItemFailures ?? [];
    const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch.filter(({ messageId }) => failed.has(messageId)))
      this.parts.clock.after(visibilityMs(queue), `visibility of ${queue.name}`, () => this.#again(queue, message));
    this.#poll(queue);
  }
}

/** Attributes that are all text, as AWS's own services send them with a letter. */
export function textAttributes(texts: Record<string, string>): GivenAttributes {
  const typed = Object.entries(texts).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  return Object.fromEntries(typed);
}

export function visibilityMs({ properties }: Queue): number {
  return Number(properties.VisibilityTimeout ?? 30) * 1000;
}

/** The template has it as an object, the API as JSON. */
function redriveOf({ properties }: Queue): { deadLetterTargetArn: string; maxReceiveCount: number } | null {
  const given = properties.RedrivePolicy || null;
  return typeof given === 'string' ? JSON.parse(given) : (given as ReturnType<typeof redriveOf>);
}

function record({ messageId, body, receives, sentAt, given }: Message, { arn }: Source): Record<string, unknown> {
  const attributes = Object.entries(given).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { dataType: DataType, stringValue: StringValue, binaryValue: BinaryValue },
  ]);
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt) },
    messageAttributes: Object.fromEntries(attributes),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
  };
}

/** Name of a queue from its ARN, its URL, or itself. */
function last(id: string): string {
  return id.split(/[:/]/).pop() ?? id;
}
