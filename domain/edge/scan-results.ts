/** The probes of a scan as results: answers, and the log lines that carry our mark. */
import { nameOfMade } from '#domain/edge/live.ts';
import { headerOf, type LogMatch, type LogRecord } from '#domain/edge/log-record.ts';
import { groupName, ruleName } from '#domain/edge/overview.ts';
import { answeredByProbeRule, type ProbeAnswer, type ProbeResult, resultOf } from '#domain/edge/probe-result.ts';
import type { Probe } from '#domain/edge/probes.ts';
import { PROBE_HEADER, PROBE_RULE, type SitePolicy } from '#domain/edge/site.ts';

/** A probe and what came of it. */
export interface Sent {
  probe: Probe;
  answer: ProbeAnswer;
}

/** How near a control's answer must be to a 403 that no log line explains. */
const NEAR_MS = 60_000;

/**
 * One result a probe, in the order of sending; of a control that was asked more than once the first. `lines`: by our header's value,
 * `sqli-or/query.3f9a…`; a probe that has none is late. `isWhole`: the log was waited for, so that it has none.
 */
export function scanResults(
  site: SitePolicy,
  sent: readonly Sent[],
  lines: ReadonlyMap<string, LogRecord>,
  token: string,
  isWhole = false,
): ProbeResult[] {
  const nameOf = namesIn(site);
  const ours = sent.flatMap(({ answer }) => (answeredByProbeRule(answer, site.name) ? [answer.at] : []));
  const seen = new Set<string>();
  return sent.flatMap(({ probe, answer }) => {
    if (seen.has(probe.id)) return [];
    seen.add(probe.id);
    const before = ours.some((at) => at <= answer.at && answer.at - at <= NEAR_MS);
    const after = ours.some((at) => at >= answer.at && at - answer.at <= NEAR_MS);
    const line = lines.get(markOf(probe, token)) ?? (isWhole && lines.size > 0 ? 'absent' : 'late');
    return [resultOf(probe, answer, { site: site.name, line, controlsPassed: before && after, nameOf })];
  });
}

/** Keeps of a log's records those of our probes, by our header's value. */
export function probeLine(record: LogRecord, marks: ReadonlySet<string>): [mark: string, record: LogRecord] | null {
  const mark = headerOf(record.headers, PROBE_HEADER);
  return mark !== null && marks.has(mark) ? [mark, record] : null;
}

/** The reviewed file's name of what matched: `core/CrossSiteScripting_BODY`. null: the probe rule, or a group as a whole. */
export function namesIn({ name: site, rules }: Pick<SitePolicy, 'name' | 'rules'>): (match: LogMatch) => string | null {
  return (match) => {
    if (match.group === null) {
      const own = rules.find(({ name }) => name === match.rule);
      const whole = own !== undefined && own.statement === undefined; // a group on Count as a whole
      return match.rule === PROBE_RULE || whole ? null : match.rule;
    }
    const called = groupName(match.group);
    const vendor = match.group.includes('#') ? match.group.slice(0, match.group.indexOf('#')) : null;
    const of = rules.find(({ managed, ruleGroup }) =>
      vendor === null
        ? ruleGroup !== undefined && (called === ruleGroup || nameOfMade(site, called) === ruleGroup)
        : managed?.vendor === vendor && managed.name === called,
    );
    return of ? `${of.name}/${match.rule}` : ruleName(match);
  };
}

/** What our header says on the wire: `sqli-or/query.3f9a…`. The token is the scan's own, so that nobody can send an old one again. */
export function markOf({ id }: Pick<Probe, 'id'>, token: string): string {
  return `${id}.${token}`;
}
