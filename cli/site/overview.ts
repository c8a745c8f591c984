import type { LogRecord } from '#domain/edge/log-record.ts';
import { type Overview, OverviewCounts, type SeenRequest, type Wanted, wants } from '#domain/edge/overview.ts';
import { BadInput } from '../bad-input.ts';
import { cut, type Paint, printable, several } from '../screen/text.ts';
import { logRecords } from './log-files.ts';
import { type Unread, unreadWords } from './records.ts';

export interface OverviewFlags {
  log?: string[];
  only?: string;
  client?: string;
  path?: string;
  at?: string;
  last?: string;
  json?: true;
}

/**
 * `patchwright overview --log FILE…`: what to print, with the counts and the last requests. Needs no AWS. Throws BadInput for flags
 * that say nothing, files that cannot be read, and where none of them held a request.
 */
export async function overviewOfFiles(
  files: readonly string[],
  flags: OverviewFlags,
  { paint, columns }: { paint: Paint; columns: number },
): Promise<string> {
  const unread: Unread[] = [];
  const { document, lines } = await overviewOf(logRecords(files, unread), unread, flags);
  return flags.json ? JSON.stringify(document, null, 2) : lines(paint, columns).join('\n');
}

/** Records folded into an overview: the document for machines, the lines for people. */
export async function overviewOf(
  records: AsyncIterable<LogRecord>,
  unread: readonly Unread[],
  flags: OverviewFlags,
): Promise<{ document: object; lines: (paint: Paint, columns: number) => string[] }> {
  const wanted = wantedBy(flags);
  const counting = new OverviewCounts(lastOf(flags));
  let read = 0;
  for await (const record of records) {
    read += 1;
    if (wants(record, wanted)) counting.take(record);
  }
  const overview = counting.result();
  return {
    document: { ...overviewDocument(overview), unread },
    lines: (paint, columns) => [
      ...(overview.requests < read ? [`${overview.requests} of ${several(read, 'request')} are such`] : []),
      ...overviewLines(overview, paint, columns),
      ...unread.map((each) => `Not read: ${unreadWords(each)}`),
    ],
  };
}

/** The `overview` of a rehearsed site's document, and the last requests. */
export function overviewDocument(overview: Overview) {
  return {
    version: 1 as const,
    overview: {
      requests: overview.requests,
      byAction: overview.byAction,
      byHour: overview.byHour,
      byRule: overview.byRule,
      byCountry: Object.fromEntries(busiest(overview.byCountry, 50)),
      byAddress: Object.fromEntries(busiest(overview.byAddress, 50)),
      byPath: Object.fromEntries(busiest(overview.byPath, 50)),
    },
    last: overview.last.map((seen) => ({ ...seen, at: new Date(seen.at).toISOString() })),
  };
}

const ROWS = 15;

/** The whole overview as lines. `columns`: where a line is cut; infinite where nothing may be. */
export function overviewLines(overview: Overview, paint: Paint, columns: number): string[] {
  const { requests } = overview;
  const title = (text: string) => ['', paint('bold', text)];
  const actions = Object.keys(overview.byAction).sort();
  const lines = [
    `${several(requests, 'request')}: ${actions.map((each) => `${overview.byAction[each]} ${each}`).join(', ')}`,
  ];
  lines.push(...title('By hour (UTC)'));
  for (const [hour, counts] of Object.entries(overview.byHour).sort(([a], [b]) => (a < b ? -1 : 1)))
    lines.push(
      `  ${hour.replace('T', ' ')}h  ${actions.map((each) => `${String(counts[each] ?? 0).padStart(7)} ${each}`).join('  ')}`,
    );
  lines.push(...title('By rule'), paint('dim', '  blocked  counted  allowed  reached  rule'));
  const rules = Object.entries(overview.byRule).sort(([, a], [, b]) => b.blocked + b.counted - a.blocked - a.counted);
  for (const [name, { blocked, counted, allowed, reached }] of rules) {
    const share = reached === null ? '·' : `${((100 * reached) / Math.max(1, requests)).toFixed(1)}%`;
    lines.push(`  ${n(blocked)}  ${n(counted)}  ${n(allowed)}  ${share.padStart(7)}  ${printable(name)}`);
  }
  if (rules.length === 0) lines.push('  no rule matched');
  lines.push(...title('By country'), ...tallies(overview.byCountry, (country) => country));
  lines.push(
    ...title('By address'),
    ...tallies(overview.byAddress, (address, { country }) => `${address} (${country})`),
  );
  lines.push(...title('By path'), ...tallies(overview.byPath, (path) => path));
  lines.push(...title(`The last ${several(overview.last.length, 'request')}`), ...overview.last.map(seenLine));
  return lines.map((line) => (line.length <= columns ? line : cut(line, columns)));
}

