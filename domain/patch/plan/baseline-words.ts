/**
 * The words of patches that a baseline's rules are compared with. The agent compares them letter by letter with what the
 * advisory says, its first letter made a capital (trap 35): `SecurityUpdates` on Red Hat, `Moderate` on Amazon Linux or
 * `security` anywhere approve nothing. Sources: DescribePatchProperties by OS, and the public copy of the agent (yum_package.py).
 */
import type { Baseline, Finding, Os } from '#domain/patch/model.ts';

/** Filters of a rule that go by words of the patch. Debian and Ubuntu filter by neither (SSM API, PatchFilter). */
export type WordKey = 'CLASSIFICATION' | 'SEVERITY' | 'MSRC_SEVERITY';

/** What a patch may be called, as far as AWS tells: one word where it is known, all that are possible where it is not. */
export type PatchWords = Record<WordKey, readonly string[]>;

/** A patch that no advisory describes has no word at all: only `*` takes it, and only with non-security updates. */
export const NO_WORD = '(none)';

const YUM = ['Security', 'Bugfix', 'Enhancement', 'Recommended', 'Newpackage'];
const ORACLE = ['Security', 'Bugfix', 'Enhancement'];
const ZYPPER = ['Security', 'Recommended', 'Optional', 'Feature', 'Document', 'Yast'];
const WINDOWS_UPDATE = [
  'CriticalUpdates',
  'SecurityUpdates',
  'DefinitionUpdates',
  'Drivers',
  'FeaturePacks',
  'ServicePacks',
  'Tools',
  'UpdateRollups',
  'Updates',
  'Upgrades',
];
const AMAZON = ['Critical', 'Important', 'Medium', 'Low'];
const OTHERS = ['Critical', 'Important', 'Moderate', 'Low', 'None'];
/** Its repositories' advisories are anybody's. */
const CENTOS = [...OTHERS, 'Medium'];

/** The words of an OS for one filter, the usual first; empty where the OS has no such filter. */
export function wordsFor(os: Os, key: WordKey): readonly string[] {
  if (os === 'DEBIAN' || os === 'UBUNTU') return [];
  if (key === 'CLASSIFICATION') return CLASSES[os] ?? YUM;
  if ((key === 'MSRC_SEVERITY') !== (os === 'WINDOWS')) return [];
  if (os === 'WINDOWS') return [...OTHERS.slice(0, 4), 'Unspecified'];
  if (os === 'CENTOS') return CENTOS;
  return os.startsWith('AMAZON_LINUX') ? AMAZON : OTHERS;
}

const CLASSES: Partial<Record<Os, readonly string[]>> = { WINDOWS: WINDOWS_UPDATE, SUSE: ZYPPER, ORACLE_LINUX: ORACLE };

/**
 * The words of the patch that would close a finding. It mends a vulnerability, so it is a security one; on Windows either of two
 * classes. The severity is the vendor's; where Inspector does not tell that, it may be any. CentOS's own repositories carry no
 * advisories (Systems Manager User Guide, rules on Linux).
 */
export function wordsOf(os: Os, finding: Finding): PatchWords {
  const none = os === 'CENTOS' ? [NO_WORD] : [];
  const classes = os === 'WINDOWS' ? ['SecurityUpdates', 'CriticalUpdates'] : ['Security'];
  const severities = (key: WordKey) => {
    const words = wordsFor(os, key).filter((word) => word !== 'None'); // of bug fixes
    const told = os === 'CENTOS' ? null : vendorWord(finding.vendorSeverity, words);
    return [...(told ? [told] : words), ...none];
  };
  return {
    CLASSIFICATION: [...classes, ...none],
    SEVERITY: severities('SEVERITY'),
    MSRC_SEVERITY: severities('MSRC_SEVERITY'),
  };
}

/**
 * The vendor's rating in the word of the OS: `Moderate` is `Medium` on Amazon Linux. The words of CVSS in capitals are NVD's
 * rating and not the vendor's, which Patch Manager goes by alone: they tell nothing here.
 */
function vendorWord(rating: string | null, words: readonly string[]): string | null {
  if (!rating || /^(?:CRITICAL|HIGH|MEDIUM|LOW|NONE)$/.test(rating)) return null;
  return words.find((word) => plain(word) === plain(rating)) ?? sameAs(rating, words);
}

/** Words that people take from another vendor, and what the OS says instead. */
const SAME: Record<string, string[]> = {
  securityupdates: ['Security'],
  securityupdate: ['Security', 'SecurityUpdates'],
  criticalupdates: ['Security'],
  security: ['SecurityUpdates'],
  high: ['Important'],
  moderate: ['Medium'],
  medium: ['Moderate'],
  bugfix: ['Recommended', 'Updates'],
};

function sameAs(word: string, words: readonly string[]): string | null {
  return (SAME[plain(word)] ?? []).find((each) => words.includes(each)) ?? null;
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');

export interface StrangeWord {
  key: WordKey;
  word: string;
  instead: string | null; // the word of the OS for the same, where there is one
}

/** Words among `values` that no patch of the OS carries, so that a filter takes nothing by them. */
export function strangeWords(os: Os, key: WordKey, values: readonly string[]): StrangeWord[] {
  const words = wordsFor(os, key);
  if (words.length === 0) return [];
  return values
    .filter((value) => value !== '*' && !words.includes(value))
    .map((word) => ({
      key,
      word,
      instead: words.find((each) => plain(each) === plain(word)) ?? sameAs(word, words),
    }));
}

/** All words of a baseline's filters that its OS does not have, each once. */
export function strangeWordsOf({ os, globalFilters, rules }: Baseline): StrangeWord[] {
  const found = new Map<string, StrangeWord>();
  for (const filters of [globalFilters, ...rules.map((rule) => rule.filters)]) {
    for (const key of ['CLASSIFICATION', 'SEVERITY', 'MSRC_SEVERITY'] as const) {
      for (const each of strangeWords(os, key, filters[key] ?? [])) found.set(`${key} ${each.word}`, each);
    }
  }
  return [...found.values()];
}

/** `MSRC_SEVERITY` → `msrc severity`. */
export const filterName = (key: string) => key.replaceAll('_', ' ').toLowerCase();
