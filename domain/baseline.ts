import { binariesOf, sameDebianPackage } from '#domain/debian.ts';
import { plusDays } from '#domain/instant.ts';
import type { Baseline, BaselineRule, Finding, Instant, Severity, VulnerablePackage } from '#domain/model.ts';
import type { BaselineWish } from '#domain/policy.ts';

export interface Approval {
  say: 'approved' | 'rejected' | 'not-approved';
  from: Instant | null; // not-approved: when it will be, where that can be known
  words: string;
}

/** One filter of a rule that a finding does not pass. */
interface Mismatch {
  key: string;
  values: string[];
  actual: string;
}

/**
 * What a baseline says of the patch that would close a finding, at an instant: on Linux the host decides when it runs, not when
 * the snapshot was taken (trap 16). A list beats the rules, and rejected beats approved. Filters over what a finding does not
 * tell (product, section, priority, repository) are taken to match.
 */
export function approval(baseline: Baseline, finding: Finding, at: Instant): Approval {
  const name = `Baseline ${baseline.name}`;
  const rejected = entriesFor(baseline, baseline.rejected, finding).find((entry) => entry !== null);
  if (rejected) return { say: 'rejected', from: null, words: `${name} rejects ${rejected}.` };
  const approved = entriesFor(baseline, baseline.approved, finding);
  if (approved.length > 0 && approved.every((entry) => entry !== null)) {
    return { say: 'approved', from: null, words: `${name} approves ${approved.join(', ')} by its list.` };
  }
  if (baseline.rules.length === 0) {
    return notApproved(null, `${name} has no rules, and its list of approved patches does not name this one.`);
  }
  const mismatches: Mismatch[] = [];
  const later: Approval[] = [];
  for (const rule of baseline.rules) {
    const mismatch = mismatchOf(baseline.globalFilters, finding) ?? mismatchOf(rule.filters, finding);
    if (mismatch) mismatches.push(mismatch);
    else {
      const said = byDate(name, rule, finding, at);
      if (said.say === 'approved') return said;
      later.push(said);
    }
  }
  return soonest(later) ?? never(name, mismatches);
}

/** What the policy wishes of a baseline and does not get from the one that the group has, in words. */
export function baselineWarnings(baseline: Baseline, wish: BaselineWish | undefined): string[] {
  if (!wish) return [];
  const name = `Baseline ${baseline.name} (${baseline.os})`;
  if (baseline.rules.length === 0) return [`${name} has no rules: it approves nothing but its list.`];
  const warnings: string[] = [];
  const slow = new Set<number>();
  const dated = new Set<string>();
  for (const classification of orAny(wish.classifications)) {
    const never: string[] = [];
    for (const severity of orAny(wish.severities)) {
      const rules = baseline.rules.filter((rule) => allows(baseline, rule, classification, severity));
      const days = rules.filter((rule) => !rule.approveUntil).map((rule) => rule.approveAfterDays ?? 0);
      const soonest = Math.min(...days);
      if (rules.length === 0) never.push(severity);
      else if (days.length === 0) for (const rule of rules) dated.add(rule.approveUntil ?? '');
      else if (soonest > wish.approvedWithinDays) slow.add(soonest);
    }
    const all = never.length === orAny(wish.severities).length;
    const which = all ? '' : ` of severity ${never.join(', ')}`;
    if (never.length > 0) warnings.push(`${name} never approves ${classification}${which}, which the policy wishes.`);
  }
  for (const days of slow) {
    warnings.push(`${name} approves ${days} days after release; the policy wishes ${wish.approvedWithinDays}.`);
  }
  for (const until of dated) warnings.push(`${name} approves only what was released until ${until}.`);
  return warnings;
}

/** A wish that names none wishes any. */
const orAny = (values: string[]) => (values.length > 0 ? values : ['*']);

/** For each package of the finding the entry of a list that names it, or null. */
function entriesFor(baseline: Baseline, entries: string[], finding: Finding): (string | null)[] {
  if (entries.length === 0) return [];
  const whole = entries.find((entry) => matches(entry, finding.vulnerabilityId));
  if (whole !== undefined) return [whole];
  return finding.packages.map((each) => entryFor(baseline, entries, each));
}

/** Answers by list and package: without them 100,000 findings against a list of 50 take 13 seconds, with them a tenth. */
const answers = new WeakMap<string[], Map<string, string | null>>();

function entryFor(baseline: Baseline, entries: string[], each: VulnerablePackage): string | null {
  const known = answers.get(entries) ?? new Map<string, string | null>();
  answers.set(entries, known);
  const key = [baseline.os, each.name, each.fixedIn, each.arch].join(' ');
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  const debian = baseline.os === 'DEBIAN' || baseline.os === 'UBUNTU';
  const names = debian ? [...namesOf(each), ...binariesOf(each.name)] : namesOf(each);
  const isNamed = (entry: string) =>
    names.some((name) => matches(entry, name)) || (debian && sameDebianPackage(each.name, entry));
  const found = entries.find(isNamed) ?? null;
  known.set(key, found);
  return found;
}

