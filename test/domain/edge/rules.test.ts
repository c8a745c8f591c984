import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsRules, contentHash, forms, groupRules, revisionOf } from '#domain/edge/rules.ts';
import { type AwsRule, PROBE_RULE, type SitePolicy } from '#domain/edge/site.ts';
import { ARNS, INSIDE, SHOP } from './site-fixture.ts';

const made = (actions = {}, site: SitePolicy = SHOP) =>
  awsRules(site, { actions, arns: ARNS, inside: INSIDE, revision: 'none' });
const named = (rules: AwsRule[], name: string) => {
  const rule = rules.find(({ Name }) => Name === name);
  assert.ok(rule);
  return rule;
};
const changed = (change: (site: SitePolicy) => void): SitePolicy => {
  const site = structuredClone(SHOP);
  change(site);
  return site;
};

test('rules in the order of the file, priorities unique, ours of the probe last', () => {
  const rules = made();
  assert.deepEqual(
    rules.map(({ Name }) => Name),
    ['office', 'login-rate', 'core', 'own', 'admin-geo', PROBE_RULE],
  );
  assert.deepEqual(
    [...rules].sort((a, b) => a.Priority - b.Priority),
    rules,
  );
  assert.equal(new Set(rules.map(({ Priority }) => Priority)).size, rules.length);
});

test('sets and groups stand by their ARNs, however deep', () => {
  const rules = made();
  assert.equal(named(rules, 'office').Statement.IPSetReferenceStatement?.ARN, ARNS.ipSets.office);
  const [regex] = named(rules, 'admin-geo').Statement.AndStatement?.Statements ?? [];
  assert.equal(regex?.RegexPatternSetReferenceStatement?.ARN, ARNS.regexSets.admin);
  assert.equal(named(rules, 'own').Statement.RuleGroupReferenceStatement?.ARN, ARNS.ruleGroups.own);
});

test('a set that is not made yet is refused by its name', () => {
  assert.throws(
    () => awsRules(SHOP, { actions: {}, arns: { ...ARNS, ipSets: {} }, inside: INSIDE, revision: 'none' }),
    /the IP set office has no ARN yet/,
  );
});

test('a group on count is an override of each of its rules, never of the whole group (trap W3)', () => {
  const core = named(made({ 'core/CrossSiteScripting_BODY': 'count' }), 'core');
  assert.deepEqual(core.OverrideAction, { None: {} });
  assert.deepEqual(core.Statement.ManagedRuleGroupStatement?.RuleActionOverrides, [
    { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
    { Name: 'CrossSiteScripting_BODY', ActionToUse: { Count: {} } },
  ]);
});

test('keep outranks what is proven, and what is proven the wish', () => {
  const overrides = (actions: object) =>
    named(made(actions), 'core').Statement.ManagedRuleGroupStatement?.RuleActionOverrides?.map(({ Name }) => Name);
  assert.deepEqual(overrides({ 'core/SizeRestrictions_BODY': 'block' }), ['SizeRestrictions_BODY']);
  assert.deepEqual(named(made({ 'admin-geo': 'count' }), 'admin-geo').Action, { Count: {} });
  assert.deepEqual(named(made(), 'admin-geo').Action, { Block: {} });
});

test('the probe rule answers for the site and with the revision, and no cache may keep it', () => {
  const { CustomResponse } =
    named(awsRules(SHOP, { actions: {}, arns: ARNS, inside: INSIDE, revision: 'abc' }), PROBE_RULE).Action?.Block ?? {};
  assert.deepEqual(CustomResponse, {
    ResponseCode: 204,
    ResponseHeaders: [
      { Name: 'x-patchwright-site', Value: 'shop' },
      { Name: 'x-patchwright-revision', Value: 'abc' },
      { Name: 'cache-control', Value: 'no-store' },
    ],
  });
});

test('rules of an own group keep their labels', () => {
  assert.deepEqual(
    groupRules(SHOP.ruleGroups.own ?? [], ARNS).map(({ Name, RuleLabels, Action }) => ({ Name, RuleLabels, Action })),
    [{ Name: 'no-debug', RuleLabels: [{ Name: 'debug' }], Action: { Block: {} } }],
  );
});

const same = forms(SHOP, INSIDE);
for (const [what, site, differ] of [
  ['another address', changed((site) => (site.ipSets.office = { of: ['192.0.2.0/24'] })), []],
  [
    'an action',
    changed((site) => (site.rules = site.rules.map((rule) => ({ ...rule, action: 'count' as const })))),
    [],
  ],
  ['a pattern of a regex set', changed((site) => (site.regexSets.admin = { of: ['^/root'] })), ['admin-geo']],
  ['a label', changed((site) => site.rules[4]?.labels.push('other')), ['admin-geo']],
  [
    'a version',
    changed((site) => Object.assign(site.rules[2]?.managed ?? {}, { version: 'Version_1.22' })),
    ['core/CrossSiteScripting_BODY', 'core/SizeRestrictions_BODY'],
  ],
  [
    'a rule of an own group',
    changed((site) => Object.assign(site.ruleGroups.own?.[0] ?? {}, { labels: [] })),
    ['own/no-debug'],
  ],
] as [string, SitePolicy, string[]][])
  test(`${what} changes the form of ${differ.join(', ') || 'no rule'}`, () => {
    const other = forms(site, INSIDE);
    assert.deepEqual(
      Object.keys(other)
        .filter((name) => other[name] !== same[name])
        .sort(),
      differ,
    );
    assert.deepEqual(Object.keys(other).sort(), Object.keys(same).sort());
  });

test('the content hash leaves out our probe rule and what AWS puts there, and nothing else', () => {
  const rules = made();
  const shield = { ...named(rules, 'office'), Name: 'ShieldMitigationRuleGroup_1', Priority: 10_000_000 };
  assert.equal(contentHash(rules), contentHash([...rules, shield].reverse()));
  assert.equal(revisionOf(rules), revisionOf(made({}, SHOP)));
  assert.notEqual(
    contentHash(rules),
    contentHash(rules.map((rule) => (rule.Name === 'core' ? { ...rule, Unknown: 1 } : rule))),
  );
  assert.notEqual(contentHash(rules), contentHash(made({ 'admin-geo': 'count' })));
});
