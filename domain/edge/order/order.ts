/**
 * What each rule of a web ACL can and cannot reach, and what AWS would refuse or ignore in silence. Over AWS's own rules, so that
 * one table judges what a file makes and what is live. Sources: WAF developer guide (rule order, testing, quotas, oversize
 * components, response codes) and the docs of the groups; each row names its trap.
 */
import { BODY_ROWS } from '#domain/edge/order/bodies.ts';
import { doingOf, type OrderFacts, type OrderFinding, type Row } from '#domain/edge/order/facts.ts';
import { GROUP_ROWS } from '#domain/edge/order/groups.ts';
import { LABEL_ROWS } from '#domain/edge/order/labels.ts';
import { LIMIT_ROWS } from '#domain/edge/order/limits.ts';
import { REACH_ROWS } from '#domain/edge/order/reach.ts';
import type { AwsRule } from '#domain/edge/site.ts';

export const ORDER_ROWS: Record<string, Row> = {
  ...REACH_ROWS,
  ...LABEL_ROWS,
  ...GROUP_ROWS,
  ...BODY_ROWS,
  ...LIMIT_ROWS,
};

/** All findings, in the order of the rules; the web ACL's own come last. */
export function orderFindings(facts: OrderFacts, rows = ORDER_ROWS): OrderFinding[] {
  const rules = [...facts.rules].sort((a, b) => a.Priority - b.Priority);
  const sorted = { ...facts, rules };
  const found = Object.entries(rows).flatMap(([row, check]) => check(sorted).map((each) => ({ row, ...each })));
  const place = new Map(rules.map(({ Name }, at) => [Name, at]));
  return found.sort((a, b) => (place.get(a.rule) ?? rules.length) - (place.get(b.rule) ?? rules.length));
}

/** Which rules a request can still reach after each: words for `check`, one a rule, in order. */
export function reachWords(rules: AwsRule[]): { rule: string; words: string }[] {
  const sorted = [...rules].sort((a, b) => a.Priority - b.Priority);
  const ends: string[] = [];
  return sorted.map((rule) => {
    const words =
      ends.length === 0 ? 'sees every request' : `sees what ${list(ends)} ${ends.length === 1 ? 'does' : 'do'} not end`;
    if (doingOf(rule) !== 'counts') ends.push(rule.Name);
    return { rule: rule.Name, words };
  });
}

function list(names: string[]): string {
  const shown = names.length > 3 ? [`${names.length - 2} rules above`, ...names.slice(-2)] : names;
  return shown.length === 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
