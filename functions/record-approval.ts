import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { decideApproval, decisionWords } from '#domain/approval.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { files } from '#domain/files.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import type { Plan } from '#domain/records.ts';
import type { AnswerTask } from '#domain/tasks.ts';

/**
 * Reads what was decided, or records that nobody did. A decision that stands counts, also where the machine woke by its own
 * time-out before it could be told. Only a yes to this very scope hash, in time, is a yes.
 */
export const recordApproval = async (
  input: AnswerTask,
  { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>,
  now: Instant,
) => {
  const asked = await campaigns.approval(input.campaign, input.ring);
  if (!asked) throw new BrokenRecord(`No approval of ${input.ring} was asked for in ${input.campaign}.`);
  const { scopeHash } = await evidence.read<Plan>(input, files.plan);
  const decided = { ...decideApproval(asked, input.answer, scopeHash, now), taskToken: null };
  const first = await campaigns.decide(decided);
  const stands = first ? decided : ((await campaigns.approval(input.campaign, input.ring)) ?? decided);
  if (stands.taskToken) await campaigns.updateApproval({ ...stands, taskToken: null });
  return {
    decision: stands.decision === 'yes' && stands.scopeHash === scopeHash ? 'Approved' : 'Denied',
    why: decisionWords(stands),
  };
};

export const handler = lambda(recordApproval, { campaigns, evidence });
