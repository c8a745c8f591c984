import type { Baseline, InstanceId, Os, SurveyedHost } from '#domain/patch/model.ts';
import { baselineWarnings } from '#domain/patch/plan/baseline-reading.ts';
import { type FateContext, fateOf, type HostCase, hostCase } from '#domain/patch/plan/finding-fate.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import { isHeldUp, strayTagsOf } from '#domain/patch/plan/stuck.ts';
import { waiverFor } from '#domain/patch/plan/waiver.ts';
import { amountOf, type GroupPolicy } from '#domain/patch/policy.ts';
import type { FindingFate, PlannedHost, RingPlan } from '#domain/patch/records.ts';
import { MOST_PER_COMMAND } from '#domain/patch/waves.ts';
import { type Counts, count, noCounts } from '#domain/severity.ts';

/** What the plan keeps of one ring, or of the hosts of none, besides its fates: small, so that fates can be written and let go. */
export interface PlanPart {
  ring: RingPlan | null; // null: the hosts of no ring or of several
  left: LeftHost[];
  before: Counts;
  byFate: Record<string, number>;
  seen: Seen;
  warnings: string[];
}

export interface Seen {
  hosts: number;
  running: number;
  covered: number; // running, and Inspector looks at them
  heldUp: number; // findings that somebody waits for, on hosts whose state is in the way
  scanUnknown: number; // hosts whose patch scan failed: what they lack is not known
  strayTags: Record<string, number>; // of hosts in no ring: what they have under the rings' tag keys → hosts
  scanModes: string[]; // of hosts that will be patched
  oses: Partial<Record<Os, number>>; // hosts to be patched or at level, by OS
  expiredWaivers: Record<string, number>; // waiver id → findings that it no longer accepts
}

type PlannedRing = PlanPart & { ring: RingPlan; fates: FindingFate[] };

export interface RingContext extends Pick<FateContext, 'at' | 'baselines' | 'provenOses'> {
  laterOses: readonly Os[]; // of the hosts of later rings
}

/** One ring's plan: frozen ids in the order of sending, and a fate for every open finding of its hosts. */
export function planRing(
  policy: GroupPolicy,
  ringIndex: number,
  hosts: readonly SurveyedHost[],
  context: RingContext,
): PlannedRing {
  const ring = policy.rings[ringIndex];
  if (!ring) throw new RangeError(`group ${policy.name} has no ring ${ringIndex}`);
  const { fates, part, cases } = judgeHosts(policy, hosts, context);
  const planned: PlannedHost[] = [];
  const atLevel: InstanceId[] = [];
  const expected = noCounts();
  const scanModes = new Set<string>();
  for (const { known, fixes } of cases) {
    const { managed, member, coverage } = known.host;
    if (known.left || !managed?.os || !coverage) continue;
    part.seen.oses[managed.os] = (part.seen.oses[managed.os] ?? 0) + 1;
    if (!hasWork(known, policy)) {
      atLevel.push(known.host.id);
      continue;
    }
    const scanMode = coverage.scanMode ?? 'unknown';
    scanModes.add(scanMode);
    const missing = Math.max(known.offered.toInstall, known.host.patchState?.missing ?? 0);
    planned.push({ id: known.host.id, os: managed.os, zone: member.zone, scanMode, missing, expected: fixes.length });
    for (const fate of fixes) count(expected, fate.severity);
  }
  planned.sort((a, b) => inOrder(a.zone, b.zone) || inOrder(a.id, b.id));
  const warnings =
    hosts.length > 0 ? [] : [`No instance has the tag ${ring.tag.key}=${ring.tag.value} of ring ${ring.name}.`];
  return {
    ...part,
    fates,
    warnings,
    seen: { ...part.seen, scanModes: [...scanModes].sort() },
    ring: {
      ring: ring.name,
      atOnce: Math.min(planned.length, Math.max(1, amountOf(ring.atOnce, planned.length))),
      errors: amountOf(ring.errors, planned.length),
      soakMinutes: ring.soakMinutes,
      hosts: planned,
      atLevel: atLevel.sort(inOrder),
      later: toProve(context, part.seen.oses),
      last: ringIndex === policy.rings.length - 1,
      expected,
    },
  };
}

/** The hosts whose `ring` is null: all are left, each with its reason. */
export function hostsOfNoRing(
  policy: GroupPolicy,
  hosts: readonly SurveyedHost[],
  context: RingContext,
): PlanPart & { ring: null; fates: FindingFate[] } {
  const { fates, part } = judgeHosts(policy, hosts, context);
  return { ...part, ring: null, fates };
}

