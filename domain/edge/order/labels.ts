/** Rows of the order table: labels that are read before they are made, in another case, or that nobody makes. */
import { allOf, each, managedOf, type OrderFacts, type Row } from '#domain/edge/order/facts.ts';
import type { AwsRule } from '#domain/edge/site.ts';

export const LABEL_ROWS: Record<string, Row> = {
  'label-before-maker': each((rule, at, facts) => {
    for (const { key, scope } of labelsRead(rule)) {
      const makers = facts.rules.flatMap((other, place) =>
        makes(other, facts).some((label) => hears(key, scope, label, facts)) ? [place] : [],
      );
      if (makers.length === 0 || makers.some((place) => place < at)) continue;
      const maker = facts.rules[makers[0] ?? 0]?.Name;
      return {
        level: 'refused',
        words: `it reads the label ${key}, which ${maker} adds only after it`,
        remedy: `move it behind ${maker}`,
      };
    }
    return null;
  }),

  'label-case': each((rule, _at, facts) => {
    if (!allKnown(facts)) return null;
    const made = facts.rules.flatMap((other) => makes(other, facts));
    for (const { key, scope } of labelsRead(rule)) {
      if (made.some((label) => hears(key, scope, label, facts))) continue;
      const meant = made.find((label) => hears(key.toLowerCase(), scope, label.toLowerCase(), facts));
      if (meant)
        return { level: 'refused', words: `no rule adds the label ${key}: case counts`, remedy: `write ${meant}` };
    }
    return null;
  }),

  'unknown-label': each((rule, _at, facts) => {
    if (!allKnown(facts)) return null;
    const made = facts.rules.flatMap((other) => makes(other, facts));
    for (const { key, scope } of labelsRead(rule)) {
      if (made.some((label) => hears(key.toLowerCase(), scope, label.toLowerCase(), facts))) continue;
      return {
        level: 'refused',
        words: `no rule of this web ACL adds the label ${key}: it never matches`,
        remedy: 'write a label that a rule above it adds, whole',
      };
    }
    return null;
  }),
};

/** Labels whole: a managed group's own, and the rule's under the web ACL's namespace. */
function makes(rule: AwsRule, facts: OrderFacts): string[] {
  const own = (rule.RuleLabels ?? []).map(({ Name }) => `${facts.labelNamespace ?? ''}${Name}`);
  const inner = rule.Statement.RuleGroupReferenceStatement
    ? (facts.ruleGroups?.[rule.Statement.RuleGroupReferenceStatement.ARN] ?? [])
    : [];
  // A group's own rules label under the group's namespace, which ends like the label itself.
  const grouped = inner.flatMap(({ RuleLabels }) => (RuleLabels ?? []).map(({ Name }) => Name));
  // A geo statement labels every request that it looks at, matching or not (trap W19).
  const geo = allOf(rule).some(({ GeoMatchStatement }) => GeoMatchStatement)
    ? [
        'awswaf:clientip:geo:country:',
        'awswaf:clientip:geo:region:',
        'awswaf:forwardedip:geo:country:',
        'awswaf:forwardedip:geo:region:',
      ]
    : [];
  return [...own, ...grouped, ...geo, ...(managedOf(rule, facts)?.labels ?? [])];
}

function labelsRead(rule: AwsRule): { key: string; scope: 'LABEL' | 'NAMESPACE' }[] {
  return allOf(rule).flatMap(({ LabelMatchStatement: label }) =>
    label ? [{ key: label.Key, scope: label.Scope }] : [],
  );
}

/** A key is a suffix within its context: LABEL needs the whole name at the end, NAMESPACE a part that ends in a colon (trap W18). */
function hears(key: string, scope: 'LABEL' | 'NAMESPACE', label: string, { labelNamespace }: OrderFacts): boolean {
  if (label.includes(':geo:') && label.endsWith(':')) return key.startsWith(label) || label.startsWith(key);
  if (scope === 'LABEL') return label === key || (labelNamespace !== null && label === `${labelNamespace}${key}`);
  return label.startsWith(key) || (labelNamespace !== null && label.startsWith(`${labelNamespace}${key}`));
}

/** Whether what every group labels is known: else an unknown label may be one of theirs. */
function allKnown(facts: OrderFacts): boolean {
  return facts.rules.every((rule) => {
    if (rule.Statement.ManagedRuleGroupStatement) return managedOf(rule, facts)?.rules != null;
    const own = rule.Statement.RuleGroupReferenceStatement;
    return !own || facts.ruleGroups?.[own.ARN] !== undefined;
  });
}
