/**
 * How a person's yes or no gets to the machine. The decision is written first, once and for good; only then is the machine woken,
 * and what it finds written is what counts. So a lost wake-up loses no decision: the next click or the sweeper wakes it again.
 */
import { answerOf, type Decided, decidedBy, mayDecide, type Said } from '#domain/campaign/approval.ts';
import { files } from '#domain/campaign/files.ts';
import { kindOf } from '#domain/campaign/lease.ts';
import type { CampaignPorts } from '#domain/campaign/ports.ts';
import type { Approval, PlanHead } from '#domain/campaign/records.ts';
import { AwsUnavailable } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';

export type DecisionPorts = Pick<CampaignPorts, 'campaigns' | 'engine' | 'evidence'>;

export async function decide(asked: Approval, said: Said, ports: DecisionPorts, now: Instant): Promise<Decided> {
  if (asked.decision) return repeated(asked, said, ports, now);
  const unchanged = (what: Decided['what']): Decided => ({ what, approval: asked, delivered: false });
  const { scopeHash } = await ports.evidence.read<PlanHead>(asked, files.plan);
  const refusal = mayDecide(asked, said, scopeHash, now);
  if (refusal) return unchanged(refusal);
  const approval = decidedBy(asked, said, now);
  if (await ports.campaigns.decide(approval)) return deliver(approval, 'recorded', ports, now);
  const stands = await ports.campaigns.approval(asked.campaign, asked.ring);
  return stands?.decision && stands.askedAt === asked.askedAt
    ? repeated(stands, said, ports, now)
    : unchanged('replaced');
}

/** The sweeper's part: decisions that the machine has not read yet. It wakes, and writes no approval. */
export async function deliverDecisions(
  campaign: string,
  { campaigns, engine }: Pick<CampaignPorts, 'campaigns' | 'engine'>,
): Promise<void> {
  for await (const approval of campaigns.approvals(campaign)) {
    if (!approval.decision || !approval.taskToken) continue;
    await engine.answer(approval.taskToken, answerOf(approval)).catch((error: unknown) => {
      if (!(error instanceof AwsUnavailable)) throw error; // the next sweep wakes it
    });
  }
}

async function repeated(stands: Approval, said: Said, ports: DecisionPorts, now: Instant): Promise<Decided> {
  if (stands.decision === 'silence') return { what: 'late', approval: stands, delivered: true };
  if (stands.decision !== said.decision) return { what: 'opposite', approval: stands, delivered: true };
  return deliver(stands, 'repeated', ports, now);
}

/**
 * Wakes the machine, if it has not read the decision yet. A token that is no longer good may have been used by an earlier try,
 * or have timed out while the machine was about to read: then the machine runs, and reads. Only where no machine runs any more
 * has the decision come too late, and is recorded as that.
 */
async function deliver(
  approval: Approval,
  what: 'recorded' | 'repeated',
  { campaigns, engine }: Pick<CampaignPorts, 'campaigns' | 'engine'>,
  now: Instant,
): Promise<Decided> {
  const { taskToken } = approval;
  if (!taskToken) return { what, approval, delivered: true };
  try {
    if (await engine.answer(taskToken, answerOf(approval))) return { what, approval, delivered: true };
    const execution = engine.arn(approval.campaign, kindOf(approval));
    if ((await engine.status(execution)) === 'RUNNING') return { what, approval, delivered: true };
  } catch (error) {
    if (error instanceof AwsUnavailable) return { what, approval, delivered: false };
    throw error;
  }
  const stands = await campaigns.approval(approval.campaign, approval.ring);
  if (!stands?.taskToken) return { what, approval: stands ?? approval, delivered: true };
  const late: Approval = { ...stands, decision: 'silence', by: null, decidedAt: now, taskToken: null };
  await campaigns.updateApproval(late);
  return { what: 'late', approval: late, delivered: true };
}
