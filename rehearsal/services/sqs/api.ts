/** The operations of SQS, as clients outside call them. */
import { createHash } from 'node:crypto';
import { AwsFault, type Caller, type Fake } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { type GivenAttributes, type Message, type Queue, type Sqs, visibilityMs } from '#rehearsal/services/sqs/sqs.ts';

const MAX_BYTES = 1_048_576;
const DAY_SECONDS = 86_400;

/** Attributes of a queue that are numbers: from, to, and what they are unless said. */
const NUMBERS: Record<string, [number, number, number]> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, MAX_BYTES, MAX_BYTES],
  MessageRetentionPeriod: [60, 14 * DAY_SECONDS, 4 * DAY_SECONDS],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, DAY_SECONDS / 2, 30],
};
/** Kept and shown. Who may use a queue is looked at nowhere. */
const TEXTS = ['KmsMasterKeyId', 'Policy', 'RedrivePolicy', 'SqsManagedSseEnabled'];

interface Sent {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: GivenAttributes;
}

interface Received {
  QueueUrl: string;
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
}

export function sqsFake(sqs: Sqs): Fake {
  return { service: 'sqs', operations: operationsOf(sqs) };
}

function operationsOf(sqs: Sqs): Fake['operations'] {
  const { clock, place } = sqs.parts;
  const urlOf = (name: string) => `${place.endpoint}/${place.account}/${name}`;
  const send = (url: string, { MessageBody, DelaySeconds, MessageAttributes = {} }: Sent) => {
    const queue = sqs.queue(url);
    const most = Number(queue.properties.MaximumMessageSize ?? MAX_BYTES);
    if (MessageBody === '')
      throw new AwsFault('MissingParameter', 'The request must contain the parameter MessageBody.');
    if (Buffer.byteLength(MessageBody) > most)
      throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`);
    if (DelaySeconds !== undefined) within('DelaySeconds', DelaySeconds, 0, 900);
    const MessageId = sqs.send(
      url,
      MessageBody,
      MessageAttributes,
      DelaySeconds === undefined ? undefined : DelaySeconds * 1000,
    );
    return { MessageId, MD5OfMessageBody: md5(MessageBody) };
  };
  const remove = (queue: Queue, handle: string): null => {
    if (!isHandle(handle))
      throw new AwsFault(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${handle}" is not a valid receipt handle.`,
      );
    queue.taken.get(handle)?.back.cancel();
    queue.taken.delete(handle);
    return null;
  };

  return {
    CreateQueue: ({ QueueName, Attributes = {} }: { QueueName: string; Attributes?: Record<string, string> }) => {
      if (QueueName.endsWith('.fifo')) throw new AwsFault('UnknownOperationException', 'not rehearsed: FIFO queues');
      if (!/^[\w-]{1,80}$/.test(QueueName))
        throw invalid('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
      for (const [name, value] of Object.entries(Attributes)) checkAttribute(name, value);
      const there = sqs.queues.get(QueueName);
      if (there && Object.entries(Attributes).some(([name, value]) => String(shown(there, name)) !== value))
        throw new AwsFault(
          'QueueNameExists',
          'A queue already exists with the same name and a different value for attribute',
        );
      if (!there) sqs.add(QueueName, Attributes);
      return { QueueUrl: urlOf(QueueName) };
    },
    DeleteQueue: ({ QueueUrl }: { QueueUrl: string }) => {
      const queue = sqs.queue(QueueUrl);
      for (const { back } of queue.taken.values()) back.cancel();
      sqs.queues.delete(queue.name);
    },
    GetQueueUrl: ({ QueueName }: { QueueName: string }) => ({ QueueUrl: urlOf(sqs.queue(QueueName).name) }),
    ListQueues: (input: { QueueNamePrefix?: string; MaxResults?: number; NextToken?: string }) => {
      const { QueueNamePrefix: prefix = '', MaxResults, NextToken } = input;
      const all = [...sqs.queues.keys()].filter((name) => name.startsWith(prefix)).map(urlOf);
      const rule = { operation: 'ListQueues', least: 1, most: 1000, usual: 1000, badToken: 'InvalidParameterValue' };
      const { rows, next } = pageOf(all, { ...rule, badSize: 'InvalidParameterValue' }, prefix, MaxResults, NextToken);
      return { ...(rows.length > 0 && { QueueUrls: rows }), NextToken: MaxResults === undefined ? undefined : next };
    },
    GetQueueAttributes: ({ QueueUrl, AttributeNames: names = [] }: { QueueUrl: string; AttributeNames?: string[] }) => {
      const queue = sqs.queue(QueueUrl);
      const all: Record<string, unknown> = {
        QueueArn: `arn:aws:sqs:${place.region}:${place.account}:${queue.name}`,
        ApproximateNumberOfMessages: queue.waiting.length,
        ApproximateNumberOfMessagesNotVisible: queue.taken.size,
        ApproximateNumberOfMessagesDelayed: 0,
        CreatedTimestamp: Math.floor(queue.madeAt / 1000),
        LastModifiedTimestamp: Math.floor(queue.madeAt / 1000),
        ...Object.fromEntries([...Object.keys(NUMBERS), ...TEXTS].map((name) => [name, shown(queue, name)])),
      };
      const asked = Object.entries(all).filter(
        ([name, value]) => value !== undefined && (names.includes('All') || names.includes(name)),
      );
      return asked.length === 0
        ? {}
        : { Attributes: Object.fromEntries(asked.map(([name, value]) => [name, String(value)])) };
    },
    SendMessage: (input: Sent & { QueueUrl: string }) => send(input.QueueUrl, input),
    SendMessageBatch: ({ QueueUrl, Entries }: { QueueUrl: string; Entries: (Sent & { Id: string })[] }) =>
      batch(checkedBytes(Entries), (entry) => send(QueueUrl, entry)),
    ReceiveMessage: async (input: Received, caller?: Caller) => {
      const { MaxNumberOfMessages: most = 1, VisibilityTimeout, WaitTimeSeconds } = input;
      const queue = sqs.queue(input.QueueUrl);
      within('MaxNumberOfMessages', most, 1, 10);
      if (VisibilityTimeout !== undefined) within('VisibilityTimeout', VisibilityTimeout, 0, DAY_SECONDS / 2);
      const wait = WaitTimeSeconds ?? Number(shown(queue, 'ReceiveMessageWaitTimeSeconds'));
      within('WaitTimeSeconds', wait, 0, 20);
      const hidden = VisibilityTimeout === undefined ? visibilityMs(queue) : VisibilityTimeout * 1000;
      // Only strangers wait: time stands while a task of the rehearsal is answered.
      if (queue.waiting.length === 0 && wait > 0 && caller?.name === 'outside')
        await new Promise<void>((resolve) => {
          const patience = clock.after(wait * 1000, `long poll of ${queue.name}`, resolve);
          queue.woken.push(() => {
            patience.cancel();
            resolve();
          });
        });
      const Messages = sqs.receive(queue, most, hidden).map(({ message, handle }) => told(message, handle, input));
      return Messages.length > 0 ? { Messages } : {};
    },
    DeleteMessage: ({ QueueUrl, ReceiptHandle }: { QueueUrl: string; ReceiptHandle: string }) =>
      remove(sqs.queue(QueueUrl), ReceiptHandle),
    DeleteMessageBatch: (input: { QueueUrl: string; Entries: { Id: string; ReceiptHandle: string }[] }) => {
      const queue = sqs.queue(input.QueueUrl);
      return batch(input.Entries, ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
    },
    ChangeMessageVisibility: (input: { QueueUrl: string; ReceiptHandle: string; VisibilityTimeout: number }) => {
      const queue = sqs.queue(input.QueueUrl);
      within('VisibilityTimeout', input.VisibilityTimeout, 0, DAY_SECONDS / 2);
      const taken = queue.taken.get(input.ReceiptHandle);
      if (!taken) throw new AwsFault('MessageNotInflight', `the message of this receipt handle is not in flight`);
      sqs.hide(queue, input.ReceiptHandle, taken.message, input.VisibilityTimeout * 1000);
    },
  };
}

/** A batch holds as many bytes as one message may. */
function checkedBytes<T extends Sent>(entries: T[]): T[] {
  const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes <= MAX_BYTES) return entries;
  const words = `Batch requests cannot be longer than ${MAX_BYTES} bytes. You have sent ${bytes} bytes.`;
  throw new AwsFault('BatchRequestTooLong', words);
}

