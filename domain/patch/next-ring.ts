/** Rings go in order, each only once the one before it passed, while the canary's proof holds. */
import { yesFor } from '#domain/campaign/approval.ts';
import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { ringExecution } from '#domain/campaign/short-name.ts';
import type { Instant } from '#domain/instant.ts';
import { secondsUntil } from '#domain/instant.ts';
import { noRingFollows, type RingsEnd } from '#domain/patch/how-it-ends.ts';
import { proofUntil } from '#domain/patch/may-send.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingRecord } from '#domain/patch/records.ts';

interface NextFacts {
  group: GroupPolicy;
  plan: Plan;
  records: ReadonlyMap<string, RingRecord>;
  approvals: ReadonlyMap<string, Approval>;
  at: Instant;
}

/** All fields always, for the machine assigns them: `outcome` and `why` count where the decision is `Finished`. */
export interface Next {
  decision: 'Ring' | 'Approval' | 'Finished';
  ring: string;
  execution: string; // name of the execution that patches the ring
  approvalSeconds: number;
  outcome: Outcome;
  why: string;
}

export function nextRingOf({ group, plan, records, approvals, at }: NextFacts): Next {
  const finished = (end: RingsEnd): Next => ({
    decision: 'Finished',
    ring: '',
    execution: '',
    approvalSeconds: 0,
    ...end,
  });
  const [canary] = plan.rings;
  const until = proofUntil((canary && records.get(canary.ring)) ?? null, group.proofDays);
  for (const [place, { ring, hosts, expected }] of plan.rings.entries()) {
    const verdict = records.get(ring)?.verdict?.verdict;
    if (verdict === 'pass') continue;
    if (verdict) return finished(noRingFollows.judged(ring, verdict));
    const asks = group.approvals.before.includes(ring) && hosts > 0;
    // wholly at level, or nothing to fix that anybody should be asked for: only a canary has to prove something
    if (place > 0 && (hosts === 0 || (asks && expected.total === 0))) continue;
    if (until && at >= until) return finished(noRingFollows.proofOver(ring, until));
    const given = approvals.get(ring);
    const approved = yesFor(given ?? null, plan.scopeHash) === null;
    const proof = until ? secondsUntil(at, until) : Number.POSITIVE_INFINITY;
    return {
      decision: asks && !approved ? 'Approval' : 'Ring',
      ring,
      execution: ringExecution(plan.campaign, ring),
      approvalSeconds: Math.min(group.approvals.expiresHours * 3600, proof),
      ...noRingFollows.unended(ring),
    };
  }
  return finished(noRingFollows.allPassed());
}
