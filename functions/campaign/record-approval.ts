import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { decisionWords, mayApprove, REFUSALS, undecided, yesFor } from '#domain/campaign/approval.ts';
import { files } from '#domain/campaign/files.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import type { PlanHead } from '#domain/campaign/records.ts';
import type { AnswerTask, Opened } from '#domain/campaign/tasks.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';

/**
 * Reads what was decided, or records that nobody did. The decision is what stands in the table, whoever woke the machine and with
 * whatever words; also where it woke by its own time-out before it could be told. A yes counts by the way that the policy allows, in
 * time, to this ask and this very scope, and not from who started the campaign by hand.
 */
export async function recordApproval(
  input: AnswerTask,
  { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>,
  now: Instant,
) {
  const asked = await campaigns.approval(input.campaign, input.ring);
  if (!asked) throw new BrokenRecord(`No approval of ${input.ring} was asked for in ${input.campaign}.`);
  const { scopeHash } = await evidence.read<PlanHead>(input, files.plan);
  const { trigger } = await evidence.read<Opened>(input, files.opened);
  const none = { ...undecided(asked, input.answer, now), taskToken: null };
  const isFirst = asked.decision === null && (await campaigns.decide(none));
  const stands = isFirst ? none : ((await campaigns.approval(input.campaign, input.ring)) ?? none);
  if (stands.taskToken) await campaigns.updateApproval({ ...stands, taskToken: null });
  const isStarter = stands.way === 'iam' && !mayApprove(stands.by ?? '', trigger);
  const why = yesFor(stands, scopeHash) ?? (isStarter ? 'starter' : null);
  const words = decisionWords(stands);
  if (why === null) return { decision: 'Approved', why: words };
  return { decision: OUTCOME.Denied, why: why === 'none' ? words : `${words}, but ${REFUSALS[why]}` };
}

export const handler = lambda(recordApproval, { campaigns, evidence });