/** An entry that is refused does not stop the others. */
function batch<T extends { Id: string }>(entries: T[], each: (entry: T) => object | null) {
  if (entries.length === 0)
    throw new AwsFault('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10)
    throw new AwsFault('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10.`);
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new AwsFault('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...each(entry) });
    } catch (error) {
      if (!(error instanceof AwsFault) || error.code === 'QueueDoesNotExist') throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

/** What was asked for of a message: no attributes unless by name, `All`, or the beginning of a name with `.*`. */
function told({ messageId, body, given, sentAt, receives, firstReceivedAt }: Message, handle: string, asked: Received) {
  const names = [...(asked.AttributeNames ?? []), ...(asked.MessageSystemAttributeNames ?? [])];
  const system = {
    SenderId: 'AIDAREHEARSAL',
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
  };
  const Attributes = Object.entries(system).filter(([name]) => names.includes('All') || names.includes(name));
  const wanted = asked.MessageAttributeNames ?? [];
  const isWanted = (name: string) =>
    wanted.some((one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))));
  const attributes = Object.entries(given).filter(([name]) => isWanted(name));
  return {
    MessageId: messageId,
    ReceiptHandle: handle,
    MD5OfBody: md5(body),
    Body: body,
    ...(Attributes.length > 0 && { Attributes: Object.fromEntries(Attributes) }),
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
  };
}

function shown({ properties }: Queue, name: string): unknown {
  const value = properties[name] ?? NUMBERS[name]?.[2];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function checkAttribute(name: string, value: string): void {
  const [least, most] = NUMBERS[name] ?? [];
  const isNumber = least !== undefined && most !== undefined;
  if (!isNumber && !TEXTS.includes(name))
    throw new AwsFault('UnknownOperationException', `not rehearsed: the attribute ${name} of a queue`);
  if (isNumber && !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most))
    throw new AwsFault('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function within(name: string, value: number, least: number, most: number): void {
  if (value < least || value > most)
    throw invalid(
      `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
    );
}

function invalid(words: string): AwsFault {
  return new AwsFault('InvalidParameterValue', words);
}

function isHandle(handle: string): boolean {
  return /^[\da-f-]{36}\/\d+$/.test(Buffer.from(handle, 'base64').toString());
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
