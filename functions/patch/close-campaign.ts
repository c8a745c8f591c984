import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { intents } from '#aws/intents.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import { isClosed, leaseLost } from '#domain/campaign/lease.ts';
import { outcomeOf } from '#domain/campaign/outcomes.ts';
import type { CampaignRecord } from '#domain/campaign/records.ts';
import type { CloseTask } from '#domain/campaign/tasks.ts';
import { BrokenRecord, Sealed } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { close } from '#loops/campaign/close.ts';
import { patchEnd } from '#loops/patch/loop.ts';

/**
 * Delta, report, evidence; then the lease is freed; then people are told. Runs without the lease after the close alone, when it says
 * once more what was closed. Throws `Sealed` where the sweeper is about to close the campaign, or closed it with another outcome.
 */
export async function closeCampaign(
  input: CloseTask,
  ports: Pick<Ports, 'campaigns' | 'engine' | 'evidence' | 'instances' | 'intents' | 'notices' | 'patching'>,
  now: Instant,
) {
  const outcome = outcomeOf(input.outcome);
  if (!outcome) throw new BrokenRecord(`${input.outcome} is no outcome of a campaign.`);
  const lease = await ports.campaigns.lease(input.group);
  const lost = leaseLost(lease, input.campaign);
  if (lost && !isClosed(lease, input.campaign)) throw new Sealed(lost);
  await close(input, { outcome, why: input.why }, patchEnd, ports, now);
  const stands = await ports.evidence.read<CampaignRecord>(input, files.campaign);
  if (stands.outcome !== outcome) throw new Sealed(`${input.campaign} was closed as ${stands.outcome} before`);
  return { outcome, why: stands.why };
}

export const handler = lambda(
  closeCampaign,
  { campaigns, engine, evidence, instances, intents, notices, patching },
  { lease: 'any' },
);
