import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { sha256 } from '#domain/hash.ts';
import type { Instant } from '#domain/instant.ts';
import { endOfPlan, type PlanEnd, type SeenInAll } from '#domain/patch/how-it-ends.ts';
import type { Baseline } from '#domain/patch/model.ts';
import { fits } from '#domain/patch/plan/fits-window.ts';
import { type PlanPart, warnOfBaselines, waveCount } from '#domain/patch/plan/plan-ring.ts';
import { NO_PROOF_MODE, scopeHash } from '#domain/patch/plan/scope.ts';
import { noHosts, remedies } from '#domain/patch/plan/stuck.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingPlan } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import { type Counts, noCounts, SEVERITIES } from '#domain/severity.ts';

export interface AssembleContext {
  campaign: string;
  policy: GroupPolicy;
  policyHash: string;
  at: Instant;
  baselines: readonly Baseline[]; // of the OSes present
  snapshotId: string; // a GUID, of the installs
  inspectorEnabled: boolean;
}

export interface Assembled extends PlanEnd {
  plan: Plan;
}

/** The whole plan from its parts: the rings in the policy's order, and the hosts of no ring. */
export function assemblePlan(parts: readonly PlanPart[], context: AssembleContext): Assembled {
  const { policy } = context;
  const rings = parts.flatMap(({ ring, seen }) => (ring ? [{ ring, seen }] : []));
  const baselines = [...context.baselines].sort((a, b) => (a.os < b.os ? -1 : 1));
  const proofMode = [...new Set(rings.flatMap(({ seen }) => seen.scanModes))].sort().join('+') || NO_PROOF_MODE;
  const facts: Facts = {
    version: 1,
    campaign: context.campaign,
    group: policy.name,
    mode: policy.mode,
    at: context.at,
    policyHash: context.policyHash,
    scopeHash: scopeHash({
      policyHash: context.policyHash,
      rings: rings.map(({ ring }) => ({ ring: ring.ring, hosts: ring.hosts.map((host) => host.id) })),
      baselines,
      reboot: policy.reboot,
      proofMode,
    }),
    reboot: policy.reboot,
    snapshotId: context.snapshotId,
    proofMode,
    proofUntil: null,
    baselines,
    rings: rings.map(({ ring }) => summaryOf(ring, policy)),
    left: parts.flatMap((part) => part.left),
    before: total(parts.map((part) => part.before)),
    expected: total(rings.map(({ ring }) => ring.expected)),
    byFate: totalByFate(parts),
    coveredPercent: coveredPercent(parts),
    warnings: [
      ...parts.flatMap((part) => part.warnings),
      ...fewCanaries(parts, policy),
      ...notBegun(rings, policy),
      ...expired(parts, policy),
      ...warnOfBaselines(policy, baselines),
    ],
    fits: fits(
      policy,
      rings.map(({ ring }) => ({
        ring: ring.ring,
        waves: waveCount(ring),
        soakMinutes: ring.soakMinutes,
        lookMinutes: lookMinutes(ring, policy),
      })),
      context.at,
    ),
  };
  const decided = endOfPlan(facts, seenOf(parts), context);
  const unhashed = decided.decision === OUTCOME.Stuck ? { ...facts, remedies: whatToDo(facts, parts, policy) } : facts;
  return { plan: { ...unhashed, planHash: sha256(unhashed) }, ...decided };
}

type Facts = Omit<Plan, 'planHash'>;

function whatToDo({ left }: Facts, parts: readonly PlanPart[], policy: GroupPolicy): string[] {
  if (seenOf(parts).hosts === 0) return [noHosts(policy.name)];
  const stray: Record<string, number> = Object.assign({}, ...parts.map(({ seen }) => seen.strayTags));
  return remedies(left, stray, policy);
}

function seenOf(parts: readonly PlanPart[]): SeenInAll {
  const sum = (what: 'hosts' | 'running' | 'covered' | 'heldUp' | 'scanUnknown') =>
    parts.reduce((all, part) => all + part.seen[what], 0);
  return {
    hosts: sum('hosts'),
    running: sum('running'),
    covered: sum('covered'),
    heldUp: sum('heldUp'),
    scanUnknown: sum('scanUnknown'),
  };
}

function summaryOf(ring: RingPlan, policy: GroupPolicy): Plan['rings'][number] {
  return {
    ring: ring.ring,
    hosts: ring.hosts.length,
    atOnce: ring.atOnce,
    waves: waveCount(ring),
    soakMinutes: ring.soakMinutes,
    expected: ring.expected,
    approval: policy.approvals.before.includes(ring.ring),
  };
}

function total(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) {
    for (const severity of SEVERITIES) sum[severity] += counts[severity];
    sum.total += counts.total;
  }
  return sum;
}

function totalByFate(parts: readonly PlanPart[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { byFate } of parts) {
    for (const [fate, findings] of Object.entries(byFate)) sum[fate] = (sum[fate] ?? 0) + findings;
  }
  return sum;
}

/** Rounded down, so that 100 means all. Without a running host there is none to miss. */
function coveredPercent(parts: readonly PlanPart[]): number {
  const running = parts.reduce((all, part) => all + part.seen.running, 0);
  const covered = parts.reduce((all, part) => all + part.seen.covered, 0);
  return running === 0 ? 100 : Math.floor((100 * covered) / running);
}

/** A canary with fewer hosts of an OS than the gate wants to see can never pass. */
function fewCanaries(parts: readonly PlanPart[], { gate }: GroupPolicy): string[] {
  const canary = parts.find((part) => part.ring !== null);
  if (!canary?.ring) return [];
  const { ring, seen } = canary;
  return ring.later.flatMap((os) => {
    const number = seen.oses[os] ?? 0;
    return number < gate.minSample
      ? [`Ring ${ring.ring} has ${plural(number, 'host')} of ${os}, the gate asks for ${gate.minSample}.`]
      : [];
  });
}

/** A later ring that would fix nothing: nobody is asked for it, and what asks for a yes is not patched without one. */
function notBegun(rings: readonly { ring: RingPlan }[], { approvals }: GroupPolicy): string[] {
  return rings
    .slice(1)
    .flatMap(({ ring: { ring, hosts, expected } }) =>
      hosts.length > 0 && expected.total === 0 && approvals.before.includes(ring)
        ? [`Ring ${ring} would fix no finding: nobody is asked for its approval, and it is not begun.`]
        : [],
    );
}

function expired(parts: readonly PlanPart[], { waivers }: GroupPolicy): string[] {
  return waivers.flatMap((waiver) => {
    const findings = parts.reduce((all, part) => all + (part.seen.expiredWaivers[waiver.id] ?? 0), 0);
    return findings > 0
      ? [
          `Waiver ${waiver.id} of ${waiver.owner} expired on ${waiver.expires}; ${findings === 1 ? '1 finding is' : `${findings} findings are`} no longer accepted.`,
        ]
      : [];
  });
}

function lookMinutes(ring: RingPlan, { rescanMinutes }: GroupPolicy): number {
  const deadlines: Record<string, number | undefined> = rescanMinutes;
  const longest = Math.max(...Object.values(rescanMinutes));
  return Math.max(0, ...ring.hosts.map((host) => deadlines[host.scanMode] ?? longest));
}
