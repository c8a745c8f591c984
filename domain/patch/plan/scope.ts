import { sha256 } from '#domain/hash.ts';
import { isInGroup, othersWhy, ringsOf } from '#domain/patch/membership.ts';
import type { Baseline, InstanceId, Managed, Member } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingPlan } from '#domain/patch/records.ts';

/** What will be done. An approval is bound to it. */
export interface Scope {
  policyHash: string;
  rings: { ring: string; hosts: InstanceId[] }[]; // in the policy's order
  baselines: Pick<Baseline, 'id' | 'os' | 'contentHash'>[];
  reboot: Plan['reboot'];
  proofMode: string;
}

/** Hex sha256, independent of the order of hosts and baselines; the order of rings counts. */
export function scopeHash(scope: Scope): string {
  return sha256({
    policyHash: scope.policyHash,
    rings: scope.rings.map(({ ring, hosts }) => ({ ring, hosts: [...hosts].sort() })),
    baselines: scope.baselines.map(baselineKey).sort(),
    reboot: scope.reboot,
    proofMode: scope.proofMode,
  });
}

const baselineKey = ({ os, id, contentHash }: Scope['baselines'][number]) => [os, id, contentHash].join(' ');

/** The proof mode of a plan that patches no host. */
export const NO_PROOF_MODE = 'none';

interface Recheck {
  still: InstanceId[]; // in the plan's order
  dropped: { id: InstanceId; words: string }[];
}

/**
 * Which planned hosts may still be sent to, just before it. A host is never added: a smaller scope keeps its approval.
 * A host that one of the maps does not know is gone, or unmanaged.
 */
export function recheck(
  plan: RingPlan,
  group: GroupPolicy,
  members: ReadonlyMap<InstanceId, Member>,
  managed: ReadonlyMap<InstanceId, Managed>,
): Recheck {
  const result: Recheck = { still: [], dropped: [] };
  for (const { id, os } of plan.hosts) {
    const words = droppedWhy({ id, os, ring: plan.ring }, group, members.get(id), managed.get(id));
    if (words) result.dropped.push({ id, words });
    else result.still.push(id);
  }
  return result;
}

function droppedWhy(
  planned: { id: InstanceId; os: string; ring: string },
  group: GroupPolicy,
  member: Member | undefined,
  managed: Managed | undefined,
): string | null {
  const { id, ring, os } = planned;
  if (!member || member.state === 'terminated') return `${id} was terminated since the plan.`;
  if (member.state !== 'running') return `${id} is ${member.state} now.`;
  const others = othersWhy(member, group.replaced);
  if (others) return others.words;
  if (!isInGroup(group.name, member)) return `${id} left the patch group ${group.name} since the plan.`;
  const rings = ringsOf(group, member);
  if (rings.length > 1) return `${id} has the tags of the rings ${rings.join(' and ')} now.`;
  if (rings[0] !== ring) return `${id} left the ring ${ring}${rings[0] ? ` for ${rings[0]}` : ''} since the plan.`;
  if (!managed) return `${id} is no longer a managed node of Systems Manager.`;
  if (managed.ping !== 'Online') return `The agent of ${id} is not heard of (${managed.ping}).`;
  if (managed.os !== os) return `${id} was planned with ${os} and runs ${managed.os ?? managed.platform} now.`;
  return null;
}
