import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { epochSeconds, expireItem, get, type Item, items, put, putIf, query } from '#aws/table.ts';
import type { Campaigns } from '#domain/campaign/ports.ts';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { plusDays } from '#domain/instant.ts';

export const campaigns: Campaigns = {
  lease: (group) => get<Lease>('lease', `group#${shortName(group)}`),

  leases: () => query<Lease>('lease', 'group#'),

  writeLease(lease) {
    const next: Lease = { ...lease, version: lease.version + 1 };
    return putIf(
      {
        pk: 'lease',
        sk: `group#${shortName(lease.group)}`,
        data: next,
        beside: { version: { N: String(next.version) } },
      },
      lease.version === 0
        ? { if: 'attribute_not_exists(pk)' }
        : { if: 'version = :was', values: { ':was': { N: String(lease.version) } } },
    );
  },

  claimTrigger(trigger, campaign) {
    const beside = { campaign: { S: campaign }, expires: { N: epochSeconds(plusDays(trigger.at, TRIGGER_DAYS)) } };
    return putIf(
      { pk: `trigger#${trigger.id}`, sk: 'trigger', data: { trigger, campaign }, beside },
      { if: 'attribute_not_exists(pk) OR campaign = :campaign', values: { ':campaign': { S: campaign } } },
    );
  },

  approval: (campaign, ring) => get<Approval>(`approval#${campaign}`, `approval#${ring}`),

  // A retry comes after somebody decided, or a run that hung comes after its own retry: neither takes anything back.
  putApproval: (approval) =>
    putIf(approvalItem(approval), {
      if: 'attribute_not_exists(decision) AND (attribute_not_exists(askedAt) OR askedAt <= :askedAt)',
      values: { ':askedAt': { S: approval.askedAt } },
    }),

  approvals: (campaign) => query<Approval>(`approval#${campaign}`, 'approval#'),

  // Only on the same ask: a later one has another token, and may have another scope.
  decide: (approval) =>
    putIf(approvalItem(approval), {
      if: 'askedAt = :askedAt AND attribute_not_exists(decision)',
      values: { ':askedAt': { S: approval.askedAt } },
    }),

  updateApproval: (approval) =>
    putIf(approvalItem(approval), { if: 'askedAt = :askedAt', values: { ':askedAt': { S: approval.askedAt } } }),

  async expire(campaign, after) {
    for (const pk of [`campaign#${campaign}`, `approval#${campaign}`])
      for await (const { sk } of items(pk, '')) if (sk?.S) await expireItem(pk, sk.S, after);
  },

  async killSwitch() {
    const set = await get<{ to: string }>('switch', 'kill');
    return set?.to === 'go' ? 'go' : 'stop';
  },

  async setKillSwitch(to, by, at) {
    await put({ pk: 'switch', sk: 'kill', data: { to, by, at } });
  },
};

/** Longer than a year, so that a yearly schedule cannot count twice; a Standard execution lives no longer either. */
const TRIGGER_DAYS = 400;

function approvalItem(approval: Approval): Item {
  const beside: Record<string, AttributeValue> = { askedAt: { S: approval.askedAt } };
  if (approval.decision !== null) beside.decision = { S: approval.decision };
  return { pk: `approval#${approval.campaign}`, sk: `approval#${approval.ring}`, data: approval, beside };
}
