/**
 * What a person does with a mail, by plain GETs without a signature: reads it (`/inbox`, `/inbox/<id>`), and follows its links, which
 * confirm a subscription or take it away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsFault, type Clock } from '#rehearsal/api.ts';
import { send } from '#rehearsal/engine/address.ts';
import { snsQuery } from '#rehearsal/protocols/query.ts';
import type { WireAnswer } from '#rehearsal/protocols/wire.ts';
import type { Sns } from '#rehearsal/services/sns/sns.ts';
import type { Subscription } from '#rehearsal/services/sns/subscriptions.ts';

export class InboxPages {
  readonly #sns: Sns;
  readonly #clock: Clock;

  constructor(sns: Sns, clock: Clock) {
    this.#sns = sns;
    this.#clock = clock;
  }

  /** null: the request is for something else. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
    const isSigned = request.headers.authorization !== undefined || url?.searchParams.has('X-Amz-Credential');
    if (request.method !== 'GET' || isSigned) return null;
    const [, id] = /^\/inbox(?:\/([^/]*))?$/.exec(url?.pathname ?? '') ?? [];
    const action = url?.searchParams.get('Action');
    if (url?.pathname.startsWith('/inbox')) send(response, id ? this.#inbox(id) : this.#inboxes());
    else if (url && (action === 'ConfirmSubscription' || action === 'Unsubscribe'))
      send(response, this.#follow(action, Object.fromEntries(url.searchParams)));
    else return null;
    return Promise.resolve();
  }

  #inboxes(): WireAnswer {
    const all = this.#all().map((one) => ({ ...head(one), path: `/inbox/${idOf(one)}`, mails: one.inbox.length }));
    return json(200, { now: iso(this.#clock.now()), inboxes: all });
  }

  #inbox(id: string): WireAnswer {
    const found = this.#all().find((one) => idOf(one) === id);
    if (!found) return json(404, { message: `no subscription by e-mail has the id ${id}; see /inbox` });
    const mails = found.inbox.map(({ at, messageId, subject, body }) => ({ at: iso(at), messageId, subject, body }));
    return json(200, { ...head(found), mails });
  }

  #all(): Subscription[] {
    return this.#sns.subscriptions.of().filter(({ protocol }) => protocol.startsWith('email'));
  }

  /** Nobody has signed: a subscription that was closed to that stays. */
  #follow(action: 'ConfirmSubscription' | 'Unsubscribe', given: Record<string, string>): WireAnswer {
    const { TopicArn = '', Token = '', SubscriptionArn = '' } = given;
    try {
      const output =
        action === 'Unsubscribe'
          ? this.#sns.operations.Unsubscribe({ SubscriptionArn })
          : this.#sns.operations.ConfirmSubscription({ TopicArn, Token });
      return snsQuery.answer(action, output, 'by-link');
    } catch (error) {
      if (error instanceof AwsFault) return snsQuery.fault(error, 'by-link');
      throw error;
    }
  }
}

function head({ arn, topicArn, protocol, endpoint, pendingUntil }: Subscription) {
  return { subscription: arn, topic: topicArn, protocol, endpoint, pending: pendingUntil !== null };
}

function idOf({ arn }: Subscription): string {
  return arn.split(':').pop() ?? arn;
}

function json(status: number, value: unknown): WireAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value, null, 2)}\n` };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
