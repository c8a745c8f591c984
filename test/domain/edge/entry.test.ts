import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Around, entryOf } from '#domain/edge/entry.ts';
import type { LiveWebAcl } from '#domain/edge/ports.ts';
import { awsRules, groupRules } from '#domain/edge/rules.ts';
import type { AwsRule } from '#domain/edge/site.ts';
import { ARNS, INSIDE, SHOP } from './site-fixture.ts';

const RULES = awsRules(SHOP, { actions: {}, arns: ARNS, inside: INSIDE, revision: 'r1' });
const OWN = groupRules(SHOP.ruleGroups.own ?? [], ARNS);
const AROUND: Around = { loadBalancers: SHOP.protects, logging: null, groups: { [ARNS.ruleGroups.own]: OWN } };

const live = (rules: AwsRule[], content: object = { DefaultAction: { Allow: {} } }): LiveWebAcl => ({
  name: 'shop',
  id: 'a1',
  arn: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/a1',
  lockToken: 't',
  rules,
  capacity: 1,
  labelNamespace: '',
  metricName: 'shop',
  managedByFirewallManager: false,
  content: { ...content },
});
const over = (at: number, more: object): AwsRule[] => [{ ...(RULES[at] as AwsRule), ...more }];

test('the five components of a web ACL as the file writes them: sets of others by ARN, groups by their rules, no probe rule', () => {
  const { entry, cannot } = entryOf(live([...RULES].reverse()), AROUND);
  assert.deepEqual(cannot, []);
  assert.deepEqual(entry.ipSets, { 'shop-office-1': { external: ARNS.ipSets.office } });
  assert.deepEqual(entry.regexSets, { 'shop-admin-1': { external: ARNS.regexSets.admin } });
  assert.deepEqual(entry.endpoints, [], 'AWS does not know them');
  assert.deepEqual(
    entry.rules.map(({ name, action }) => [name, action]),
    SHOP.rules.map(({ name, action }) => [name, action]),
  );
  assert.deepEqual(entry.rules[0]?.statement, { IPSetReferenceStatement: { ARN: 'shop-office-1' } });
  assert.deepEqual(entry.rules[2]?.keep, { SizeRestrictions_BODY: 'count' });
  assert.deepEqual(entry.rules[2]?.managed, SHOP.rules[2]?.managed);
  assert.equal(entry.rules[3]?.ruleGroup, 'shop-own-1');
  assert.deepEqual(entry.ruleGroups?.['shop-own-1']?.[0]?.labels, ['debug']);
  assert.deepEqual(entry.rules[4]?.labels, ['admin']);
});

for (const [words, rules, around, said] of [
  [
    'an action of this version',
    over(4, { Action: { Captcha: {} } }),
    {},
    /admin-geo: the action Captcha is not supported/,
  ],
  [
    'a custom response',
    over(4, { Action: { Block: { CustomResponse: { ResponseCode: 429 } } } }),
    {},
    /CustomResponse of its Block/,
  ],
  ['a member that we do not know', over(4, { CaptchaConfig: {} }), {}, /admin-geo: CaptchaConfig has no place/],
  ['a whole group on Count', over(2, { OverrideAction: { Count: {} } }), {}, /core: the whole group is on Count/],
  ['a group that may not be read', over(3, {}), { groups: {} }, /own: the group arn:\S+ may not be read/],
  [
    'an override to something else',
    over(2, {
      Statement: {
        ManagedRuleGroupStatement: {
          ...RULES[2]?.Statement.ManagedRuleGroupStatement,
          RuleActionOverrides: [{ Name: 'X', ActionToUse: { Challenge: {} } }],
        },
      },
    }),
    {},
    /core\/X: an override to Challenge/,
  ],
  [
    'no version',
    over(2, { Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'Core' } } }),
    {},
    /core: no version is pinned/,
  ],
  [
    'a rule of Shield',
    over(4, { Name: 'ShieldMitigationRuleGroup_1', Priority: 10_000_000 }),
    {},
    /AWS keeps it by itself/,
  ],
] as const)
  test(`what the file cannot say is listed: ${words}`, () => {
    const { cannot } = entryOf(live([...rules]), { ...AROUND, ...around });
    assert.equal(cannot.length, 1, cannot.join('\n'));
    assert.match(cannot[0] ?? '', said);
  });

test('a web ACL that blocks by default, and rules that are counted by ExcludedRules', () => {
  assert.match(entryOf(live([], { DefaultAction: { Block: {} } }), AROUND).cannot[0] ?? '', /default action is Block/);
  const excluded = { VendorName: 'AWS', Name: 'Core', Version: 'Version_1.2', ExcludedRules: [{ Name: 'A_BODY' }] };
  const { entry } = entryOf(live(over(2, { Statement: { ManagedRuleGroupStatement: excluded } })), AROUND);
  assert.deepEqual(entry.rules[0]?.keep, { A_BODY: 'count' });
});
