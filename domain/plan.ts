import { fits } from '#domain/fits.ts';
import { sha256 } from '#domain/hash.ts';
import { type Baseline, type Counts, type Instant, noCounts, SEVERITIES } from '#domain/model.ts';
import { type PlanPart, warnOfBaselines, wavesOf } from '#domain/plan-ring.ts';
import type { GroupPolicy } from '#domain/policy.ts';
import type { Plan, RingPlan } from '#domain/records.ts';
import { NO_PROOF_MODE, scopeHash } from '#domain/scope.ts';

export { hostsOfNoRing, patchableOses, planRing } from '#domain/plan-ring.ts';

export interface AssembleContext {
  campaign: string;
  policy: GroupPolicy;
  policyHash: string;
  at: Instant;
  baselines: readonly Baseline[]; // of the OSes present
  snapshotId: string; // a GUID, of the installs
  inspectorEnabled: boolean;
}

export interface Assembled {
  plan: Plan;
  decision: 'Planned' | 'Nothing' | 'Blind' | 'Observed';
  why: string;
}

/** The whole plan from its parts: the rings in the policy's order, and the hosts of no ring. */
export function assemblePlan(parts: readonly PlanPart[], context: AssembleContext): Assembled {
  const { policy } = context;
  const rings = parts.flatMap(({ ring, seen }) => (ring ? [{ ring, seen }] : []));
  const baselines = [...context.baselines].sort((a, b) => (a.os < b.os ? -1 : 1));
  const proofMode = [...new Set(rings.flatMap(({ seen }) => seen.scanModes))].sort().join('+') || NO_PROOF_MODE;
  const unhashed: Omit<Plan, 'planHash'> = {
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
      ...expired(parts, policy),
      ...warnOfBaselines(policy, baselines),
    ],
    fits: fits(
      policy,
      rings.map(({ ring }) => ({
        ring: ring.ring,
        waves: wavesOf(ring),
        soakMinutes: ring.soakMinutes,
        lookMinutes: lookMinutes(ring, policy),
      })),
      context.at,
    ),
  };
  const plan: Plan = { ...unhashed, planHash: sha256(unhashed) };
  return { plan, ...decide(plan, parts, context) };
}

function decide(plan: Plan, parts: readonly PlanPart[], context: AssembleContext): Omit<Assembled, 'plan'> {
  const sum = (what: 'hosts' | 'running' | 'covered' | 'fixable' | 'unread') =>
    parts.reduce((all, part) => all + part.seen[what], 0);
  const running = sum('running');
  const blindHosts = running - sum('covered');
  const atLeast = context.policy.gate.coveragePercent;
  if (!context.inspectorEnabled)
    return { decision: 'Blind', why: 'Inspector does not scan EC2 in this account and Region.' };
  if (sum('hosts') === 0) return { decision: 'Blind', why: `No instance has the patch group tag ${plan.group}.` };
  if (plan.coveredPercent < atLeast) {
    return {
      decision: 'Blind',
      why: `Inspector sees ${running - blindHosts} of ${running} running hosts; the policy asks for ${atLeast} percent.`,
    };
  }
  if (sum('fixable') === 0) {
    if (blindHosts > 0) {
      return {
        decision: 'Blind',
        why: `Nothing to fix is known, but Inspector does not see ${hosts(blindHosts)} that run.`,
      };
    }
    if (sum('unread') > 0) {
      return {
        decision: 'Blind',
        why: `Nothing to fix is known, but of ${sum('unread')} findings nobody can tell: the patch scan of their hosts failed.`,
      };
    }
    return { decision: 'Nothing', why: nothingWhy(plan, running) };
  }
  const planned = plan.rings.reduce((all, ring) => all + ring.hosts, 0);
  const why = `${hosts(planned)} to patch, which should fix ${plan.expected.total} of ${plan.before.total} findings.`;
  return { decision: plan.mode === 'observe' ? 'Observed' : 'Planned', why };
}

function nothingWhy(plan: Plan, running: number): string {
  const eyes = `Inspector sees ${running === 1 ? 'the one running host' : `all ${running} running hosts`}.`;
  if (plan.before.total === 0) return `There are no findings, and ${eyes}`;
  const fates = Object.entries(plan.byFate).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const list = fates.map(([fate, findings]) => `${findings} ${fate}`).join(', ');
  return `No patch that may be installed now fixes any of the ${plan.before.total} findings (${list}); ${eyes}`;
}

const hosts = (number: number) => `${number} host${number === 1 ? '' : 's'}`;

function summaryOf(ring: RingPlan, policy: GroupPolicy): Plan['rings'][number] {
  return {
    ring: ring.ring,
    hosts: ring.hosts.length,
    atOnce: ring.atOnce,
    waves: wavesOf(ring),
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
      ? [`Ring ${ring.ring} has ${hosts(number)} of ${os}, the gate asks for ${gate.minSample}.`]
      : [];
  });
}

function expired(parts: readonly PlanPart[], { waivers }: GroupPolicy): string[] {
  return waivers.flatMap((waiver) => {
    const findings = parts.reduce((all, part) => all + (part.seen.expiredWaivers[waiver.id] ?? 0), 0);
    return findings > 0
      ? [
          `Waiver ${waiver.id} of ${waiver.owner} expired on ${waiver.expires}; ${findings} findings are no longer accepted.`,
        ]
      : [];
  });
}

function lookMinutes(ring: RingPlan, { rescanMinutes }: GroupPolicy): number {
  const deadlines: Record<string, number | undefined> = rescanMinutes;
  const longest = Math.max(...Object.values(rescanMinutes));
  return Math.max(0, ...ring.hosts.map((host) => deadlines[host.scanMode] ?? longest));
}
