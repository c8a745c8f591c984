/** Why a finding stays open whatever is patched, as far as the finding itself says it: at the plan and at the end alike. */

import type { Finding, VulnerablePackage } from '#domain/patch/model.ts';
import { kbsOf } from '#domain/patch/packages/patch-for-finding.ts';
import type { Reason } from '#domain/patch/reasons.ts';

interface InFinding {
  fate: Extract<Reason, 'suppressed' | 'end-of-life' | 'not-os-package' | 'no-fix'>;
  words: string;
}

/** The first that holds, with the words for it; null: a patch could close it. */
export function reasonIn(finding: Finding): InFinding | null {
  if (finding.status === 'SUPPRESSED') {
    return { fate: 'suppressed', words: 'A suppression rule of Inspector hides it; nobody waits for its patch.' };
  }
  if (isEndOfLife(finding)) {
    return {
      fate: 'end-of-life',
      words: 'The operating system gets no more updates from its vendor: only a newer one closes it, no patch.',
    };
  }
  const foreign = finding.packages.filter((each) => each.manager !== 'OS');
  if (foreign.length > 0) {
    return {
      fate: 'not-os-package',
      words: `${foreign.map((each) => `${each.name} ${each.version} (${each.manager})`).join(', ')} did not come from the system's packages: Patch Manager does not update it.${ownHalf(finding)}`,
    };
  }
  return withoutFix(finding);
}

/** What of such a finding is the system's and has a fix: an update closes that half only. */
function ownHalf({ packages }: Finding): string {
  const own = packages.filter((each) => each.manager === 'OS' && each.fixedIn !== null);
  const fixes = [...new Set(own.map((each) => `${each.name} (fixed in ${each.fixedIn})`))];
  return fixes.length > 0
    ? ` Of the system's packages it names ${fixes.join(', ')}: an update closes that half only.`
    : '';
}

/**
 * Inspector's own finding that the system is discontinued (trap 9). It is known by its title, and asked for before the rows
 * about packages: it has no package to judge by, or one that stands for the whole system.
 */
export function isEndOfLife(finding: Finding): boolean {
  const text = `${finding.title} ${finding.vulnerabilityId}`;
  return (
    finding.severity === 'CRITICAL' &&
    /discontinued|end[- _]of[- _](?:life|support)/i.test(text) &&
    !/^CVE-/.test(finding.vulnerabilityId)
  );
}

/** A finding stays as long as one of its packages is vulnerable: a fix for some of them does not close it. */
function withoutFix(finding: Finding): InFinding | null {
  if (kbsOf(finding).length > 0) {
    return finding.fixAvailable === 'NO' ? { fate: 'no-fix', words: 'Microsoft has no update for it yet.' } : null;
  }
  if (finding.packages.length === 0) {
    return { fate: 'not-os-package', words: 'It names no package of the system: no patch belongs to it.' };
  }
  const open = finding.packages.filter((each) => each.fixedIn === null);
  if (open.length === 0) return null;
  const fixed = finding.packages.length - open.length;
  const rest = fixed > 0 ? `; ${fixed} of its ${finding.packages.length} packages could be updated` : '';
  return { fate: 'no-fix', words: `The vendor has no fixed version of ${namesOf(open)} yet${rest}.` };
}

const namesOf = (packages: VulnerablePackage[]) => [...new Set(packages.map((each) => each.name))].join(', ');
