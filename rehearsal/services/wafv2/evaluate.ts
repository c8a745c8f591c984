/**
 * A request against a web ACL, in AWS's order: lowest priority first, inside a group likewise; Allow and Block end, Count labels and
 * goes on; a rule inside a group does what the web ACL's override says; a group on Count is still ended by its first match. What
 * comes of it is the answer, and the line that AWS WAF logs.
 */
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { type Ground, holds, type Yes } from '#rehearsal/services/wafv2/statements.ts';

type Members = Record<string, unknown>;

export interface WafRule {
  Name: string;
  Priority: number;
  Statement: Members;
  Action?: Members;
  OverrideAction?: Members;
  RuleLabels?: { Name: string }[];
}

/** A group of rules that a web ACL refers to, as its own or as a stand-in for a managed one. */
export interface WafGroup {
  id: string; // as the log writes it: an ARN, or AWS#Name#Version_1.2
  rules: WafRule[];
  labelNamespace: string; // awswaf:managed:aws:core-rule-set:
}

export interface WebAcl {
  arn: string;
  rules: WafRule[];
  defaultAction: Members;
  labelNamespace: string;
  /** By their keys: of custom responses. */
  bodies?: Record<string, { ContentType: string; Content: string }>;
  /** The group of a statement; null: nobody knows it, and whether it matches is unknown. */
  group(statement: Members): WafGroup | null;
}

/** A rule of the web ACL that said yes, or one inside the group that it refers to. */
export interface Match {
  rule: string; // of the web ACL
  group: string | null; // id, as in the log
  inner: string | null; // of the group
  action: string; // COUNT, BLOCK …; EXCLUDED_AS_COUNT
  overridden: string | null; // what the group's own action would have been
}

export interface Decision {
  action: 'ALLOW' | 'BLOCK' | 'CAPTCHA' | 'CHALLENGE';
  status: number | null; // of a Block: 403, or the custom one
  headers: [name: string, value: string][]; // of a custom response
  body: { type: string; text: string } | null; // of a custom response
  /** A rule of which nobody can say whether it matches stood before the decision. */
  unknown: string[];
  matches: Match[];
  log: Members; // AWS's line
}

type Asked = Omit<Ground, 'labels' | 'labelNamespace' | 'addLabel' | 'oversize'>;

interface Matched {
  ruleId: string;
  action: string;
  overriddenAction?: string;
  ruleMatchDetails: null;
}