/** `20:14:03.120 203.0.113.9 NL GET shop.example.com/a?b=1 BLOCK by core/X, counted by y`. */
export function seenLine(seen: SeenRequest): string {
  const by = seen.by === null ? '' : ` by ${seen.by}`;
  const counted = seen.counted.length ? `, counted by ${seen.counted.join(', ')}` : '';
  const query = seen.args ? `?${seen.args}` : '';
  const at = new Date(seen.at).toISOString().replace('T', ' ').replace('Z', '');
  return printable(
    `  ${at}  ${seen.client} ${seen.country}  ${seen.method} ${seen.host}${seen.path}${query}  ${seen.action}${by}${counted}`,
  ).replace(/^/, '  ');
}

function tallies<T extends { requests: number; blocked: number }>(
  counts: Map<string, T>,
  name: (key: string, of: T) => string,
): string[] {
  const rows = busiest(counts, ROWS).map(
    ([key, of]) => `  ${n(of.requests)} requests  ${n(of.blocked)} blocked  ${printable(name(key, of))}`,
  );
  const more = counts.size - rows.length;
  return more > 0 ? [...rows, `  and ${more} more`] : rows;
}

function busiest<T extends { requests: number }>(counts: Map<string, T>, rows: number): [string, T][] {
  return [...counts].sort(([a, x], [b, y]) => y.requests - x.requests || (a < b ? -1 : 1)).slice(0, rows);
}

function n(value: number): string {
  return String(value).padStart(7);
}

const KINDS = ['blocked', 'counted', 'allowed'] as const;

/** What the flags ask for. Throws BadInput for what says nothing. */
export function wantedBy({ only, client, path, at }: OverviewFlags): Wanted {
  const faults: string[] = [];
  const kinds = only?.split(',').map((kind) => kind.trim()) ?? [];
  for (const kind of kinds)
    if (!KINDS.some((known) => known === kind))
      faults.push(`--only ${kind}: is none of ${KINDS.join(', ')}. Remedy: write for example --only blocked,counted`);
  const moment = at === undefined ? undefined : Date.parse(zoned(at));
  if (moment !== undefined && Number.isNaN(moment))
    faults.push(`--at ${at}: is no time. Remedy: write for example --at 2026-11-27T20:14Z`);
  if (faults.length) throw new BadInput(faults);
  const width = at !== undefined && /:\d\d:\d\d/.test(at) ? 1000 : 60_000;
  return {
    ...(kinds.length ? { only: new Set(kinds as (typeof KINDS)[number][]) } : {}),
    ...(client === undefined ? {} : { client }),
    ...(path === undefined ? {} : { path }),
    ...(moment === undefined ? {} : { from: moment, to: moment + width }),
  };
}

/** A time without a zone is UTC, as the log's are. */
function zoned(at: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/i.test(at) ? at : `${at}Z`;
}

function lastOf({ last }: OverviewFlags): number {
  if (last === undefined) return 100;
  const rows = Number(last);
  if (!Number.isInteger(rows) || rows < 0 || rows > 100_000)
    throw new BadInput([`--last ${last}: is no number from 0 to 100000. Remedy: write for example --last 100`]);
  return rows;
}
