/** SNS: topics whose messages end in an inbox, as an e-mail subscriber sees them. */
import { AwsFault, type Chance, type Clock, type Fake, type Mail } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/chance.ts';

const MAX_BYTES = 262_144;

interface Publish {
  TopicArn?: string;
  Message?: string;
  Subject?: string;
  MessageStructure?: string;
  MessageAttributes?: Record<string, { DataType?: string; StringValue?: string }>;
}

export class Sns implements Fake {
  readonly service = 'sns';
  readonly #topics: Map<string, string>; // ARN → name
  readonly #parts: { clock: Clock; chance: Chance; deliver: (mail: Mail) => void; doubled: (topic: string) => boolean };

  constructor(
    topics: { arn: string; name: string }[],
    parts: { clock: Clock; chance: Chance; deliver: (mail: Mail) => void; doubled: (topic: string) => boolean },
  ) {
    this.#topics = new Map(topics.map(({ arn, name }) => [arn, name]));
    this.#parts = parts;
  }

  readonly operations = {
    Publish: (input: Publish) => this.publish(input),
  };

  publish(input: Publish): { MessageId: string } {
    const topic = this.#topics.get(String(input.TopicArn));
    if (!topic) throw new AwsFault('NotFound', 'Topic does not exist', 404);
    const message = input.Message ?? '';
    if (message === '') throw new AwsFault('InvalidParameter', 'Invalid parameter: Empty message');
    if (Buffer.byteLength(message) > MAX_BYTES)
      throw new AwsFault('InvalidParameter', 'Invalid parameter: Message too long');
    // AWS: ASCII, below 100 characters, no line breaks or control characters.
    if (input.Subject !== undefined && !/^[\x20-\x7e]{1,99}$/.test(input.Subject))
      throw new AwsFault('InvalidParameter', 'Invalid parameter: Subject');
    const { clock, chance, deliver, doubled } = this.#parts;
    const messageId = uuid(chance);
    const attributes = Object.entries(input.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      value.StringValue ?? '',
    ]);
    const mail: Mail = {
      at: clock.now(),
      topic,
      messageId,
      subject: input.Subject ?? 'AWS Notification Message',
      body: input.MessageStructure === 'json' ? forMail(message) : message,
      attributes: Object.fromEntries(attributes),
    };
    deliver(mail);
    if (doubled(topic)) clock.after(30_000, 'a mail that comes twice', () => deliver({ ...mail, at: clock.now() }));
    return { MessageId: messageId };
  }
}

function forMail(message: string): string {
  try {
    const texts = JSON.parse(message) as Record<string, unknown>;
    if (typeof texts.default === 'string') return typeof texts.email === 'string' ? texts.email : texts.default;
  } catch {
    throw new AwsFault('InvalidParameter', 'Invalid parameter: Message Structure - JSON message body failed to parse');
  }
  throw new AwsFault(
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  );
}