/** OSes of the hosts that could be patched if their OS is proven: what a ring proves, or needs to have proven. */
export function patchableOses(hosts: Iterable<SurveyedHost>, { replaced }: Pick<GroupPolicy, 'replaced'>): Os[] {
  const oses = new Set<Os>();
  for (const host of hosts) {
    const os = host.managed?.os;
    if (os && !oses.has(os) && !hostCase(host, { provenOses: null, replaced }).left) oses.add(os);
  }
  return [...oses].sort();
}

/** Waves of a ring: as many as needed to never have more than `atOnce` at work, nor more than one command takes. */
export function waveCount(ring: RingPlan): number {
  return ring.hosts.length === 0 ? 0 : Math.ceil(ring.hosts.length / Math.min(ring.atOnce, MOST_PER_COMMAND));
}

/** What the group's baselines lack of the policy's wishes, and OSes that the policy does not speak of. */
export function warnOfBaselines(policy: GroupPolicy, baselines: readonly Baseline[]): string[] {
  return baselines.flatMap((baseline) => {
    const unnamed = policy.os.includes(baseline.os)
      ? []
      : [`The policy of ${policy.name} does not name ${baseline.os}: its hosts get baseline ${baseline.name}.`];
    return [...unnamed, ...unregistered(policy, baseline), ...baselineWarnings(baseline, policy.baseline[baseline.os])];
  });
}

/** A stage that observes registers no baseline of its own: what the plan expects comes of the one that the group has. */
function unregistered({ name, mode, baseline: wishes }: GroupPolicy, { os, name: has }: Baseline): string[] {
  if (mode !== 'observe' || !wishes[os]) return [];
  return [`${os}: the baseline of the policy would be registered for ${name} in mode act; now it gets ${has}.`];
}

function judgeHosts(policy: GroupPolicy, hosts: readonly SurveyedHost[], ringContext: RingContext) {
  const { reboot, replaced, waivers } = policy;
  const context: FateContext = { ...ringContext, reboot, replaced, waivers };
  const fates: FindingFate[] = [];
  const left: LeftHost[] = [];
  const before = noCounts();
  const byFate: Record<string, number> = {};
  const seen: Seen = {
    hosts: hosts.length,
    running: 0,
    covered: 0,
    heldUp: 0,
    scanUnknown: 0,
    strayTags: strayTagsOf(hosts, policy.rings),
    scanModes: [],
    oses: {},
    expiredWaivers: {},
  };
  const cases: { known: HostCase; fixes: FindingFate[] }[] = [];
  for (const host of [...hosts].sort((a, b) => inOrder(a.id, b.id))) {
    const known = hostCase(host, context);
    const fixes: FindingFate[] = [];
    // what a service runs for the account is no gap in our sight: who runs it answers for it
    if (host.member.state === 'running' && !host.member.managedBy) {
      seen.running += 1;
      if (host.coverage?.status === 'ACTIVE') seen.covered += 1;
    }
    if (known.left) left.push({ id: host.id, ring: host.ring, ...known.left, ...osOf(host) });
    if (known.left?.why === 'scan-unknown') seen.scanUnknown += 1;
    for (const finding of host.findings) {
      if (finding.status === 'CLOSED') continue;
      const fate = fateOf(finding, host, context, known);
      fates.push(fate);
      count(before, finding.severity);
      byFate[fate.fate] = (byFate[fate.fate] ?? 0) + 1;
      if (fate.fate === 'fix') fixes.push(fate);
      if (isHeldUp(fate)) seen.heldUp += 1;
      const { expired } = waiverFor(policy.waivers, finding, context.at);
      if (expired) seen.expiredWaivers[expired.id] = (seen.expiredWaivers[expired.id] ?? 0) + 1;
    }
    cases.push({ known, fixes });
  }
  const part: PlanPart = { ring: null, left, before, byFate, seen, warnings: [] };
  return { fates, part, cases };
}

const osOf = ({ managed }: SurveyedHost) => (managed?.os ? { os: managed.os } : {});

/** A patch that waits for its reboot is work too, where the policy allows the reboot: an Install brings it. */
function hasWork({ host, offered }: HostCase, { reboot }: GroupPolicy): boolean {
  const missing = Math.max(offered.toInstall, host.patchState?.missing ?? 0);
  return missing > 0 || (reboot === 'RebootIfNeeded' && offered.pendingReboot > 0);
}

/** An OS that the canary cannot prove is left in later rings. A canary without any host has everything still to prove. */
function toProve({ laterOses, provenOses }: RingContext, oses: Seen['oses']): Os[] {
  const canProve = (os: Os) => provenOses !== null || Object.keys(oses).length === 0 || os in oses;
  return laterOses.filter(canProve).sort();
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
