/**
 * What a patch baseline says: of the patch that would close a finding, and of what the policy wishes. Both ask the same rules by
 * the same words, so that `check` warns of nothing that the plan does not say, and the other way round.
 */

import type { Baseline, BaselineRule, Finding } from '#domain/patch/model.ts';
import { entriesNaming, uselessEntries } from '#domain/patch/plan/baseline-list.ts';
import {
  filterName,
  NO_WORD,
  type PatchWords,
  type StrangeWord,
  strangeWordsOf,
  type WordKey,
  wordsFor,
  wordsOf,
} from '#domain/patch/plan/baseline-words.ts';
import type { BaselineWish } from '#domain/patch/policy.ts';

export interface PatchApproval {
  /** `open`: it depends on what AWS does not tell of the patch, in `words`. */
  say: 'approved' | 'rejected' | 'not-approved' | 'open';
  words: string;
  waitDays: number; // of a rule that may take it; 0: none, or no rule does
}

/** What the rules make of a patch of given words. A day of release decides nothing here: no answer of AWS's holds it. */
type Ruling =
  | { kind: 'never'; mismatch: Mismatch | null }
  | { kind: 'at-once' }
  | { kind: 'open'; days: number[]; until: string[]; unclear: Mismatch[] };

/** A filter of a rule that a patch does not pass, or for all that is known might not. */
interface Mismatch {
  key: string;
  values: string[];
  actual: readonly string[];
}

/**
 * What a baseline says of the patch that would close a finding. A list beats the rules, and rejected beats approved. Filters over
 * what a finding does not tell (product, section, priority, repository) are taken to match. When a package was released neither
 * Inspector nor SSM says: the days of a rule count from the package's own advisory, nearly always younger than the
 * vulnerability's (trap 34), so no day is named.
 */
export function approval(baseline: Baseline, finding: Finding): PatchApproval {
  const name = `Baseline ${baseline.name}`;
  const rejected = entriesNaming(baseline, 'rejected', finding).find((entry) => entry !== null);
  if (rejected) return { say: 'rejected', words: `${name} rejects ${rejected}.`, waitDays: 0 };
  const listed = entriesNaming(baseline, 'approved', finding);
  if (listed.length > 0 && listed.every((entry) => entry !== null)) {
    return { say: 'approved', words: `${name} approves ${[...new Set(listed)].join(', ')} by its list.`, waitDays: 0 };
  }
  const words = wordsOf(baseline.os, finding);
  const ruling = rulingOf(baseline, words);
  if (ruling.kind === 'never')
    return { say: 'not-approved', words: neverWords(name, baseline, ruling.mismatch), waitDays: 0 };
  if (ruling.kind === 'at-once') return { say: 'approved', words: `${name} approves it at once.`, waitDays: 0 };
  return {
    say: 'open',
    words: openWords(name, ruling),
    waitDays: ruling.days.length > 0 ? Math.min(...ruling.days) : 0,
  };
}

/** What people should know of a baseline: what its words and lists cannot mean, and what of the wish it does not give. */
export function baselineWarnings(baseline: Baseline, wish: BaselineWish | undefined): string[] {
  const name = `Baseline ${baseline.name} (${baseline.os})`;
  const strange = strangeWordsOf(baseline).map((each) => strangeWarning(name, baseline, each));
  const useless = uselessEntries(baseline).map(
    ({ list, entry, words }) => `${name}: ${entry} among the ${list} patches has no effect, ${words}.`,
  );
  if (!wish) return [...strange, ...useless];
  if (baseline.rules.length === 0) return [`${name} has no rules: it approves nothing but its list.`, ...useless];
  return [...strange, ...useless, ...wishWarnings(name, baseline, wish)];
}

function strangeWarning(name: string, { os }: Baseline, { key, word, instead }: StrangeWord): string {
  const remedy = instead ? `write ${instead}` : `it has ${wordsFor(os, key).join(', ')}`;
  return `${name}: no patch of ${os} is of ${filterName(key)} ${word}, and words are compared letter by letter: ${remedy}.`;
}

