/**
 * SQS, and Lambda's poller that hands batches to functions. At least once, in no promised order; a message that came too often
 * goes to the dead letters of its queue.
 */
import { AwsFault, type Chance, type Clock, type Fake, type Letter } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/chance.ts';
import type { QueueSource } from '#rehearsal/serverless.ts';

type Source = QueueSource & { functionKey: string };

interface Queue {
  name: string;
  waiting: Letter[];
  visibilityMs: number;
  dead: { queue: string; after: number } | null;
  source: Source | null;
  open: boolean; // a batching window is open
  busy: number; // batches at a function
}

/** A batch is cut at 6 MB (trap 26). */
const BATCH_BYTES = 6 * 1024 * 1024;

export interface SqsParts {
  clock: Clock;
  chance: Chance;
  invoke: (functionKey: string, event: unknown) => Promise<unknown>;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
}

export class Sqs implements Fake {
  readonly service = 'sqs';
  readonly #queues: Map<string, Queue>;
  readonly #parts: SqsParts;

  constructor(queues: { name: string; properties: Record<string, unknown> }[], sources: Source[], parts: SqsParts) {
    this.#parts = parts;
    this.#queues = new Map(queues.map(({ name, properties }) => [name, made(name, properties, sources)]));
  }

  readonly operations = {
    SendMessage: (input: {
      QueueUrl: string;
      MessageBody: string;
      MessageAttributes?: Record<string, { StringValue?: string }>;
    }) => {
      const attributes = Object.entries(input.MessageAttributes ?? {}).map(
        ([name, { StringValue }]) => [name, StringValue ?? ''] as const,
      );
      return { MessageId: this.send(input.QueueUrl, input.MessageBody, Object.fromEntries(attributes)) };
    },
  };

  /** What lies in a queue. */
  letters(name: string): Letter[] {
    return this.#queue(name).waiting;
  }

  /** By name, ARN or URL. */
  send(queueId: string, body: string, attributes: Record<string, string> = {}): string {
    const queue = this.#queue(last(queueId));
    const messageId = uuid(this.#parts.chance);
    queue.waiting.push({ messageId, body, attributes, sentAt: this.#parts.clock.now(), receives: 0 });
    if (!queue.source) this.#parts.note('letter', queue.name, attributes.reason ?? body.slice(0, 80));
    this.#poll(queue);
    return messageId;
  }

  /** The window opens with the first message, and closes early when a batch is full. */
  #poll(queue: Queue): void {
    const { source, waiting } = queue;
    if (!source || waiting.length === 0) return;
    if (waiting.length >= source.batchSize) this.#deliver(queue, source);
    else if (!queue.open) {
      queue.open = true;
      this.#parts.clock.after(source.windowSeconds * 1000, `batch of ${queue.name}`, () => {
        queue.open = false;
        this.#deliver(queue, source);
      });
    }
  }

  #deliver(queue: Queue, source: Source): void {
    if (queue.busy >= source.maximumConcurrency || queue.waiting.length === 0) return;
    const batch: Letter[] = [];
    let bytes = 0;
    for (const letter of queue.waiting.slice(0, source.batchSize)) {
      bytes += Buffer.byteLength(letter.body);
      if (bytes > BATCH_BYTES && batch.length > 0) break;
      batch.push(letter);
    }
    queue.waiting.splice(0, batch.length);
    for (const letter of batch) letter.receives++;
    queue.busy++;
    const whole = { batchItemFailures: batch.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    this.#parts.invoke(source.functionKey, { Records: batch.map((letter) => record(letter, source)) }).then(
      (answer) => this.#answered(queue, batch, answer),
      () => this.#answered(queue, batch, whole),
    );
  }

  /** Messages that failed come again when their visibility ends; the others are gone. */
  #answered(queue: Queue, batch: Letter[], answer: unknown): void {
    queue.busy--;
    const failures = (answer as { batchItemFailures?: { itemIdentifier: string }[] } | null)?.batchItemFailures ?? [];
    const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    for (const letter of batch.filter(({ messageId }) => failed.has(messageId))) {
      this.#parts.clock.after(queue.visibilityMs, `visibility of ${queue.name}`, () => {
        if (queue.dead && letter.receives >= queue.dead.after) this.send(queue.dead.queue, letter.body);
        else queue.waiting.push(letter);
        this.#poll(queue);
      });
    }
    this.#poll(queue);
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new AwsFault('QueueDoesNotExist', `The specified queue does not exist: ${name}`);
    return queue;
  }
}

function made(name: string, properties: Record<string, unknown>, sources: Source[]): Queue {
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn: string; maxReceiveCount: number } | undefined;
  return {
    name,
    waiting: [],
    visibilityMs: Number(properties.VisibilityTimeout ?? 30) * 1000,
    dead: redrive ? { queue: redrive.deadLetterTargetArn, after: redrive.maxReceiveCount } : null,
    source: sources.find(({ arn }) => last(arn) === name) ?? null,
    open: false,
    busy: 0,
  };
}

function record({ messageId, body, receives, sentAt }: Letter, { arn }: Source): Record<string, unknown> {
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt) },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
  };
}

/** Name of a queue from its ARN, its URL, or itself. */
function last(id: string): string {
  return id.split(/[:/]/).pop() ?? id;
}
