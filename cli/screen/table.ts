import Table from 'cli-table3';
import { SEVERITIES } from '#domain/severity.ts';
import type { Rehearsed } from '../rehearse/document.ts';
import type { Paint } from './text.ts';

const COLUMNS = [
  ['', 'before', 'before'],
  ['', 'fixed', 'fixed'],
  ['closed', 'otherwise', 'closedOtherwise'],
  ['', 'remaining', 'remaining'],
  ['', 'unverified', 'unverified'],
  ['', 'gone', 'gone'],
  ['', 'new', 'new'],
  ['not proven', 'fixed', 'after'],
] as const;

/** Severity × bucket, 78 columns wide. Severities with no finding before or after are left out; the total never is. */
export function deltaTable(delta: NonNullable<Rehearsed['delta']>, paint: Paint): string[] {
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: WIDTHS,
    colAligns: ['left', ...WIDTHS.slice(1).map(() => 'right' as const)],
  });
  table.push(['', ...COLUMNS.map(([above]) => paint('dim', above))]);
  table.push(['severity', ...COLUMNS.map(([, below]) => below)].map((title) => paint('dim', title)));
  for (const severity of [...SEVERITIES, 'total'] as const) {
    const counts = COLUMNS.map(([, , bucket]) => delta[bucket][severity]);
    if (severity !== 'total' && counts.every((each) => each === 0)) continue;
    const painted = COLUMNS.map(([, , bucket], place) => paintCount(bucket, counts[place] ?? 0, paint));
    table.push([severity === 'total' ? paint('bold', 'total') : severity, ...painted]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function paintCount(bucket: (typeof COLUMNS)[number][2], value: number, paint: Paint): string {
  if (value === 0) return paint('dim', '·');
  if (bucket === 'fixed') return paint('green', String(value));
  if (bucket === 'unverified' || bucket === 'new') return paint('yellow', String(value));
  return String(value);
}

const WIDTHS = [14, 7, 7, 10, 10, 11, 5, 5, 11];

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);
