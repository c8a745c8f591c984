import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { files } from '#domain/campaign/files.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { CampaignTask } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { nextRingOf as decide, type Next } from '#domain/patch/next-ring.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { Plan, RingRecord } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';

/** Which ring comes next, and whether a person is asked first. */
export async function nextRing(
  input: CampaignTask,
  { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>,
  now: Instant,
): Promise<Next> {
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const plan = await evidence.read<Plan>(input, files.plan);
  const records = new Map<string, RingRecord>();
  const approvals = new Map<string, Approval>();
  for (const { ring } of plan.rings) {
    const record = await evidence.readIfThere<RingRecord>(input, patchFiles.ring(ring));
    if (record) records.set(ring, record);
    const approval = group.approvals.before.includes(ring) ? await campaigns.approval(input.campaign, ring) : null;
    if (approval) approvals.set(ring, approval);
  }
  return decide({ group, plan, records, approvals, at: now });
}

export const handler = lambda(nextRing, { campaigns, evidence });
