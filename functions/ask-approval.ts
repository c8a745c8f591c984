import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { files } from '#domain/files.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { Instant } from '#domain/model.ts';
import { notice } from '#domain/notices.ts';
import type { Ports } from '#domain/ports.ts';
import type { Approval, Plan, RingPlan, Verdict } from '#domain/records.ts';
import type { AskTask } from '#domain/tasks.ts';
import { verdictsOf } from '#loop/verdicts.ts';

/** Stores the task token beside what it approves, and asks people. The notice carries no token. */
export const askApproval = async (
  input: AskTask,
  { campaigns, evidence, notices }: Pick<Ports, 'campaigns' | 'evidence' | 'notices'>,
  now: Instant,
) => {
  const plan = await evidence.read<Plan>(input, files.plan);
  const ringPlan = await evidence.read<RingPlan>(input, files.ringPlan(input.ring));
  const verdicts: Verdict[] = await verdictsOf(input, plan, evidence);
  const approval: Approval = {
    campaign: input.campaign,
    ring: input.ring,
    scopeHash: plan.scopeHash,
    askedAt: now,
    expiresAt: plusMinutes(now, input.expiresSeconds / 60),
    taskToken: input.taskToken,
    decision: null,
    by: null,
    decidedAt: null,
  };
  await campaigns.putApproval(approval);
  await notices.publish(notice('approval', { plan, ringPlan, approval, verdicts, place: evidence.place(input) }));
  return {};
};

export const handler = lambda(askApproval, { campaigns, evidence, notices });
