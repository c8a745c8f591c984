import type { Clock } from '#domain/campaign/ports.ts';
import type { LogRecord } from '#domain/edge/log-record.ts';
import { paceOf } from '#domain/edge/pace.ts';
import type { TrafficLog, Web, WebAcls } from '#domain/edge/ports.ts';
import type { ProbeResult } from '#domain/edge/probe-result.ts';
import type { Probe } from '#domain/edge/probes.ts';
import { markOf, probeLine, scanResults } from '#domain/edge/scan-results.ts';
import type { SitePolicy } from '#domain/edge/site.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { type Instant, plusMinutes } from '#domain/instant.ts';
import { probing, type Scan } from '#loops/edge/probing.ts';
import { now } from '../account/clock.ts';
import type { Open } from '../account/open.ts';
import { BadInput } from '../bad-input.ts';
import { type LiveLog, liveLogOf, liveRecords } from './live-log.ts';

export interface ScanPorts {
  web: Web;
  clock: Clock;
  webAcls: Pick<WebAcls, 'read' | 'logging'>;
  trafficLog: TrafficLog;
  sleep(ms: number): Promise<void>;
}

export interface SiteScan {
  site: string;
  at: Instant;
  perSecond: number;
  pacedBy: string | null; // the rate rule
  endpoints: (Omit<Scan, 'sent' | 'next'> & { results: ProbeResult[]; revisions: string[] })[];
  /** What the log said of it. `why`: why it was not read, or what it does not show. */
  log: { lines: number; late: number; why: string | null; notes: string[] };
}

/**
 * Sends the probes to each endpoint of the site, one after the other, then reads their log lines where an account may be asked. It
 * waits for lines at most `waitMinutes`. Needs no credentials: without them the results rest on the answers alone.
 */
export async function scanSite(
  site: SitePolicy,
  probes: readonly Probe[],
  { token, waitMinutes }: { token: string; waitMinutes: number },
  open: Open,
  ports: ScanPorts,
): Promise<SiteScan> {
  const { perSecond, rule } = paceOf(site.probes.perSecond, site.rules, probes);
  const at = now();
  const scans: Scan[] = [];
  for (const endpoint of site.endpoints)
    scans.push(await probing(site, endpoint, probes, { token }, { gapMs: 1000 / perSecond }, ports));
  const sent = scans.flatMap((scan) => scan.sent.map(({ probe }) => probe));
  const marks = new Set(sent.map((probe) => markOf(probe, token)));
  const { lines, why, notes, waited } = await linesOf(site, marks, { from: at, waitMinutes }, open, ports);
  return {
    site: site.name,
    at,
    perSecond,
    pacedBy: rule,
    endpoints: scans.map(({ sent: own, next: _, ...scan }) => ({
      ...scan,
      results: scanResults(site, own, lines, token, waited >= LOG_MINUTES),
      revisions: [...new Set(own.flatMap(({ answer }) => (answer.site === site.name ? [answer.revision ?? ''] : [])))],
    })),
    log: { lines: lines.size, late: marks.size - lines.size, why, notes },
  };
}

interface Lines {
  lines: ReadonlyMap<string, LogRecord>;
  why: string | null;
  notes: string[];
  waited: number; // minutes
}

async function linesOf(
  site: SitePolicy,
  marks: ReadonlySet<string>,
  { from, waitMinutes }: { from: Instant; waitMinutes: number },
  open: Open,
  { webAcls, trafficLog, sleep }: ScanPorts,
): Promise<Lines> {
  const lines = new Map<string, LogRecord>();
  const none = (why: string): Lines => ({ lines, why, notes: [], waited: 0 });
  try {
    const live = await open().then((who) => liveLogOf(site, who, webAcls));
    if (typeof live === 'string') return none(live);
    if (!live.marks) return { ...none('it has not the header of our probes: it is redacted'), notes: live.notes };
    let waited = 0;
    for (; ; waited += 1) {
      await readInto(lines, live, marks, from, trafficLog);
      if (lines.size === marks.size || waited >= waitMinutes) break;
      await sleep(60_000);
    }
    return { lines, why: null, notes: live.notes, waited };
  } catch (error) {
    // The probes are sent: whatever keeps the log from being read, what came of them is told.
    if (![AwsRefused, AwsUnavailable, BadInput].some((known) => error instanceof known)) throw error;
    return none((error as Error).message.replace(/\s+/g, ' '));
  }
}

async function readInto(
  lines: Map<string, LogRecord>,
  { place }: LiveLog,
  marks: ReadonlySet<string>,
  from: Instant,
  trafficLog: TrafficLog,
): Promise<void> {
  const span = { from: plusMinutes(from, -CLOCKS_APART_MINUTES), to: plusMinutes(now(), CLOCKS_APART_MINUTES) };
  for await (const record of liveRecords(place, span, trafficLog, [])) {
    const found = probeLine(record, marks);
    if (found) lines.set(...found);
  }
}

/** AWS delivers every five minutes; a line that is not there after two such times will not come. */
const LOG_MINUTES = 10;

/** By how much this clock and AWS's may differ before a line is looked for in the wrong files. */
const CLOCKS_APART_MINUTES = 10;
