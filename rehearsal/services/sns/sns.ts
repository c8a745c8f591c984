/**
 * SNS: topics, their subscriptions, and what comes of a message: mail in the inbox of each subscription, a message in a queue, a call of
 * a function. Every topic has people from the beginning: a confirmed address, whose mail is the rehearsal's.
 */
import { AwsFault, type Caller, type Chance, type Clock, type Fake, type Mail } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import {
  checkedTexts,
  envelope,
  lambdaEvent,
  type Publish,
  type SnsMessage,
  textFor,
} from '#rehearsal/services/sns/message.ts';
import { type Subscription, Subscriptions, type Wanted } from '#rehearsal/services/sns/subscriptions.ts';
import type { GivenAttributes } from '#rehearsal/services/sqs/sqs.ts';

/** Who is subscribed to every topic from the beginning. */
export const PEOPLE = 'people@example.com';

export interface SnsParts {
  clock: Clock;
  chance: Chance;
  endpoint: string;
  /** Mail to people. */
  deliver: (mail: Mail) => void;
  /** Asked once per message: its mails come twice. */
  doubled: (topic: string) => boolean;
  /** Throws where it does not arrive. */
  enqueue: (queueArn: string, body: string, attributes: GivenAttributes, topicArn: string) => void;
  invoke: (functionArn: string, event: unknown) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
}

export class Sns implements Fake {
  readonly service = 'sns';
  readonly subscriptions: Subscriptions;
  readonly #topics: Map<string, string>; // ARN → name
  readonly #people: ReadonlySet<Subscription>;
  readonly #parts: SnsParts;

  constructor(topics: { arn: string; name: string }[], parts: SnsParts) {
    this.#topics = new Map(topics.map(({ arn, name }) => [arn, name]));
    this.#parts = parts;
    this.subscriptions = new Subscriptions(parts.clock, parts.chance.of('subscriptions'));
    const people = topics.map(({ arn }) => {
      const { token } = this.subscriptions.add({ TopicArn: arn, Protocol: 'email', Endpoint: PEOPLE });
      return this.subscriptions.confirm(arn, token, false, false);
    });
    this.#people = new Set(people);
  }

