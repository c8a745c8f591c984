/** The two surveys: what AWS says of a group at one instant, host by host, ring by ring, in parts that bound memory. */

import type { Instant } from '#domain/instant.ts';
import { isTerminated, ringsOf } from '#domain/patch/membership.ts';
import type {
  Coverage,
  Finding,
  HostAfter,
  Managed,
  Member,
  Os,
  Patch,
  PatchState,
  SurveyedHost,
} from '#domain/patch/model.ts';
import { NO_RING } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Inspector, Instances, Patching } from '#domain/patch/ports.ts';

/** `before.json` and `after.json`. */
export interface SurveySummary {
  at: Instant;
  inspectorEnabled: boolean;
  oses: Os[]; // of managed hosts, in the order met
  /** `patchable`: OSes of its hosts that could be patched if their OS is proven. */
  rings: { ring: string; hosts: number; findings: number; patchable: Os[] }[];
}

/** All members by ring, in the order of their ids; those of no ring or of several under `no-ring`. Terminated ones are no members. */
export async function membersByRing(instances: Instances, group: GroupPolicy): Promise<Map<string, Member[]>> {
  const byRing = new Map<string, Member[]>([...group.rings.map((r) => r.name), NO_RING].map((r) => [r, []]));
  for await (const member of instances.members(group.name)) {
    if (isTerminated(member)) continue;
    const rings = ringsOf(group, member);
    byRing.get(rings.length === 1 && rings[0] ? rings[0] : NO_RING)?.push(member);
  }
  for (const members of byRing.values()) members.sort((a, b) => (a.id < b.id ? -1 : 1));
  return byRing;
}

/** One part of the first survey. `snapshotId`: of our patch scan; states that carry another are not believed (trap 21). */
export async function* surveyHosts(
  { inspector, patching }: { inspector: Inspector; patching: Patching },
  group: GroupPolicy,
  members: Member[],
  ask: { snapshotId: string; inspectorEnabled: boolean },
): AsyncGenerator<SurveyedHost> {
  const ids = members.map((m) => m.id);
  const managed = await byId<Managed>(patching.managed(ids));
  const states = await byId<PatchState>(patching.states(ids));
  const coverage = ask.inspectorEnabled ? await byId<Coverage>(inspector.coverage(ids)) : new Map<string, Coverage>();
  const findings = ask.inspectorEnabled
    ? await byInstance(inspector.findings(ids, { closedSince: null }))
    : new Map<string, Finding[]>();
  const fresh = ids.filter((id) => states.get(id)?.snapshotId === ask.snapshotId);
  const patches = await openPatches(patching, fresh, states);
  for (const member of members) {
    const rings = ringsOf(group, member);
    yield {
      id: member.id,
      ring: rings.length === 1 && rings[0] ? rings[0] : null,
      rings,
      member,
      managed: managed.get(member.id) ?? null,
      coverage: coverage.get(member.id) ?? null,
      patchScan: patches.has(member.id) ? 'fresh' : 'unknown',
      patchState: states.get(member.id) ?? null,
      patches: patches.get(member.id) ?? [],
      findings: findings.get(member.id) ?? [],
    };
  }
}

/** One part of the second survey: given ids (those of the first, and members that came since), by what is left of them. */
export async function* surveyHostsAfter(
  { instances, inspector, patching }: { instances: Instances; inspector: Inspector; patching: Patching },
  ring: string | null,
  ids: string[],
  ask: { openedAt: Instant; inspectorEnabled: boolean },
): AsyncGenerator<HostAfter> {
  const members = await byId<Member>(instances.byIds(ids));
  const managed = await byId<Managed>(patching.managed(ids));
  const coverage = ask.inspectorEnabled ? await byId<Coverage>(inspector.coverage(ids)) : new Map<string, Coverage>();
  const findings = ask.inspectorEnabled
    ? await byInstance(inspector.findings(ids, { closedSince: ask.openedAt }))
    : new Map<string, Finding[]>();
  const states = await byId<PatchState>(patching.states(managed.keys()));
  const patches = await openPatches(patching, [...states.keys()], states);
  for (const id of ids) {
    yield {
      id,
      ring,
      member: members.get(id) ?? null,
      managed: managed.get(id) ?? null,
      coverage: coverage.get(id) ?? null,
      patches: patches.get(id) ?? [],
      findings: findings.get(id) ?? [],
    };
  }
}

/** Looks at a ring's hosts as Inspector sees them now: for the gate, between two surveys. */
export async function findingsNow(
  inspector: Inspector,
  ids: string[],
  since: Instant,
): Promise<Map<string, Finding[]>> {
  return byInstance(inspector.findings(ids, { closedSince: since }));
}

export async function byId<T extends { id: string }>(rows: AsyncIterable<T>): Promise<Map<string, T>> {
  const map = new Map<string, T>();
  for await (const row of rows) map.set(row.id, row);
  return map;
}

async function byInstance(findings: AsyncIterable<Finding>): Promise<Map<string, Finding[]>> {
  const map = new Map<string, Finding[]>();
  for await (const finding of findings) {
    const of = map.get(finding.instance);
    if (of) of.push(finding);
    else map.set(finding.instance, [finding]);
  }
  return map;
}

/**
 * One request per host and status: the patch state says which of them are worth asking for. A host whose list does not bear its
 * count out (it ended between the two, or another scan came) is left out: an empty list of it would say that it lacks nothing.
 */
export async function openPatches(
  patching: Patching,
  ids: string[],
  states: ReadonlyMap<string, PatchState>,
): Promise<Map<string, Patch[]>> {
  const map = new Map<string, Patch[]>(ids.map((id) => [id, []]));
  for (const [status, counted] of OPEN) {
    const asked = ids.filter((id) => (states.get(id)?.[counted] ?? 0) > 0);
    for await (const { id, patches } of patching.patches(asked, [status])) {
      map.get(id)?.push(...patches);
      if (!patches.length) map.delete(id);
    }
  }
  return map;
}

const OPEN = [
  ['Missing', 'missing'],
  ['Failed', 'failed'],
  ['InstalledPendingReboot', 'installedPendingReboot'],
  ['AvailableSecurityUpdate', 'unapproved'],
] as const;
