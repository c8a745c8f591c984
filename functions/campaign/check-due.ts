import { campaigns } from '#aws/campaigns.ts';
import { event } from '#aws/lambda.ts';
import { metrics } from '#aws/metrics.ts';
import { policies } from '#aws/policies.ts';
import { schedules } from '#aws/schedules.ts';
import { subscriptions } from '#aws/subscriptions.ts';
import { isOverdue } from '#domain/campaign/due.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import type { Metrics, Schedules, Subscriptions } from '#domain/campaign/ports.ts';
import { TOPICS } from '#domain/campaign/topics.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { subjectsOf } from '#loops/loop-of.ts';

/**
 * Every hour: which subjects went too long without a closed campaign, which were blind in their last one, and which topics nobody hears
 * any more, with why.
 */
export async function checkDue(
  _event: object,
  ports: Pick<Ports, 'campaigns' | 'policies'> & {
    schedules: Schedules;
    subscriptions: Subscriptions;
    metrics: Metrics;
  },
  now: Instant,
) {
  const { campaigns, policies, schedules, subscriptions, metrics } = ports;
  const overdue: string[] = [];
  const blind: string[] = [];
  for (const { policy } of subjectsOf(await policies.current())) {
    const { name, triggers } = policy;
    const closed = (await campaigns.lease(name))?.lastClosed ?? null;
    const madeAt = triggers.schedule === null ? null : await schedules.madeAt(name);
    if (isOverdue(triggers.schedule, { closedAt: closed?.at ?? null, madeAt }, now)) overdue.push(name);
    if (closed?.outcome === OUTCOME.Blind) blind.push(name);
  }
  const unheard = await unheardTopics(subscriptions);
  metrics.beat({ OverdueGroups: overdue, BlindGroups: blind, UnheardTopics: Object.keys(unheard) });
  return { overdue, blind, unheard };
}

/** SNS takes every notice for a topic without subscribers and calls it delivered: a topic that cannot be read counts as one. */
async function unheardTopics(subscriptions: Subscriptions): Promise<Record<string, string>> {
  const unheard: Record<string, string> = {};
  for (const topic of TOPICS) {
    try {
      const { confirmed, pending } = await subscriptions.of(topic);
      if (confirmed === 0) unheard[topic] = `no confirmed subscription, ${pending} pending`;
    } catch (error) {
      unheard[topic] = error instanceof Error ? error.message : String(error);
    }
  }
  return unheard;
}

export const handler = event(checkDue, { campaigns, policies, schedules, subscriptions, metrics });
