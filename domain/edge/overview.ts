/** Who asked for what, when, allowed or not: log records folded into counts, and the last of them. */
import type { LogAction, LogMatch, LogRecord } from '#domain/edge/log-record.ts';

export interface RuleCount {
  blocked: number; // requests that it ended with anything but Allow
  counted: number;
  allowed: number;
  /** Requests that its group looked at, of all; null for a rule of the web ACL itself, whose place a log line does not tell. */
  reached: number | null;
}

export interface Overview {
  requests: number;
  byAction: Record<string, number>;
  byHour: Record<string, Record<string, number>>; // 2026-11-27T20 → action → requests, UTC
  byRule: Record<string, RuleCount>;
  byAddress: Map<string, { country: string; requests: number; blocked: number }>;
  byCountry: Map<string, { requests: number; blocked: number }>;
  byPath: Map<string, { requests: number; blocked: number }>; // host and path
  last: SeenRequest[]; // oldest first
}

export interface SeenRequest {
  at: number;
  client: string;
  country: string;
  method: string;
  host: string;
  path: string;
  args: string;
  action: LogAction;
  by: string | null; // the rule that decided; null: none did
  counted: string[]; // rules that matched and ended nothing
  requestId: string | null;
}

/** What to look at. Empty asks for all. */
export interface Wanted {
  only?: ReadonlySet<'blocked' | 'counted' | 'allowed'>;
  client?: string;
  path?: string; // the path's beginning
  from?: number; // ms
  to?: number; // ms, not included
}

/** `AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY`; a rule of the web ACL itself is its name alone. */
export function ruleName({ group, rule }: Pick<LogMatch, 'group' | 'rule'>): string {
  return group === null ? rule : `${groupName(group)}/${rule}`;
}

/** `AWS#Name` and `arn:…:regional/rulegroup/Name/id` by their names. */
export function groupName(group: string): string {
  return /\/rulegroup\/([^/]+)\//.exec(group)?.[1] ?? group.slice(group.indexOf('#') + 1);
}

export function wants(record: LogRecord, wanted: Wanted): boolean {
  if (wanted.client !== undefined && record.client !== wanted.client) return false;
  if (wanted.path !== undefined && !record.path.startsWith(wanted.path)) return false;
  if (wanted.from !== undefined && record.at < wanted.from) return false;
  if (wanted.to !== undefined && record.at >= wanted.to) return false;
  return !wanted.only || [...wanted.only].some((kind) => isOf(kind, record));
}

function isOf(kind: 'blocked' | 'counted' | 'allowed', record: LogRecord): boolean {
  if (kind === 'counted') return record.matches.some(({ ends }) => !ends);
  return kind === 'blocked' ? stopped(record) : record.action === 'ALLOW';
}

/** A CAPTCHA or Challenge that ended a request kept it from the application, as a Block did. */
function stopped({ action }: LogRecord): boolean {
  return action === 'BLOCK' || action === 'CAPTCHA' || action === 'CHALLENGE';
}

/** Folds records in any order. `keep`: how many of the newest requests stay whole. */
export class OverviewCounts {
  private readonly requestsBy: Overview;
  private readonly keep: number;
  private readonly groups = new Map<string, number>();
  private readonly rules = new Map<string, { match: LogMatch; blocked: number; counted: number; allowed: number }>();

  constructor(keep = 100) {
    this.keep = keep;
    this.requestsBy = {
      requests: 0,
      byAction: {},
      byHour: {},
      byRule: {},
      byAddress: new Map(),
      byCountry: new Map(),
      byPath: new Map(),
      last: [],
    };
  }

  take(record: LogRecord): void {
    const sums = this.requestsBy;
    const blocked = stopped(record) ? 1 : 0;
    sums.requests += 1;
    add(sums.byAction, record.action);
    const hour = new Date(record.at).toISOString().slice(0, 13);
    sums.byHour[hour] ??= {};
    add(sums.byHour[hour], record.action);
    const address = tally(sums.byAddress, record.client, () => ({ country: record.country, requests: 0, blocked: 0 }));
    address.requests += 1;
    address.blocked += blocked;
    for (const one of [
      tally(sums.byCountry, record.country, none),
      tally(sums.byPath, `${record.host}${record.path}`, none),
    ]) {
      one.requests += 1;
      one.blocked += blocked;
    }
    for (const group of new Set(record.groups)) this.groups.set(group, (this.groups.get(group) ?? 0) + 1);
    for (const match of record.matches) this.matched(match);
    this.remember(record);
  }

  /** The counts so far. `last` is sorted by time. */
  result(): Overview {
    const { rules, groups } = this;
    const byRule = [...rules].map(([name, { match, blocked, counted, allowed }]): [string, RuleCount] => [
      name,
      { blocked, counted, allowed, reached: match.group === null ? null : (groups.get(match.group) ?? 0) },
    ]);
    this.trim(this.keep);
    return { ...this.requestsBy, byRule: Object.fromEntries(byRule.sort(([a], [b]) => (a < b ? -1 : 1))) };
  }

  private matched(match: LogMatch): void {
    const rule = tally(this.rules, ruleName(match), () => ({ match, blocked: 0, counted: 0, allowed: 0 }));
    if (!match.ends) rule.counted += 1;
    else if (match.action === 'ALLOW') rule.allowed += 1;
    else if (match.action !== 'unclear') rule.blocked += 1;
  }

  private remember(record: LogRecord): void {
    const { last } = this.requestsBy;
    const ended = record.matches.find(({ ends }) => ends);
    last.push({
      at: record.at,
      client: record.client,
      country: record.country,
      method: record.method,
      host: record.host,
      path: record.path,
      args: record.args,
      action: record.action,
      by: ended ? ruleName(ended) : record.decidedBy,
      counted: record.matches.filter(({ ends }) => !ends).map(ruleName),
      requestId: record.requestId,
    });
    // Files come late and mixed, so the newest are known only now and then.
    if (last.length >= this.keep * 4 + 100) this.trim(this.keep);
  }

  private trim(to: number): void {
    const { last } = this.requestsBy;
    last.sort((a, b) => a.at - b.at);
    last.splice(0, Math.max(0, last.length - to));
  }
}

const none = () => ({ requests: 0, blocked: 0 });

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function tally<T>(counts: Map<string, T>, key: string, first: () => T): T {
  let found = counts.get(key);
  if (!found) {
    found = first();
    counts.set(key, found);
  }
  return found;
}