  readonly operations = {
    Publish: (input: Publish) => this.publish(input),

    Subscribe: (input: Wanted & { ReturnSubscriptionArn?: boolean }) => {
      this.#topic(input.TopicArn);
      const subscription = this.subscriptions.add(input);
      const { arn, pendingUntil } = subscription;
      if (pendingUntil === null) return { SubscriptionArn: arn };
      this.#ask(subscription);
      return { SubscriptionArn: input.ReturnSubscriptionArn ? arn : 'pending confirmation' };
    },

    ConfirmSubscription: (
      {
        TopicArn,
        Token,
        AuthenticateOnUnsubscribe,
      }: { TopicArn: string; Token: string; AuthenticateOnUnsubscribe?: string },
      caller?: Caller,
    ) => {
      this.#topic(TopicArn);
      const closed = AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      return { SubscriptionArn: this.subscriptions.confirm(TopicArn, Token, caller !== undefined, closed).arn };
    },

    Unsubscribe: ({ SubscriptionArn }: { SubscriptionArn: string }, caller?: Caller) =>
      this.subscriptions.remove(SubscriptionArn, caller !== undefined),

    ListSubscriptions: ({ NextToken }: { NextToken?: string }) => listed(this.subscriptions.of(), 'all', NextToken),

    ListSubscriptionsByTopic: ({ TopicArn, NextToken }: { TopicArn: string; NextToken?: string }) => {
      this.#topic(TopicArn);
      return listed(this.subscriptions.of(TopicArn), TopicArn, NextToken);
    },

    GetSubscriptionAttributes: ({ SubscriptionArn }: { SubscriptionArn: string }) => ({
      Attributes: attributesOf(this.subscriptions.get(SubscriptionArn)),
    }),

    SetSubscriptionAttributes: (input: { SubscriptionArn: string; AttributeName: string; AttributeValue?: string }) =>
      this.subscriptions.set(input.SubscriptionArn, input.AttributeName, input.AttributeValue ?? ''),

    ListTopics: ({ NextToken }: { NextToken?: string }) => {
      const topics = [...this.#topics.keys()].map((TopicArn) => ({ TopicArn }));
      const { rows, next } = pageOf(topics, { ...PAGE, operation: 'ListTopics' }, 'all', undefined, NextToken);
      return { Topics: rows, NextToken: next };
    },

    GetTopicAttributes: ({ TopicArn }: { TopicArn: string }) => {
      this.#topic(TopicArn);
      const all = this.subscriptions.of(TopicArn);
      const pending = all.filter(({ pendingUntil }) => pendingUntil !== null).length;
      return {
        Attributes: {
          TopicArn,
          Owner: TopicArn.split(':')[4] ?? '',
          DisplayName: '',
          SubscriptionsConfirmed: String(all.length - pending),
          SubscriptionsPending: String(pending),
          SubscriptionsDeleted: String(this.subscriptions.deleted(TopicArn)),
        },
      };
    },
  };

  publish(input: Publish): { MessageId: string } {
    if (input.PhoneNumber) throw new AwsFault('UnknownOperationException', 'not rehearsed: sns.Publish to a telephone');
    const topicArn = String(input.TopicArn ?? input.TargetArn);
    const topic = this.#topic(topicArn);
    const texts = checkedTexts(input);
    const { clock, chance, doubled, note } = this.#parts;
    const attributes = input.MessageAttributes ?? {};
    const message: SnsMessage = {
      id: uuid(chance),
      at: clock.now(),
      topicArn,
      subject: input.Subject,
      texts,
      attributes,
    };
    const mails: (() => void)[] = [];
    const heard = this.subscriptions.of(topicArn).filter(({ pendingUntil, protocol, accepts }) => {
      return pendingUntil === null && accepts({ attributes, body: textFor(message, protocol) });
    });
    if (heard.length === 0) note('unheard', topic, message.subject ?? '', textsOf(attributes));
    for (const subscription of heard) {
      const { protocol } = subscription;
      if (protocol.startsWith('email')) mails.push(() => this.#mail(subscription, topic, message));
      else this.#hand(subscription, message);
    }
    const send = () => {
      for (const mail of mails) mail();
    };
    send();
    if (doubled(topic)) clock.after(30_000, 'a mail that comes twice', send);
    return { MessageId: message.id };
  }

  /** Takes the subscriptions of a topic away, as somebody does who clicks on the link in a mail. `name`: its last word; all, if absent. */
  unsubscribeAll(name?: string): void {
    for (const { arn, topicArn } of this.subscriptions.of()) {
      if (name !== undefined && !`-${this.#topics.get(topicArn)}`.endsWith(`-${name}`)) continue;
      this.subscriptions.remove(arn, true);
      this.#parts.note('unsubscribed', arn, 'is gone');
    }
  }

  #mail(subscription: Subscription, topic: string, message: SnsMessage): void {
    const { protocol, arn, inbox, endpoint } = subscription;
    const { deliver, note, clock, endpoint: at } = this.#parts;
    const mail: Mail = {
      at: clock.now(),
      topic,
      messageId: message.id,
      subject: message.subject ?? 'AWS Notification Message',
      body: protocol === 'email' ? textFor(message, protocol) : envelope(message, protocol, arn, at),
      attributes: textsOf(message.attributes),
    };
    inbox.push(mail);
    if (this.#people.has(subscription)) deliver(mail);
    else note('mail', endpoint, mail.subject, { messageId: message.id });
  }

  #hand({ protocol, endpoint, arn, attributes }: Subscription, message: SnsMessage): void {
    const { enqueue, invoke, note, endpoint: at } = this.#parts;
    const isRaw = attributes.RawMessageDelivery?.toLowerCase() === 'true';
    try {
      if (protocol === 'lambda') invoke(endpoint, lambdaEvent(message, arn, at));
      else if (!isRaw) enqueue(endpoint, envelope(message, protocol, arn, at), {}, message.topicArn);
      else if (Object.keys(message.attributes).length > 10)
        note('undelivered', arn, 'raw, with more than 10 attributes');
      else enqueue(endpoint, textFor(message, protocol), message.attributes, message.topicArn);
    } catch (error) {
      note('undelivered', arn, (error as Error).message);
    }
  }

  /** The mail that carries the token. */
  #ask({ topicArn, token, inbox, endpoint, protocol }: Subscription): void {
    const { clock, note, endpoint: at, chance } = this.#parts;
    const url = `${at}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
    const words = `You have chosen to subscribe to the topic ${topicArn}. To confirm, visit`;
    const messageId = uuid(chance.of(token));
    const whole = {
      Type: 'SubscriptionConfirmation',
      MessageId: messageId,
      Token: token,
      TopicArn: topicArn,
      Message: words,
      SubscribeURL: url,
      Timestamp: new Date(clock.now()).toISOString(),
    };
    const body = protocol === 'email' ? `${words}:\n${url}\n` : JSON.stringify(whole);
    const subject = 'AWS Notification - Subscription Confirmation';
    inbox.push({ at: clock.now(), topic: this.#topic(topicArn), messageId, subject, body, attributes: {} });
    note('mail', endpoint, subject, { messageId });
  }

  #topic(arn: string): string {
    const name = this.#topics.get(arn);
    if (name !== undefined) return name;
    if (!/^arn:[\w-]+:sns:/.test(arn)) throw new AwsFault('InvalidParameter', 'Invalid parameter: TopicArn');
    throw new AwsFault('NotFound', 'Topic does not exist', 404);
  }
}

function textsOf(attributes: SnsMessage['attributes']): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue ?? '']));
}

const PAGE = { least: 1, most: 100, usual: 100, badToken: 'InvalidParameter' };

function listed(all: Subscription[], question: string, token: string | undefined) {
  const rule = { ...PAGE, operation: 'ListSubscriptions' };
  const { rows, next } = pageOf(all, rule, question, undefined, token);
  const Subscriptions = rows.map(({ arn, topicArn, protocol, endpoint, pendingUntil }) => ({
    SubscriptionArn: pendingUntil === null ? arn : 'PendingConfirmation',
    Owner: topicArn.split(':')[4],
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  }));
  return { Subscriptions, NextToken: next };
}

function attributesOf({ arn, topicArn, protocol, endpoint, attributes, pendingUntil, authenticated }: Subscription) {
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes', RawMessageDelivery = 'false' } = attributes;
  return {
    SubscriptionArn: arn,
    TopicArn: topicArn,
    Owner: topicArn.split(':')[4] ?? '',
    Protocol: protocol,
    Endpoint: endpoint,
    PendingConfirmation: String(pendingUntil !== null),
    ConfirmationWasAuthenticated: String(pendingUntil === null && authenticated),
    RawMessageDelivery: RawMessageDelivery.toLowerCase(),
    ...(FilterPolicy && { FilterPolicy, FilterPolicyScope }),
  };
}
