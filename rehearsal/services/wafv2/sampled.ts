/**
 * GetSampledRequests (API reference): of the first 5,000 requests of a window, at most three hours back, a random pick of at most 500.
 * Neither arguments nor body. Of a rule inside a group only those show whose action the web ACL overrides (trap W13).
 */
import type { Stage } from '#rehearsal/api.ts';
import { timeOf } from '#rehearsal/services/paging.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import type { Decision, Match } from '#rehearsal/services/wafv2/evaluate.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { invalid, wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

export const SAMPLED_BACK_MS = 3 * 3_600_000;
const FIRST = 5000;

export interface Seen {
  request: WebRequest;
  decision: Decision;
}

/** What passed a web ACL lately, oldest first: three hours of it at least. */
export interface Sampler {
  recent(acl: string): readonly Seen[];
}

interface Question {
  RuleMetricName: string;
  TimeWindow: { StartTime: unknown; EndTime: unknown };
  MaxItems: number;
}

export function sampledRequests(
  { RuleMetricName, TimeWindow, MaxItems }: Question,
  acl: Members,
  seen: readonly Seen[],
  { clock, chance }: Stage,
): Members {
  const now = clock.now();
  const end = Math.min(timeOf(TimeWindow.EndTime) ?? now, now);
  const start = Math.max(timeOf(TimeWindow.StartTime) ?? now, now - SAMPLED_BACK_MS);
  if (start > end) throw invalid('METRIC_NAME', 'TimeWindow', 'INVALID_VALUE');
  const wanted = ruleOf(acl, RuleMetricName);
  const fits = seen
    .filter(({ request }) => request.at >= start && request.at <= end)
    .flatMap((one) => {
      const match = matchOf(one.decision, wanted.rule);
      return match === null ? [] : [{ ...one, match }];
    })
    .slice(0, FIRST);
  const chosen = wanted.isSampled ? pick(fits, MaxItems, chance.of(`sample/${RuleMetricName}/${now}`)) : [];
  return {
    SampledRequests: chosen.map(({ request, decision, match }) => ({
      Request: {
        ClientIP: request.client,
        Country: request.country,
        URI: request.path,
        Method: request.method,
        HTTPVersion: 'HTTP/1.1',
        Headers: request.headers.map(([Name, Value]) => ({ Name, Value })),
      },
      Weight: Math.max(1, Math.round(fits.length / chosen.length)),
      Timestamp: new Date(request.at),
      Action: match?.action ?? decision.action,
      ...(match?.inner ? { RuleNameWithinRuleGroup: nameInGroup(match) } : {}),
      ...(match?.overridden ? { OverriddenAction: match.overridden } : {}),
      ...(decision.status !== null && decision.status !== 403 ? { ResponseCodeSent: decision.status } : {}),
      Labels: ((decision.log.labels ?? []) as { name: string }[]).map(({ name }) => ({ Name: name })),
    })),
    PopulationSize: wanted.isSampled ? fits.length : 0,
    TimeWindow: { StartTime: new Date(start), EndTime: new Date(end) },
  };
}

interface Visibility {
  MetricName: string;
  SampledRequestsEnabled: boolean;
}

/** The web ACL's own metric name stands for its default action. */
function ruleOf(acl: Members, metric: string): { rule: string | null; isSampled: boolean } {
  const own = acl.VisibilityConfig as Visibility;
  if (own.MetricName === metric) return { rule: null, isSampled: own.SampledRequestsEnabled };
  const rules = acl.Rules as { Name: string; VisibilityConfig: Visibility }[];
  const found = rules.find(({ VisibilityConfig }) => VisibilityConfig.MetricName === metric);
  if (!found) throw wafFault('WAFNonexistentItemException');
  return { rule: found.Name, isSampled: found.VisibilityConfig.SampledRequestsEnabled };
}

/** null: the rule did nothing to the request. undefined: the default action decided, and was asked for. */
function matchOf(decision: Decision, rule: string | null): Match | null | undefined {
  if (rule === null) return decision.log.terminatingRuleId === 'Default_Action' ? undefined : null;
  const own = decision.matches.filter((match) => match.rule === rule);
  return own.find(({ inner, action, overridden }) => inner === null || action !== 'COUNT' || overridden) ?? null;
}

/** `AWS#Group#rule`, of a group of one's own `group#rule`. */
function nameInGroup({ group, inner }: Match): string {
  const own = /:rulegroup\/([^/]+)\//.exec(`${group}`.replace(/^arn.*:regional\//, ':'))?.[1];
  return `${own ?? `${group}`.split('#').slice(0, 2).join('#')}#${inner}`;
}

function pick<T>(from: readonly T[], most: number, chance: { int(below: number): number }): T[] {
  const left = [...from];
  const chosen: T[] = [];
  while (chosen.length < most && left.length > 0) chosen.push(...left.splice(chance.int(left.length), 1));
  return chosen;
}
