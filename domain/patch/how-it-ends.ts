/**
 * What a patch campaign ends as, and why: after its plan, after a ring's verdict, and where no ring is left to begin. A person's no is told
 * apart by its machine, and what died is `Lost` (loops/campaign/drain.ts).
 */
import { OUTCOME, type Outcome } from '#domain/campaign/outcomes.ts';
import type { Instant } from '#domain/instant.ts';
import { stuckWords } from '#domain/patch/plan/stuck.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingRecord, VerdictName } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';

/** `Planned`: it does not end here. */
export interface PlanEnd {
  decision: 'Planned' | typeof OUTCOME.Nothing | typeof OUTCOME.Stuck | typeof OUTCOME.Blind | typeof OUTCOME.Observed;
  why: string;
}

/** Hosts of all rings and of none. */
export interface SeenInAll {
  hosts: number;
  running: number;
  covered: number;
  heldUp: number;
  scanUnknown: number;
}

/**
 * What the campaign does with its plan. One that is not blind, and in which a finding should be fixed, patches; of all others the first
 * that holds: `Stuck` where a person can take away what is in the way, else `Nothing`.
 */
export function endOfPlan(
  plan: Omit<Plan, 'planHash'>,
  { running, covered, ...seen }: SeenInAll,
  { inspectorEnabled, policy }: { inspectorEnabled: boolean; policy: Pick<GroupPolicy, 'gate'> },
): PlanEnd {
  const atLeast = policy.gate.coveragePercent;
  if (!inspectorEnabled)
    return { decision: OUTCOME.Blind, why: 'Inspector does not scan EC2 in this account and Region.' };
  if (plan.coveredPercent < atLeast) {
    return {
      decision: OUTCOME.Blind,
      why: `Inspector sees ${covered} of ${plural(running, 'running host')}; the policy asks for ${atLeast} percent.`,
    };
  }
  if (plan.expected.total > 0) {
    const planned = plan.rings.reduce((all, ring) => all + ring.hosts, 0);
    const why = `${plural(planned, 'host')} to patch, which should fix ${plan.expected.total} of ${plural(plan.before.total, 'finding')}.`;
    return { decision: plan.mode === 'observe' ? OUTCOME.Observed : 'Planned', why };
  }
  if (seen.hosts === 0) return { decision: OUTCOME.Stuck, why: `No instance has the patch group tag ${plan.group}.` };
  if (seen.heldUp > 0 || seen.scanUnknown > 0)
    return { decision: OUTCOME.Stuck, why: stuckWords(plan.left, seen.hosts) };
  return { decision: OUTCOME.Nothing, why: nothingWhy(plan, running, covered) };
}

/** What the campaign ends as if this verdict is the last word on it. */
export function endOfRing({ stopped, verdict }: Pick<RingRecord, 'stopped' | 'verdict'>): Outcome {
  if (verdict?.verdict === 'pass') return OUTCOME.Completed;
  const ranOut = stopped?.why === 'window' || stopped?.why === 'proof';
  return ranOut && verdict?.verdict === 'inconclusive' ? OUTCOME.Expired : OUTCOME.Halted;
}

/** Where rings go on one after the other, and this one does not. */
export const noRingFollows = {
  allPassed: (): RingsEnd => ({ outcome: OUTCOME.Completed, why: 'all rings passed' }),
  judged: (ring: string, verdict: VerdictName): RingsEnd => ({
    outcome: OUTCOME.Halted,
    why: `${ring} was judged ${verdict}`,
  }),
  proofOver: (ring: string, until: Instant): RingsEnd => ({
    outcome: OUTCOME.Expired,
    why: `the canary's proof was good until ${until}, before ${ring} began`,
  }),
  /** What stands until the ring has said more. */
  unended: (ring: string): RingsEnd => ({ outcome: OUTCOME.Halted, why: `${ring} began and did not end` }),
};

export interface RingsEnd {
  outcome: Outcome;
  why: string;
}

function nothingWhy(plan: Pick<Plan, 'before' | 'byFate'>, running: number, covered: number): string {
  const eyes =
    covered < running
      ? `Inspector sees ${covered} of ${plural(running, 'running host')}.`
      : `Inspector sees ${running === 1 ? 'the one running host' : `all ${running} running hosts`}.`;
  if (plan.before.total === 0) return `There are no findings, and ${eyes}`;
  const fates = Object.entries(plan.byFate).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const list = fates.map(([fate, findings]) => `${findings} ${fate}`).join(', ');
  const many = plan.before.total === 1 ? 'the one finding' : `any of the ${plan.before.total} findings`;
  return `No patch that may be installed now is known to fix ${many} (${list}); ${eyes}`;
}
