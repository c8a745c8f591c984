/** A message of a topic, and its forms: what an e-mail, a queue and a function get of it. */
import { createHash } from 'node:crypto';
import { AwsFault } from '#rehearsal/api.ts';
import type { MessageAttribute } from '#rehearsal/services/sns/filter-policy.ts';

const MAX_BYTES = 262_144;

export interface Publish {
  TopicArn?: string;
  TargetArn?: string;
  PhoneNumber?: string;
  Message?: string;
  Subject?: string;
  MessageStructure?: string;
  MessageAttributes?: Record<string, MessageAttribute>;
}

export interface SnsMessage {
  id: string;
  at: number; // epoch milliseconds
  topicArn: string;
  subject: string | undefined;
  texts: Record<string, string>; // by protocol; `default` is always there
  attributes: Record<string, MessageAttribute>;
}

/** Throws AWS's errors for what cannot be published. */
export function checkedTexts({ Message: text = '', MessageStructure, Subject, MessageAttributes = {} }: Publish) {
  if (text === '') throw new AwsFault('InvalidParameter', 'Invalid parameter: Empty message');
  for (const [name, attribute] of Object.entries(MessageAttributes)) checkAttribute(name, attribute);
  const sizes = Object.entries(MessageAttributes).map(
    ([name, { DataType, StringValue, BinaryValue }]) => `${name}${DataType}${StringValue ?? BinaryValue}`,
  );
  if (Buffer.byteLength(text + sizes.join('')) > MAX_BYTES)
    throw new AwsFault('InvalidParameter', 'Invalid parameter: Message too long');
  // AWS: ASCII, below 100 characters, no line breaks or control characters.
  if (Subject !== undefined && !/^[\x20-\x7e]{1,99}$/.test(Subject))
    throw new AwsFault('InvalidParameter', 'Invalid parameter: Subject');
  return MessageStructure === 'json' ? byProtocol(text) : { default: text };
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const bad = (words: string) => new AwsFault('ParameterValueInvalid', `The message attribute '${name}' ${words}`);
  if (!/^[\w.-]{1,256}$/.test(name)) throw bad('has a name with characters that are not allowed.');
  if (!/^(String|Number|Binary)(\..+)?$/.test(DataType))
    throw bad(
      'has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.',
    );
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (value === undefined || value.length === 0)
    throw bad(`must contain non-empty message attribute value for message attribute type '${DataType}'.`);
  if (DataType.startsWith('Number') && !Number.isFinite(Number(value)))
    throw bad(`has a value that is no number: ${value}.`);
}

/** Values that are no text are ignored. */
function byProtocol(text: string): Record<string, string> {
  let texts: Record<string, unknown>;
  try {
    texts = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new AwsFault('InvalidParameter', 'Invalid parameter: Message Structure - JSON message body failed to parse');
  }
  const told = Object.entries(Object(texts)).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (told.some(([protocol]) => protocol === 'default')) return Object.fromEntries(told);
  throw new AwsFault(
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  );
}

export function textFor(message: SnsMessage, protocol: string): string {
  return message.texts[protocol] ?? message.texts.default ?? '';
}

/** What a queue gets, and `email-json`. `endpoint`: where the link that unsubscribes leads. */
export function envelope(message: SnsMessage, protocol: string, subscriptionArn: string, endpoint: string): string {
  const text = textFor(message, protocol);
  const attributes = valuesOf(message);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: message.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: text,
    Timestamp: new Date(message.at).toISOString(),
    SignatureVersion: '1',
    Signature: signature(message, text),
    SigningCertURL: certificate(message),
    UnsubscribeURL: unsubscribeUrl(endpoint, subscriptionArn),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  });
}

/** What a function gets. */
export function lambdaEvent(message: SnsMessage, subscriptionArn: string, endpoint: string): unknown {
  const text = textFor(message, 'lambda');
  const Sns = {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: message.topicArn,
    Subject: message.subject ?? null,
    Message: text,
    Timestamp: new Date(message.at).toISOString(),
    SignatureVersion: '1',
    Signature: signature(message, text),
    SigningCertUrl: certificate(message),
    UnsubscribeUrl: unsubscribeUrl(endpoint, subscriptionArn),
    MessageAttributes: valuesOf(message),
  };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscriptionArn, Sns }] };
}

function valuesOf({ attributes }: SnsMessage): Record<string, { Type: string; Value: string }> {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => {
    const Value = StringValue ?? (typeof BinaryValue === 'string' ? BinaryValue : '');
    return [name, { Type: DataType, Value }] as const;
  });
  return Object.fromEntries(entries);
}

/** Has the form of one, and no key: nobody can verify it. */
function signature({ id, topicArn }: SnsMessage, text: string): string {
  return createHash('sha512').update(`${id} ${topicArn} ${text}`).digest('base64');
}

function certificate({ topicArn }: SnsMessage): string {
  const region = topicArn.split(':')[3] ?? '';
  return `https://sns.${region}.amazonaws.com/SimpleNotificationService-${'0'.repeat(32)}.pem`;
}

function unsubscribeUrl(endpoint: string, arn: string): string {
  return `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
}
