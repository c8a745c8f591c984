import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { decideApproval } from '#domain/approval.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { files } from '#domain/files.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import type { Plan } from '#domain/records.ts';
import type { AnswerTask } from '#domain/tasks.ts';

/** Records what a person said, or their silence. Only a yes to this very scope hash, in time, is a yes. */
export const recordApproval = async (
  input: AnswerTask,
  { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>,
  now: Instant,
) => {
  const asked = await campaigns.approval(input.campaign, input.ring);
  if (!asked) throw new BrokenRecord(`No approval of ${input.ring} was asked for in ${input.campaign}.`);
  const { scopeHash } = await evidence.read<Plan>(input, files.plan);
  const decided = decideApproval(asked, input.answer, scopeHash, now);
  const first = await campaigns.decide(decided.approval);
  const stands = first
    ? decided.approval
    : ((await campaigns.approval(input.campaign, input.ring)) ?? decided.approval);
  return {
    decision: stands.decision === 'yes' && stands.scopeHash === scopeHash ? 'Approved' : 'Denied',
    why: decided.why,
  };
};

export const handler = lambda(recordApproval, { campaigns, evidence });
