/** A delta and its verdicts in lines of a mail. */

import type { Delta } from '#domain/patch/delta/records.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { Plan, Verdict } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import { SEVERITIES, type Severity } from '#domain/severity.ts';
import { cutList, wrap } from '#views/frame/text.ts';

const BUCKET_COLUMNS = [
  ['', 'before', 'before'],
  ['', 'fixed', 'fixed'],
  ['closed', 'other.', 'closedOtherwise'],
  ['', 'remain', 'remaining'],
  ['un-', 'verif.', 'unverified'],
  ['', 'gone', 'gone'],
  ['', 'new', 'new'],
  ['not', 'proven', 'after'],
] as const;

/** Severity × bucket; severities without any finding are left out. */
export function severityTable(delta: Delta): string[] {
  const row = (label: string, cells: string[]) =>
    (label.padEnd(14) + cells.map((cell) => cell.padStart(7)).join('')).trimEnd();
  const counts = (severity: Severity | 'total') => BUCKET_COLUMNS.map(([, , bucket]) => `${delta[bucket][severity]}`);
  const present = SEVERITIES.filter((severity) => delta.before[severity] + delta.new[severity] > 0);
  return [
    row(
      '',
      BUCKET_COLUMNS.map(([above]) => above),
    ),
    row(
      '',
      BUCKET_COLUMNS.map(([, below]) => below),
    ),
    ...present.map((severity) => row(severity, counts(severity))),
    row('total', counts('total')),
    ...wrap('not proven (fixed) = remaining + unverified + new', '  '),
  ];
}

/** Why what remains remains: the most frequent reason first. */
export function whyLines(delta: Delta): string[] {
  return delta.why.flatMap(({ reason, findings, worst, words }) => [
    `${`${findings}`.padStart(6)}  ${reason} (worst: ${worst.toLowerCase()})`,
    ...wrap(`e.g. ${words}`, '        '),
  ]);
}

export function unverifiedLines(delta: Delta, most: number): string[] {
  return cutList(delta.unverifiedHosts, most, ({ id, ring, findings, words }) =>
    wrap(`${id} (${ring ?? 'no ring'}), ${plural(findings, 'finding')}: ${words}`, '  ', '    '),
  );
}

export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ ring, verdict, reasons, planned, patched, failed, looked }) => [
    ...wrap(
      `${ring}: ${verdict}; ${planned} planned, ${patched} patched, ${failed} failed, ${looked} looked at`,
      '  ',
      '    ',
    ),
    ...reasons.flatMap(({ words }) => wrap(words, '    - ', '      ')),
  ]);
}

/** `3 not-offered`: reasons over which "nothing that a patch could fix" would claim more than is known. */
export function doubtful(byFate: Plan['byFate']): string[] {
  const sure: string[] = ['suppressed', 'not-os-package', 'no-fix', 'end-of-life'] satisfies Reason[];
  const doubts = Object.entries(byFate).filter(([fate, findings]) => findings > 0 && !sure.includes(fate));
  return doubts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([fate, findings]) => `${findings} ${fate}`);
}
