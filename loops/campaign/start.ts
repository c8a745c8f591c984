import { promiseLease } from '#domain/campaign/lease.ts';
import { campaignName } from '#domain/campaign/names.ts';
import type { CampaignPorts } from '#domain/campaign/ports.ts';
import type { Trigger } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { changeLease } from '#loops/campaign/change-lease.ts';
import { startSuccessor } from '#loops/campaign/close.ts';

/**
 * Starts a campaign for an event unless one is at work or was lately: the lease is promised to it in one conditional write, then
 * it is started as a successor would be. Whoever dies between the two leaves a promise that the next batch, or the sweeper,
 * keeps. Says what came of it.
 */
export async function startOnce(
  group: string,
  { kind, trigger, minHours }: { kind: string; trigger: Trigger; minHours: number },
  { campaigns, engine }: Pick<CampaignPorts, 'campaigns' | 'engine'>,
  now: Instant,
): Promise<string> {
  const campaign = campaignName(group, now);
  let why = '';
  await changeLease(campaigns, group, (lease) => {
    const promised = promiseLease(lease, {
      kind,
      campaign,
      execution: engine.arn(campaign, kind),
      trigger,
      minHours,
      at: now,
    });
    why = promised.why;
    return promised.lease;
  });
  await startSuccessor(group, { campaigns, engine });
  return why;
}
