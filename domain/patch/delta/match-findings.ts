import type { Finding, VulnerablePackage } from '#domain/patch/model.ts';
import { sameArch } from '#domain/patch/packages/comparable.ts';
import { isKernel, sameKernel } from '#domain/patch/packages/debian-kernel.ts';

export interface Matched {
  /** One per distinct ARN of the first survey. `after` null: the second survey does not list it. */
  pairs: { before: Finding; after: Finding | null }[];
  /** Findings of the second survey that no finding of the first is matched to, of any status. */
  arrived: Finding[];
}

/**
 * Matches the findings of one host before and after: by ARN, else by vulnerability id and a package name and arch in common.
 * A changed scan mode closes a finding and raises its twin under another ARN (trap 19): a finding that is CLOSED by its own ARN
 * is therefore matched to an open twin if there is one, or it would be called fixed while the vulnerability is still there.
 */
export function matchFindings(before: readonly Finding[], after: readonly Finding[]): Matched {
  const then = distinct(before);
  const now = distinct(after);
  const unclaimed = new Map(now);
  const pairs: { before: Finding; after: Finding | null }[] = [];
  for (const finding of then.values()) {
    pairs.push({ before: finding, after: now.get(finding.arn) ?? null });
    unclaimed.delete(finding.arn);
  }
  const byVulnerability = Map.groupBy(unclaimed.values(), (finding) => finding.vulnerabilityId);
  for (const pair of pairs) {
    if (pair.after && pair.after.status !== 'CLOSED') continue;
    const [twin] = (byVulnerability.get(pair.before.vulnerabilityId) ?? [])
      .filter((other) => unclaimed.has(other.arn) && (!pair.after || other.status !== 'CLOSED'))
      .filter((other) => shareAPackage(pair.before.packages, other.packages))
      .sort((a, b) => OPENNESS[b.status] - OPENNESS[a.status]);
    if (!twin) continue;
    pair.after = twin;
    unclaimed.delete(twin.arn);
  }
  return { pairs, arrived: [...unclaimed.values()] };
}

const OPENNESS = { ACTIVE: 2, SUPPRESSED: 1, CLOSED: 0 } as const;

/** By ARN. A finding that changes between two list calls comes twice: the open one is believed, it was not closed for long. */
function distinct(findings: readonly Finding[]): Map<string, Finding> {
  const byArn = new Map<string, Finding>();
  for (const finding of findings) {
    const seen = byArn.get(finding.arn);
    if (!seen || OPENNESS[finding.status] > OPENNESS[seen.status]) byArn.set(finding.arn, finding);
  }
  return byArn;
}

/** An arch that Inspector does not name (ALL) goes with every other. */
function shareAPackage(some: readonly VulnerablePackage[], others: readonly VulnerablePackage[]): boolean {
  return some.some((a) => others.some((b) => sameName(a.name, b.name) && sameArch(a.arch, b.arch)));
}

/** Debian and Ubuntu kernels have their version in the name (trap 20): the new one is the same package. */
const sameName = (a: string, b: string) => a === b || (isKernel(a) && isKernel(b) && sameKernel(a, b));
