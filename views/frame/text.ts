/** Text of mails: 72 columns, long lists cut with a count, nothing from outside that a terminal or a mail client would obey. */

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

/** `21 (2 critical)`: how many, and how many of the worst. */
export function withWorst(counts: Counts): string {
  const worst = worstSeverity(counts);
  return worst ? `${counts.total} (${counts[worst]} ${worst.toLowerCase()})` : '0';
}

export function worstSeverity(counts: Counts): Severity | null {
  return SEVERITIES.find((severity) => counts[severity] > 0) ?? null;
}
