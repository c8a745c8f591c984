import { campaigns } from '#aws/campaigns.ts';
import { event } from '#aws/lambda.ts';
import { policies } from '#aws/policies.ts';
import { pulse } from '#aws/pulse.ts';
import { isOverdue } from '#domain/due.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports, Pulse } from '#domain/ports.ts';

/** Every hour: which groups went too long without a closed campaign, and which were blind in their last one. */
export const checkDue = async (
  _event: object,
  { campaigns, policies, pulse }: Pick<Ports, 'campaigns' | 'policies'> & { pulse: Pulse },
  now: Instant,
) => {
  const overdue: string[] = [];
  const blind: string[] = [];
  for (const { name, triggers } of Object.values((await policies.current()).groups)) {
    const closed = (await campaigns.lease(name))?.lastClosed ?? null;
    if (isOverdue(triggers.schedule, closed?.at ?? null, now)) overdue.push(name);
    if (closed?.outcome === 'Blind') blind.push(name);
  }
  pulse.beat({ OverdueGroups: overdue, BlindGroups: blind });
  return { overdue, blind };
};

export const handler = event(checkDue, { campaigns, policies, pulse });
