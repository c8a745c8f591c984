/** Subscriptions of topics: who gets what, in which form, and whether they have said that they want it. */
import { AwsFault, type Chance, type Clock, type Mail } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import { type Filtered, type FilterScope, filterPolicy } from '#rehearsal/services/sns/filter-policy.ts';

export type SubscriptionProtocol = 'email' | 'email-json' | 'lambda' | 'sqs';

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: SubscriptionProtocol;
  endpoint: string;
  attributes: Record<string, string>; // those that were set
  accepts: (message: Filtered) => boolean;
  token: string; // that confirms it; empty: it needed none
  pendingUntil: number | null; // null: confirmed
  authenticated: boolean; // the confirmation was signed
  closed: boolean; // only who signs may unsubscribe it
  inbox: Mail[];
}

export interface Wanted {
  TopicArn: string;
  Protocol: string;
  Endpoint?: string;
  Attributes?: Record<string, string>;
}

const PLAYED: readonly string[] = ['email', 'email-json', 'lambda', 'sqs'];
const NOT_PLAYED = ['application', 'firehose', 'http', 'https', 'sms'];
const TWO_DAYS_MS = 172_800_000;
const MAX_POLICIES = 200; // of a topic

export class Subscriptions {
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #all = new Map<string, Subscription>();
  readonly #deleted = new Map<string, number>(); // by topic

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** In the order in which they came. Those that nobody confirmed are gone after two days. */
  of(topicArn?: string): Subscription[] {
    for (const { arn, pendingUntil } of this.#all.values())
      if (pendingUntil !== null && pendingUntil <= this.#clock.now()) this.#all.delete(arn);
    return [...this.#all.values()].filter((one) => topicArn === undefined || one.topicArn === topicArn);
  }

  deleted(topicArn: string): number {
    return this.#deleted.get(topicArn) ?? 0;
  }

  /** The same endpoint again is the same subscription, if it asks for the same. */
  add({ TopicArn, Protocol, Endpoint, Attributes = {} }: Wanted): Subscription {
    checkEndpoint(Protocol, Endpoint);
    const protocol = Protocol as SubscriptionProtocol;
    const there = this.of(TopicArn).find((one) => one.protocol === protocol && one.endpoint === Endpoint);
    if (there) {
      if (Object.entries(Attributes).some(([name, value]) => there.attributes[name] !== value))
        throw refused('Attributes Reason: Subscription already exists with different attributes');
      return there;
    }
    const subscription: Subscription = {
      arn: `${TopicArn}:${uuid(this.#chance)}`,
      topicArn: TopicArn,
      protocol,
      endpoint: Endpoint ?? '',
      attributes: {},
      accepts: () => true,
      token: '',
      pendingUntil: null,
      authenticated: true,
      closed: false,
      inbox: [],
    };
    this.#set(subscription, Attributes, 'Attributes Reason: ');
    if (protocol === 'email' || protocol === 'email-json') {
      subscription.token = token(this.#chance);
      subscription.pendingUntil = this.#clock.now() + TWO_DAYS_MS;
    }
    this.#all.set(subscription.arn, subscription);
    return subscription;
  }

  /** A second time with the same token is no error. */
  confirm(topicArn: string, given: string, signed: boolean, closed: boolean): Subscription {
    const subscription = this.of(topicArn).find(({ token }) => token !== '' && token === given);
    if (!subscription) throw refused('Token');
    if (subscription.pendingUntil !== null)
      Object.assign(subscription, { pendingUntil: null, authenticated: signed, closed: signed && closed });
    return subscription;
  }

  /** Throws for an ARN of nothing. */
  get(arn: string): Subscription {
    const found = this.of().find((one) => one.arn === arn);
    if (found) return found;
    const parts = arn.split(':').length;
    if (parts < 6) throw refused(`SubscriptionArn Reason: An ARN must have at least 6 elements, not ${parts}`);
    throw new AwsFault('NotFound', 'Subscription does not exist', 404);
  }

  set(arn: string, name: string, value: string): void {
    this.#set(this.get(arn), { [name]: value }, '');
  }

  /** What is not there (any more) is no error; what is pending cannot be removed. */
  remove(arn: string, signed: boolean): void {
    const parts = arn.split(':').length;
    if (parts < 6) throw refused(`SubscriptionArn Reason: An ARN must have at least 6 elements, not ${parts}`);
    const there = this.of().find((one) => one.arn === arn);
    if (!there) {
      if (parts === 6) throw refused('SubscriptionId');
      return;
    }
    if (there.pendingUntil !== null) throw refused('SubscriptionArn Reason: the subscription is pending confirmation');
    if (there.closed && !signed) throw new AwsFault('AuthorizationError', 'Unsubscribe must be signed', 403);
    this.#all.delete(arn);
    this.#deleted.set(there.topicArn, this.deleted(there.topicArn) + 1);
  }

  /** All attributes are looked at before any is set. */
  #set(subscription: Subscription, given: Record<string, string>, prefix: string): void {
    const before = subscription.attributes;
    const attributes = { ...before, ...given };
    for (const [name, value] of Object.entries(given)) checkAttribute(subscription.protocol, name, value, prefix);
    const { FilterPolicy = '', FilterPolicyScope: scope = 'MessageAttributes' } = attributes;
    let accepts: Subscription['accepts'] = () => true;
    try {
      if (FilterPolicy !== '') accepts = filterPolicy(FilterPolicy, scope as FilterScope);
    } catch (error) {
      throw refused(`${prefix}FilterPolicy: ${(error as Error).message}`);
    }
    if (FilterPolicy === '') delete attributes.FilterPolicy;
    else if (!before.FilterPolicy) this.#checkRoom(subscription.topicArn);
    Object.assign(subscription, { accepts, attributes });
  }

  #checkRoom(topicArn: string): void {
    if (this.of(topicArn).filter(({ attributes }) => attributes.FilterPolicy).length < MAX_POLICIES) return;
    throw new AwsFault('FilterPolicyLimitExceeded', `A topic has at most ${MAX_POLICIES} filter policies`, 403);
  }
}

function checkEndpoint(protocol: string, endpoint = ''): void {
  if (NOT_PLAYED.includes(protocol))
    throw new AwsFault('UnknownOperationException', `not rehearsed: sns.Subscribe with the protocol ${protocol}`);
  if (!PLAYED.includes(protocol)) throw refused(`Amazon SNS does not support this protocol string: ${protocol}`);
  if (protocol.startsWith('email') && !/^\S+@\S+$/.test(endpoint)) throw refused('Email address');
  if (protocol === 'sqs' && !/^arn:[\w-]+:sqs:([^:]*:){2}[^:]+$/.test(endpoint)) throw refused('SQS endpoint ARN');
  if (protocol === 'lambda' && !/^arn:[\w-]+:lambda:([^:]*:){2}function:.+$/.test(endpoint))
    throw refused('Lambda endpoint ARN');
}

function checkAttribute(protocol: SubscriptionProtocol, name: string, value: string, prefix: string): void {
  const bad = (words: string) => refused(`${prefix}${name}: ${words}`);
  if (name === 'FilterPolicy') return;
  if (name === 'FilterPolicyScope') {
    if (!['MessageAttributes', 'MessageBody'].includes(value))
      throw bad(`Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
  } else if (name === 'RawMessageDelivery') {
    if (!/^(true|false)$/i.test(value)) throw bad(`Invalid value [${value}]. Must be true or false.`);
    if (protocol !== 'sqs' && /true/i.test(value))
      throw refused(`${prefix}Delivery protocol [${protocol}] does not support raw message delivery.`);
  } else if (['DeliveryPolicy', 'RedrivePolicy', 'ReplayPolicy', 'SubscriptionRoleArn'].includes(name)) {
    throw new AwsFault('UnknownOperationException', `not rehearsed: the attribute ${name} of a subscription`);
  } else throw refused(`${prefix}AttributeName`);
}

function refused(words: string): AwsFault {
  return new AwsFault('InvalidParameter', `Invalid parameter: ${words}`);
}

/** AWS's have 288 hexadecimal digits. */
function token(chance: Chance): string {
  return Array.from({ length: 288 }, () => chance.int(16).toString(16)).join('');
}
