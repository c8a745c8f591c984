/** Text of mails: 72 columns, long lists cut with a count, nothing from outside that a terminal or a mail client would obey. */

import type { Delta } from '#domain/patch/delta/records.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { Plan, Verdict } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import { type Counts, SEVERITIES, type Severity } from '#domain/severity.ts';

const COLUMNS = 72;

/** Control and format characters (bidirectional marks, zero widths) and line breaks become spaces, runs of them one. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Cs}/gu, '?')
    .trim();
}

/** One line of printable ASCII, cut to `most` characters. Letters lose their accents, what is left becomes a question mark. */
export function asciiLine(text: string, most: number): string {
  const ascii = clean(text)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\x20-\x7e]/gu, '?');
  return ascii.length > most ? `${ascii.slice(0, most - 3).trimEnd()}...` : ascii;
}

/** Lines of at most 72 columns; a word longer than that stays whole, it may be an ARN. */
export function wrap(text: string, indent = '', hang = indent): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(' ')) {
    const lead = lines.length === 0 ? indent : hang;
    if (line && lead.length + line.length + 1 + word.length > COLUMNS) {
      lines.push(lead + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, (lines.length === 0 ? indent : hang) + line] : lines;
}

/** The first `most` of the list, and how many more there are; `total`: of a list that was cut before. */
export function cutList<T>(
  items: readonly T[],
  most: number,
  lines: (item: T) => string[],
  total = items.length,
): string[] {
  const shown = items.slice(0, most);
  const more = total - shown.length;
  return [...shown.flatMap(lines), ...(more > 0 ? [`  … and ${more} more`] : [])];
}

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

/** `21 (2 critical)`: how many, and how many of the worst. */
export function withWorst(counts: Counts): string {
  const worst = worstOf(counts);
  return worst ? `${counts.total} (${counts[worst]} ${worst.toLowerCase()})` : '0';
}

export function worstOf(counts: Counts): Severity | null {
  return SEVERITIES.find((severity) => counts[severity] > 0) ?? null;
}

/** `3 not-offered`: reasons over which "nothing that a patch could fix" would claim more than is known. */
export function doubtful(byFate: Plan['byFate']): string[] {
  const sure: string[] = ['suppressed', 'not-os-package', 'no-fix', 'end-of-life'] satisfies Reason[];
  const doubts = Object.entries(byFate).filter(([fate, findings]) => findings > 0 && !sure.includes(fate));
  return doubts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([fate, findings]) => `${findings} ${fate}`);
}
