/** Rows of the order table: versions, overrides and the ways in which a group is put on Count. */
import { each, groupStatement, managedOf, overridden, type Row, titled } from '#domain/edge/order/facts.ts';
import type { AwsRule } from '#domain/edge/site.ts';

export const GROUP_ROWS: Record<string, Row> = {
  'unknown-rule': each((rule, _at, facts) => {
    const group = managedOf(rule, facts);
    if (!group?.rules) return null;
    const known = new Set(group.rules.map(({ name }) => name));
    const unknown = overridden(rule).filter((name) => !known.has(name));
    if (unknown.length === 0) return null;
    const words = `${unknown.join(', ')} ${unknown.length === 1 ? 'is no rule' : 'are no rules'} of ${titled(group)}: AWS ignores the override in silence`;
    return { level: 'open', words, remedy: `its rules are ${[...known].join(', ')}` };
  }),

  'whole-group-count': each((rule) => {
    if (!rule.OverrideAction?.Count) return null;
    const words =
      'the whole group is on Count: its first match still ends it, so the rules behind that one and their labels never happen';
    return {
      level: 'open',
      words,
      remedy: 'set OverrideAction to None and an override to Count for each of its rules',
    };
  }),

  'excluded-rules': each((rule) => {
    const excluded = groupStatement(rule)?.ExcludedRules ?? [];
    if (excluded.length === 0) return null;
    const words = `ExcludedRules is the old way to count, and consoles show ${excluded.map(({ Name }) => Name).join(', ')} as Block`;
    return { level: 'note', words, remedy: 'write RuleActionOverrides with Count instead' };
  }),

  'scope-down': each((rule) => {
    if (!rule.Statement.ManagedRuleGroupStatement?.ScopeDownStatement) return null;
    const words = 'what its scope-down statement leaves out is neither blocked nor counted nor labelled by it';
    return { level: 'note', words, remedy: 'read the statement again: it must name everything that the group is for' };
  }),

  unpinned: each((rule, _at, facts) => {
    const group = managedOf(rule, facts);
    if (!group?.versioned || rule.Statement.ManagedRuleGroupStatement?.Version) return null;
    return {
      level: 'open',
      words: `${group.name} has versions and none is pinned: AWS changes its rules some day, unasked`,
      remedy: 'write version: with the one that you counted',
    };
  }),

  'unknown-version': each((rule, _at, facts) => {
    const group = managedOf(rule, facts);
    const version = rule.Statement.ManagedRuleGroupStatement?.Version;
    if (!group || group.rules !== null || !version) return null;
    return {
      level: 'refused',
      words: `${group.name} has no ${version}, or it expired: the default version runs instead, and AWS refuses every update`,
      remedy: 'write a version that list-available-managed-rule-group-versions shows',
    };
  }),

  'expiring-version': each((rule, _at, facts) => {
    const group = managedOf(rule, facts);
    if (group?.daysToExpiry === null || group?.daysToExpiry === undefined) return null;
    return {
      level: 'note',
      words: `${titled(group)} expires in ${Math.floor(group.daysToExpiry)} days`,
      remedy: 'let its successor count beside it now',
    };
  }),

  'same-group-twice': each((rule, at, facts) => {
    const own = groupKey(rule);
    const before = own === null ? undefined : facts.rules.slice(0, at).find((above) => groupKey(above) === own);
    if (!before) return null;
    return {
      level: 'note',
      words: `${before.Name} is the same group: both add the same labels`,
      remedy: 'a rule that reads them belongs between the two',
    };
  }),
};

function groupKey({ Statement }: AwsRule): string | null {
  const { ManagedRuleGroupStatement: managed, RuleGroupReferenceStatement: own } = Statement;
  return managed ? `${managed.VendorName}#${managed.Name}` : (own?.ARN ?? null);
}