function wishWarnings(name: string, baseline: Baseline, wish: BaselineWish): string[] {
  const warnings: string[] = [];
  const slow = new Set<number>();
  const dated = new Set<string>();
  for (const classification of orAny(wish.classifications)) {
    const never: string[] = [];
    for (const severity of orAny(wish.severities)) {
      const ruling = rulingOf(baseline, wishedWords(baseline, classification, severity));
      if (ruling.kind === 'never') never.push(severity);
      if (ruling.kind !== 'open') continue;
      const soonest = Math.min(...ruling.days, ...(ruling.unclear.length > 0 ? [0] : []));
      if (soonest === Infinity) for (const until of ruling.until) dated.add(until);
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

/** Any value of a filter will do for a wish of `*`. */
function wishedWords({ os }: Baseline, classification: string, severity: string): PatchWords {
  const words = (key: WordKey, wished: string) => (wished === '*' ? [...wordsFor(os, key), NO_WORD] : [wished]);
  return {
    CLASSIFICATION: words('CLASSIFICATION', classification),
    SEVERITY: words('SEVERITY', severity),
    MSRC_SEVERITY: words('MSRC_SEVERITY', severity),
  };
}

/** The one reading of a baseline's rules. Of Debian and Ubuntu a delay is not supported, and none is read (SSM API, PatchRule). */
function rulingOf(baseline: Baseline, words: PatchWords): Ruling {
  const isDated = baseline.os !== 'DEBIAN' && baseline.os !== 'UBUNTU';
  const never: Mismatch[] = [];
  const open: Extract<Ruling, { kind: 'open' }> = { kind: 'open', days: [], until: [], unclear: [] };
  for (const rule of baseline.rules) {
    const { mismatch, unclear } = passes(baseline, rule, words);
    if (mismatch) {
      never.push(mismatch);
      continue;
    }
    const days = isDated ? (rule.approveAfterDays ?? 0) : 0;
    const until = isDated ? rule.approveUntil : null;
    if (!unclear && days === 0 && until === null) return { kind: 'at-once' };
    if (unclear) open.unclear.push(unclear);
    if (until !== null) open.until.push(until);
    else if (days > 0) open.days.push(days);
  }
  if (never.length < baseline.rules.length) return open;
  // a security rule of another severity says more than a rule for bugs
  return { kind: 'never', mismatch: never.find(({ key }) => key !== 'CLASSIFICATION') ?? never[0] ?? null };
}

/** `mismatch`: a filter that takes none of the words that the patch may have; `unclear`: one that takes only some of them. */
function passes(baseline: Baseline, rule: BaselineRule, words: PatchWords) {
  let unclear: Mismatch | null = null;
  for (const [key, values] of [...Object.entries(baseline.globalFilters), ...Object.entries(rule.filters)]) {
    const actual = words[key as WordKey];
    if (!actual || actual.length === 0 || values.includes('*')) continue;
    const taken = actual.filter((word) => values.includes(word));
    if (taken.length === 0) return { mismatch: { key, values, actual }, unclear: null };
    if (taken.length < actual.length) unclear ??= { key, values, actual };
  }
  if (!unclear && words.CLASSIFICATION.includes(NO_WORD) && !rule.enableNonSecurity) {
    unclear = { key: 'CLASSIFICATION', values: ['security updates'], actual: words.CLASSIFICATION };
  }
  return { mismatch: null, unclear };
}

function neverWords(name: string, { os, rules }: Baseline, mismatch: Mismatch | null): string {
  if (rules.length === 0) return `${name} has no rules, and its list of approved patches does not name this one.`;
  if (!mismatch) return `${name} approves nothing of this kind.`;
  const { key, values, actual } = mismatch;
  const told = actual.filter((word) => word !== NO_WORD);
  const is = told.length === 1 ? `this is ${told[0]}` : `${os} has ${told.join(', ')}`;
  return `${name} never approves it: of ${filterName(key)} it takes ${values.join(', ')}, and ${is}.`;
}

/** What is not known of the patch, the least far first. */
function openWords(name: string, { days, until, unclear }: Extract<Ruling, { kind: 'open' }>): string {
  const [first] = unclear;
  if (first) {
    const what = first.actual.includes(NO_WORD) ? 'whether an advisory describes it' : `its ${filterName(first.key)}`;
    return `${name} takes of ${filterName(first.key)} only ${first.values.join(', ')}, and AWS does not tell ${what}.`;
  }
  if (days.length > 0) {
    return `${name} approves ${Math.min(...days)} days after release, and AWS does not tell when it was released.`;
  }
  return `${name} approves what was released until ${until.sort().at(-1)}, and AWS does not tell when this was.`;
}