export function evaluate(acl: WebAcl, request: WebRequest, asked: Asked): Decision {
  const labels = new Set<string>();
  const oversize = new Set<string>();
  const unknown: string[] = [];
  const counted: Matched[] = [];
  const matches: Match[] = [];
  const groups: Members[] = [];
  const rates: Members[] = [];
  const ground: Ground = {
    ...asked,
    labels,
    labelNamespace: acl.labelNamespace,
    addLabel: (label) => labels.add(label),
    oversize: (part) => oversize.add(part),
  };
  for (const rule of sorted(acl.rules)) {
    const group = groupStatement(rule.Statement);
    const ended = group ? enterGroup(rule, group) : enterRule(rule);
    if (ended) return ended;
  }
  const allowed = acl.defaultAction.Block === undefined;
  return decided('Default_Action', 'REGULAR', allowed ? { Allow: {} } : acl.defaultAction);

  function enterRule(rule: WafRule): Decision | null {
    const rated = rule.Statement.RateBasedStatement as Members | undefined;
    if (rated)
      rates.push({
        rateBasedRuleId: `${acl.arn}/${rule.Name}`,
        rateBasedRuleName: rule.Name,
        limitKey: rated.AggregateKeyType,
        maxRateAllowed: rated.Limit,
        evaluationWindowSec: String(rated.EvaluationWindowSec ?? 300),
      });
    if (!matchesOf(rule, rule.Name)) return null;
    for (const { Name } of rule.RuleLabels ?? []) labels.add(`${acl.labelNamespace}${Name}`);
    const action = rule.Action ?? { Count: {} };
    matches.push({ rule: rule.Name, group: null, inner: null, action: word(action), overridden: null });
    if (action.Count) {
      counted.push({ ruleId: rule.Name, action: 'COUNT', ruleMatchDetails: null });
      return null;
    }
    return decided(rule.Name, rated ? 'RATE_BASED' : 'REGULAR', action);
  }

  function enterGroup(rule: WafRule, statement: Members): Decision | null {
    const down = statement.ScopeDownStatement as Members | undefined;
    if (down) {
      const scoped = holds(down, request, ground, rule.Name);
      if (scoped === 'unknown') unknown.push(rule.Name);
      if (scoped !== true) return null; // skipped: no match, no label
    }
    const group = acl.group(statement);
    if (!group) {
      unknown.push(rule.Name);
      return null;
    }
    const entry = {
      ruleGroupId: group.id,
      terminatingRule: null as Matched | null,
      nonTerminatingMatchingRules: [] as Matched[],
      excludedRules: null as Members[] | null,
    };
    groups.push(entry);
    const overrides = new Map(
      (statement.RuleActionOverrides as { Name: string; ActionToUse: Members }[] | undefined)?.map(
        ({ Name, ActionToUse }) => [Name, ActionToUse],
      ),
    );
    const excluded = new Set((statement.ExcludedRules as { Name: string }[] | undefined)?.map(({ Name }) => Name));
    for (const inner of sorted(group.rules)) {
      if (!matchesOf(inner, `${rule.Name}/${inner.Name}`)) continue;
      for (const { Name } of inner.RuleLabels ?? []) labels.add(`${group.labelNamespace}${Name}`);
      const own = inner.Action ?? { Block: {} };
      const match = { rule: rule.Name, group: group.id, inner: inner.Name };
      if (excluded.has(inner.Name)) {
        matches.push({ ...match, action: 'EXCLUDED_AS_COUNT', overridden: word(own) });
        entry.excludedRules = [
          ...(entry.excludedRules ?? []),
          { exclusionType: 'EXCLUDED_AS_COUNT', ruleId: inner.Name },
        ];
        continue;
      }
      const override = overrides.get(inner.Name);
      const does = override ?? own;
      matches.push({ ...match, action: word(does), overridden: override ? word(own) : null });
      const matched: Matched = {
        ruleId: inner.Name,
        action: word(does),
        ...(override ? { overriddenAction: word(own) } : {}),
        ruleMatchDetails: null,
      };
      if (does.Count) {
        entry.nonTerminatingMatchingRules.push(matched);
        continue;
      }
      entry.terminatingRule = matched;
      if (!rule.OverrideAction?.Count)
        return decided(rule.Name, statement.VendorName ? 'MANAGED_RULE_GROUP' : 'GROUP', does);
      matches.push({ rule: rule.Name, group: null, inner: null, action: 'COUNT', overridden: null });
      counted.push({ ruleId: rule.Name, action: 'COUNT', ruleMatchDetails: null });
      return null;
    }
    return null;
  }

  function matchesOf(rule: WafRule, name: string): boolean {
    const answer: Yes = holds(rule.Statement, request, ground, name);
    if (answer === 'unknown') unknown.push(name);
    return answer === true;
  }

  function decided(by: string, type: string, action: Members): Decision {
    const custom = (action.Block as { CustomResponse?: Members } | undefined)?.CustomResponse;
    const status = action.Block
      ? ((custom?.ResponseCode as number | undefined) ?? 403)
      : action.Captcha
        ? 405
        : action.Challenge
          ? 202
          : null;
    const headers = ((custom?.ResponseHeaders ?? []) as { Name: string; Value: string }[]).map(
      ({ Name, Value }): [string, string] => [Name, Value],
    );
    const kept = acl.bodies?.[String(custom?.CustomResponseBodyKey)];
    const body = kept ? { type: TYPES[kept.ContentType] ?? 'text/plain', text: kept.Content } : null;
    const log = {
      timestamp: request.at,
      formatVersion: 1,
      webaclId: acl.arn,
      terminatingRuleId: by,
      terminatingRuleType: type,
      action: word(action),
      terminatingRuleMatchDetails: [],
      httpSourceName: 'ALB',
      httpSourceId: '',
      ruleGroupList: groups,
      rateBasedRuleList: rates,
      nonTerminatingMatchingRules: counted,
      requestHeadersInserted: null,
      responseCodeSent: custom ? status : null,
      httpRequest: {
        clientIp: request.client,
        country: request.country,
        headers: request.headers.map(([name, value]) => ({ name, value })),
        uri: request.path,
        args: request.query,
        httpVersion: 'HTTP/1.1',
        httpMethod: request.method,
        requestId: request.id,
      },
      ...(labels.size ? { labels: [...labels].slice(0, 100).map((name) => ({ name })) } : {}),
      ...(oversize.size ? { oversizeFields: [...oversize] } : {}),
    };
    return { action: word(action) as Decision['action'], status, headers, body, unknown, matches, log };
  }
}

/** Of custom bodies (CustomResponseBody, API reference). */
const TYPES: Record<string, string> = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
};

function groupStatement(statement: Members): Members | null {
  return (
    ((statement.ManagedRuleGroupStatement ?? statement.RuleGroupReferenceStatement) as Members | undefined) ?? null
  );
}

/** Most stand in order as they were written. */
function sorted(rules: readonly WafRule[]): readonly WafRule[] {
  const ordered = rules.every(({ Priority }, at) => at === 0 || (rules[at - 1]?.Priority ?? 0) <= Priority);
  return ordered ? rules : [...rules].sort((a, b) => a.Priority - b.Priority);
}

/** `{ Block: {} }` as the log writes it. */
function word(action: Members): string {
  return (Object.keys(action)[0] ?? 'Count').toUpperCase();
}
