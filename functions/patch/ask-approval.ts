import { approvalUrl } from '#aws/approval-url.ts';
import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { secrets } from '#aws/secrets.ts';
import { answerOf } from '#domain/campaign/approval.ts';
import { linkHash, linkTo } from '#domain/campaign/approval-link.ts';
import { files } from '#domain/campaign/files.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { AskTask } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import { question } from '#domain/patch/question.ts';
import type { FindingFate, Plan, RingPlan } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { ringRecordsOf } from '#loops/patch/read-verdicts.ts';
import { notice } from '#views/patch/mail/notice.ts';

type AskPorts = Pick<Ports, 'campaigns' | 'engine' | 'evidence' | 'notices' | 'approvalUrl' | 'secrets'>;

/** Freezes what is asked, stores the task token beside it, and sends people a link. Its secret is in the notice alone. */
export async function askApproval(input: AskTask, ports: AskPorts, now: Instant) {
  const { campaigns, evidence, notices, approvalUrl, secrets } = ports;
  const plan = await evidence.read<Plan>(input, files.plan);
  const ringPlan = await evidence.read<RingPlan>(input, patchFiles.ringPlan(input.ring));
  const { group: policy } = await evidence.read<FrozenGroup>(input, files.policy);
  const records = await ringRecordsOf(input, plan, evidence);
  const approval: Approval = {
    campaign: input.campaign,
    group: input.group,
    ring: input.ring,
    scopeHash: plan.scopeHash,
    askedAt: now,
    expiresAt: plusMinutes(now, input.expiresSeconds / 60),
    decide: policy.approvals.decide ?? 'link', // a campaign that opened before the switch was there
    decideAt: approvalUrl.decision(),
    linkHash: null,
    taskToken: input.taskToken,
    decision: null,
    by: null,
    decidedAt: null,
  };
  const fates = evidence.lines<FindingFate>(input, patchFiles.fates(input.ring));
  const place = evidence.place(input);
  const flags = approvalUrl.flags();
  const secret = secrets.random();
  if (!(await campaigns.putApproval({ ...approval, linkHash: linkHash(approval, secret) })))
    return wakeAgain(input, ports);
  const asked = await question({ plan, ringPlan, approval, policy, fates, records, place, flags });
  await evidence.write(input, files.question(input.ring), asked);
  const link = linkTo(approvalUrl.approval(), { ...input, secret });
  const verdicts = records.flatMap(({ verdict }) => verdict ?? []);
  await notices.publish(notice('approval', { plan, ringPlan, approval, verdicts, place, question: asked, link }));
  return {};
}

/** A retry has a token of its own: where somebody decided meanwhile, that decision wakes the machine by it. Nobody is asked anew. */
async function wakeAgain({ campaign, ring, taskToken }: AskTask, { campaigns, engine }: AskPorts) {
  const stands = await campaigns.approval(campaign, ring);
  if (stands?.decision) await engine.answer(taskToken, answerOf(stands));
  return {};
}

export const handler = lambda(askApproval, { campaigns, engine, evidence, notices, approvalUrl, secrets });