/** The forms in which a list may write a package: name, name.arch, name-version, name-version.arch. */
function namesOf({ name, arch, fixedIn }: VulnerablePackage): string[] {
  const names = fixedIn ? [name, `${name}-${fixedIn}`, `${name}-${fixedIn.replace(/^\d+:/, '')}`] : [name];
  return arch ? [...names, ...names.map((each) => `${each}.${arch.toLowerCase()}`)] : names;
}

/** Whether text is what a pattern with `*` describes. Without regular expressions: patterns come from outside. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const given = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return given === first;
  if (!given.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = given.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return given.length - from >= last.length && given.endsWith(last);
}

function mismatchOf(filters: Record<string, string[]>, finding: Finding): Mismatch | null {
  for (const [key, values] of Object.entries(filters)) {
    if (values.includes('*')) continue;
    if (key === 'CLASSIFICATION') {
      if (!values.some(isSecurity)) return { key, values, actual: 'Security' };
    } else if (key === 'SEVERITY' || key === 'MSRC_SEVERITY') {
      const actual = ratingOf(finding);
      if (!values.some((value) => rating(value) === actual)) {
        return { key, values, actual: finding.vendorSeverity ?? finding.severity };
      }
    }
  }
  return null;
}

const isSecurity = (classification: string) =>
  ['security', 'securityupdates', 'criticalupdates'].includes(plain(classification));

const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');

/** Patch Manager goes by the vendor's rating; Inspector's own only stands in where the finding carries none. */
const ratingOf = (finding: Finding) => rating(finding.vendorSeverity ?? STANDS_FOR[finding.severity]);

const STANDS_FOR: Record<Severity, string> = {
  CRITICAL: 'critical',
  HIGH: 'important',
  MEDIUM: 'medium',
  LOW: 'low',
  INFORMATIONAL: 'low',
  UNTRIAGED: 'untriaged',
};

const SAME_RATING: Record<string, string> = { high: 'important', moderate: 'medium' };

function rating(word: string): string {
  const name = plain(word);
  return SAME_RATING[name] ?? name;
}

function byDate(name: string, rule: BaselineRule, finding: Finding, at: Instant): Approval {
  const released = finding.vendorUpdatedAt ?? finding.vendorCreatedAt;
  if (rule.approveUntil) {
    const until = `${name} approves what was released until ${rule.approveUntil}`;
    if (!released) return notApproved(null, `${until}; when this was released is not known.`);
    if (released.slice(0, 10) <= rule.approveUntil) return { say: 'approved', from: null, words: `${until}.` };
    return notApproved(null, `${until}; this is of ${released.slice(0, 10)}.`);
  }
  const days = rule.approveAfterDays ?? 0;
  if (days === 0) return { say: 'approved', from: null, words: `${name} approves it at once.` };
  const after = `${name} approves it ${days} days after release`;
  if (!released) return notApproved(null, `${after}; when it was released is not known.`);
  const from = plusDays(released, days);
  const words = `${after}: from ${from.slice(0, 10)}.`;
  return from <= at ? { say: 'approved', from: null, words } : notApproved(from, words);
}

const notApproved = (from: Instant | null, words: string): Approval => ({ say: 'not-approved', from, words });

/** The one that comes first; those without a day come last. */
function soonest(approvals: Approval[]): Approval | null {
  return approvals.sort((a, b) => ((a.from ?? '~') < (b.from ?? '~') ? -1 : 1))[0] ?? null;
}

/** Names the rule that comes nearest: a security rule of another severity says more than a rule for bugs. */
function never(name: string, mismatches: Mismatch[]): Approval {
  const nearest = mismatches.find((each) => each.key !== 'CLASSIFICATION') ?? mismatches[0];
  if (!nearest) return notApproved(null, `${name} approves nothing of this kind.`);
  const { key, values, actual } = nearest;
  const what = key.replace('_', ' ').toLowerCase();
  return notApproved(
    null,
    `${name} never approves it: of ${what} it takes ${values.join(', ')}, and this is ${actual}.`,
  );
}

function allows(baseline: Baseline, rule: BaselineRule, classification: string, severity: string): boolean {
  return [baseline.globalFilters, rule.filters].every(
    (filters) =>
      takes(filters.CLASSIFICATION, classification, plain) &&
      takes(filters.SEVERITY, severity, rating) &&
      takes(filters.MSRC_SEVERITY, severity, rating),
  );
}

/** No filter takes all; any value of it will do for a wish of `*`. */
function takes(values: string[] | undefined, wished: string, same: (word: string) => string): boolean {
  return !values || wished === '*' || values.some((value) => value === '*' || same(value) === same(wished));
}
