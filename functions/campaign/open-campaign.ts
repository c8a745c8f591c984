import { alarms } from '#aws/alarms.ts';
import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import { policies } from '#aws/policies.ts';
import { files } from '#domain/campaign/files.ts';
import { type OpenedLease, openLease } from '#domain/campaign/lease.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import type { FrozenPolicy } from '#domain/campaign/policy.ts';
import type { Opened, OpenTask } from '#domain/campaign/tasks.ts';
import { BadRequest } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { changeLease } from '#loops/campaign/change-lease.ts';
import { type Subject, subjectIn } from '#loops/loop-of.ts';

type OpenPorts = Pick<Ports, 'alarms' | 'campaigns' | 'evidence' | 'notices' | 'patching' | 'policies'>;

/**
 * Takes the lease and freezes the policy; held by somebody else, it notes the trigger there. A name that has been closed opens no more:
 * somebody redrove its execution.
 */
export async function openCampaign(
  input: OpenTask,
  { campaigns, evidence, policies, ...ports }: OpenPorts,
  now: Instant,
) {
  const policy = await policies.current();
  const subject = subjectIn(policy, input.group);
  if (!subject)
    throw new BadRequest(`No group ${input.group} in the policy. It has: ${Object.keys(policy.groups).join(', ')}.`);
  if (await isOver(input, { campaigns, evidence }))
    return { decision: OUTCOME.Coalesced, why: `${input.campaign} opened before, and is closed` };
  if (!(await campaigns.claimTrigger(input.trigger, input.campaign))) {
    return { decision: OUTCOME.Coalesced, why: `trigger ${input.trigger.id} was counted before` };
  }
  const { decision, why, openedAt } = await take(input, campaigns, subject, now);
  if (decision === OUTCOME.Coalesced) return { decision, why };
  const frozen: FrozenPolicy = { hash: policy.hash, frozenAt: openedAt, group: subject.policy };
  await evidence.write(input, files.policy, frozen);
  const opened: Opened = {
    campaign: input.campaign,
    group: input.group,
    execution: input.execution,
    trigger: input.trigger,
    openedAt,
  };
  await evidence.write(input, files.opened, opened);
  const ref = { group: input.group, campaign: input.campaign };
  await subject.loop.opening(ref, subject.policy, { evidence, ...ports }, now);
  return { decision, why };
}

/** A campaign that was lost as it opened has a record and no `opened.json`. */
async function isOver(input: OpenTask, { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>) {
  if ((await campaigns.lease(input.group))?.holder?.campaign === input.campaign) return false;
  return Boolean(
    (await evidence.readIfThere(input, files.opened)) ?? (await evidence.readIfThere(input, files.campaign)),
  );
}

async function take(input: OpenTask, campaigns: Ports['campaigns'], { kind, policy }: Subject, now: Instant) {
  let result: Pick<OpenedLease, 'decision' | 'why'> & { openedAt: Instant } = {
    decision: OUTCOME.Coalesced,
    why: '',
    openedAt: now,
  };
  await changeLease(campaigns, input.group, (lease) => {
    const opened = openLease(lease, { ...input, kind, minHours: policy.triggers.minHours, at: now });
    const openedAt = (opened.lease ?? lease).holder?.openedAt ?? now;
    result = { decision: opened.decision, why: opened.why, openedAt };
    return opened.lease;
  });
  return result;
}

export const handler = lambda(
  openCampaign,
  { alarms, campaigns, evidence, notices, patching, policies },
  { lease: 'any' },
);
