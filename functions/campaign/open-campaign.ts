import { alarms } from '#aws/alarms.ts';
import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import { policies } from '#aws/policies.ts';
import { files } from '#domain/campaign/files.ts';
import { openLease } from '#domain/campaign/lease.ts';
import type { Ports } from '#domain/campaign/ports.ts';
import type { Opened, OpenTask } from '#domain/campaign/tasks.ts';
import { BadRequest } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { type FrozenPolicy, groupIn } from '#domain/policy.ts';
import { changeLease } from '#loops/campaign/change-lease.ts';
import { tellMissing } from '#loops/patch/missing-names.ts';

type OpenPorts = Pick<Ports, 'alarms' | 'campaigns' | 'evidence' | 'notices' | 'patching' | 'policies'>;

/**
 * Takes the lease and freezes the policy; held by somebody else, it notes the trigger there. A name that has been closed opens no more:
 * somebody redrove its execution.
 */
export const openCampaign = async (
  input: OpenTask,
  { campaigns, evidence, policies, ...ports }: OpenPorts,
  now: Instant,
) => {
  const policy = await policies.current();
  const group = groupIn(policy, input.group);
  if (!group)
    throw new BadRequest(`No group ${input.group} in the policy. It has: ${Object.keys(policy.groups).join(', ')}.`);
  if (await isOver(input, { campaigns, evidence }))
    return { decision: 'Coalesced', why: `${input.campaign} opened before, and is closed` };
  if (!(await campaigns.claimTrigger(input.trigger, input.campaign))) {
    return { decision: 'Coalesced', why: `trigger ${input.trigger.id} was counted before` };
  }
  const { decision, why, openedAt } = await take(input, campaigns, group, now);
  if (decision === 'Coalesced') return { decision, why };
  const frozen: FrozenPolicy = { hash: policy.hash, frozenAt: openedAt, group };
  await evidence.write(input, files.policy, frozen);
  const opened: Opened = {
    campaign: input.campaign,
    group: group.name,
    execution: input.execution,
    trigger: input.trigger,
    openedAt,
  };
  await evidence.write(input, files.opened, opened);
  await tellMissing({ group: group.name, campaign: input.campaign }, group, { evidence, ...ports }, now);
  return { decision, why };
};

/** A campaign that was lost as it opened has a record and no `opened.json`. */
async function isOver(input: OpenTask, { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>) {
  if ((await campaigns.lease(input.group))?.holder?.campaign === input.campaign) return false;
  return Boolean(
    (await evidence.readIfThere(input, files.opened)) ?? (await evidence.readIfThere(input, files.campaign)),
  );
}

async function take(input: OpenTask, campaigns: Ports['campaigns'], group: GroupPolicy, now: Instant) {
  let result = { decision: 'Coalesced', why: '', openedAt: now };
  await changeLease(campaigns, group.name, (lease) => {
    const opened = openLease(lease, { ...input, minHours: group.triggers.minHours, at: now });
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
