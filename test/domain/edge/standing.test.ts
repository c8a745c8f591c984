import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { contentOfGroup, liveForms, madeName } from '#domain/edge/live.ts';
import { awsRules, forms } from '#domain/edge/rules.ts';
import { type AwsRule, PROBE_RULE, type SiteAction, type SitePolicy } from '#domain/edge/site.ts';
import { demotedOn, type Now, type Standing, type StandingForm, standingNow } from '#domain/edge/standing.ts';
import { INSIDE, SHOP } from './site-fixture.ts';

const TODAY = '2026-11-28';
const arn = (kind: string, name: string) => `arn:aws:wafv2:eu-central-1:111122223333:regional/${kind}/${name}/0f1e`;
/** As the product makes them: of another content, of another name. */
const arnsOf = (site: SitePolicy) => ({
  ipSets: { office: arn('ipset', madeName('shop', 'office', site.ipSets.office)) },
  regexSets: {
    admin: arn('regexpatternset', madeName('shop', 'admin', (site.regexSets.admin as { of: string[] }).of)),
  },
  ruleGroups: { own: arn('rulegroup', madeName('shop', 'own', contentOfGroup(site, 'own'))) },
});
const live = (actions: Record<string, SiteAction> = {}, site: SitePolicy = SHOP): AwsRule[] =>
  awsRules(site, { actions, arns: arnsOf(site), inside: INSIDE, revision: 'abc' });
const changed = (change: (site: SitePolicy) => void): SitePolicy => {
  const site = structuredClone(SHOP);
  change(site);
  return site;
};
const edited = (name: string, edit: (rule: AwsRule) => AwsRule) =>
  live().map((rule) => (rule.Name === name ? edit(structuredClone(rule)) : rule));

describe('what stands in a web ACL, as the forms of the file', () => {
  test('what the file makes is read back as it was made, with each action', () => {
    const actions = { 'core/CrossSiteScripting_BODY': 'count', 'own/no-debug': 'count', 'admin-geo': 'count' } as const;
    const read = liveForms(SHOP, live(actions), INSIDE);
    assert.deepEqual(read, {
      actions: { office: 'allow', 'login-rate': 'block', 'core/SizeRestrictions_BODY': 'count', ...actions },
      changed: {},
      strangers: [],
      foreign: [],
      probe: { site: 'shop', revision: 'abc' },
    });
  });

  test('members that the service fills in are no other form', () => {
    const site = changed(({ rules: [, rate] }) => {
      delete rate?.statement?.RateBasedStatement?.EvaluationWindowSec;
    });
    assert.deepEqual(liveForms(site, live(), INSIDE).changed, {});
  });

  test('other addresses are no other form; other patterns, another rule in the group, another version, other labels are', () => {
    const isChanged = (site: SitePolicy) => Object.keys(liveForms(SHOP, live({}, site), INSIDE).changed);
    const address = changed((site) => {
      site.ipSets.office = { of: ['203.0.113.0/24'] };
    });
    assert.deepEqual(isChanged(address), []);
    const pattern = changed((site) => {
      site.regexSets.admin = { of: ['^/root'] };
    });
    assert.deepEqual(isChanged(pattern), ['admin-geo']);
    const group = changed((site) => {
      const [rule] = site.ruleGroups.own ?? [];
      if (rule) rule.labels = ['other'];
    });
    assert.deepEqual(isChanged(group), ['own']);
    const version = changed(({ rules }) => {
      const managed = rules[2]?.managed;
      if (managed) managed.version = 'Version_1.20';
    });
    assert.deepEqual(isChanged(version), ['core']);
    const label = changed(({ rules }) => {
      if (rules[4]) rules[4].labels = [];
    });
    assert.deepEqual(isChanged(label), ['admin-geo']);
  });

  for (const [what, rules, words] of [
    [
      'a whole group on Count',
      edited('core', (rule) => ({ ...rule, OverrideAction: { Count: {} } })),
      /core: the whole group is on Count/,
    ],
    [
      'a CAPTCHA',
      edited('admin-geo', (rule) => ({ ...rule, Action: { Captcha: {} } })),
      /admin-geo: its action is Captcha/,
    ],
    [
      'a block with an answer of its own',
      edited('admin-geo', (rule) => ({ ...rule, Action: { Block: { CustomResponse: { ResponseCode: 418 } } } })),
      /admin-geo: its action is Block .*418/,
    ],
    [
      'a probe rule that answers something else',
      edited(PROBE_RULE, (rule) => ({ ...rule, Action: { Block: {} } })),
      /patchwright-probe: it is not the rule/,
    ],
  ] as const)
    test(`${what} is nothing to write over`, () => {
      const { foreign } = liveForms(SHOP, rules, INSIDE);
      assert.match(foreign.join('\n'), words);
    });

  test('excluded rules are read as Count, and rules of Shield and Firewall Manager are passed over', () => {
    const rules = edited('core', ({ Statement, ...rule }) => ({
      ...rule,
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name: 'AWSManagedRulesCommonRuleSet',
          Version: 'Version_1.23',
          ExcludedRules: [{ Name: 'CrossSiteScripting_BODY' }],
        },
      },
    }));
    const [first] = rules;
    assert.ok(first);
    const shield = { ...first, Name: 'ShieldMitigationRuleGroup_1_2', Priority: 10_000_000 };
    const read = liveForms(SHOP, [...rules, shield], INSIDE);
    assert.equal(read.actions['core/CrossSiteScripting_BODY'], 'count');
    assert.deepEqual([read.strangers, read.foreign], [[], []]);
  });
});

const hashes = forms(SHOP, INSIDE);
const standingOf = (is: Record<string, SiteAction>, over: Partial<Standing> = {}): Standing => ({
  version: 1,
  site: 'shop',
  campaign: 'shop-1',
  revision: 'abc',
  content: null,
  forms: Object.fromEntries(
    Object.entries(hashes).map(([name, hash]): [string, StandingForm] => [
      name,
      { hash, is: is[name] ?? 'count', since: '2026-11-01', how: { by: 'first' }, attacks: [] },
    ]),
  ),
  counters: null,
  lastPromotion: null,
  ...over,
});
const now = (rules: AwsRule[] | null, standing: Standing | null, site = SHOP, of = forms(site, INSIDE)): Now =>
  standingNow(site, of, rules && liveForms(site, rules, INSIDE), standing, TODAY);
const ises = ({ forms }: Now) => Object.fromEntries(Object.entries(forms).map(([name, { is }]) => [name, is]));

describe('what may block', () => {
  test('always 12: of a fresh site nothing, whatever the file wants; an Allow has no count', () => {
    const fresh = now(null, null);
    assert.deepEqual(ises(fresh), {
      office: 'allow',
      'login-rate': 'count',
      'core/SizeRestrictions_BODY': 'count',
      'core/CrossSiteScripting_BODY': 'count',
      'own/no-debug': 'count',
      'admin-geo': 'count',
    });
    assert.deepEqual(fresh.foreign, []);
  });

  test('adopted as it is: what blocks goes on, what counts begins to; a block that the file wants on count is asked', () => {
    const rules = live({ 'admin-geo': 'count', 'core/SizeRestrictions_BODY': 'count' });
    const core = rules.find(({ Name }) => Name === 'core');
    delete core?.Statement.ManagedRuleGroupStatement?.RuleActionOverrides; // all of it blocks
    const adopted = now(rules, null);
    assert.deepEqual(adopted.toDemote, ['core/SizeRestrictions_BODY']);
    assert.equal(adopted.forms['core/CrossSiteScripting_BODY']?.is, 'block');
    const { since, how } = adopted.forms['admin-geo'] ?? {};
    assert.deepEqual([since, how], [TODAY, { by: 'adopted' }]);
    assert.deepEqual(adopted.foreign, []);
  });

  test('a rule that the file does not have is somebody else’s when adopted, and removed where a campaign left it', () => {
    const [rule] = live();
    assert.ok(rule);
    const rules = [...live(), { ...rule, Name: 'old', Priority: 9 }];
    assert.deepEqual(now(rules, null).foreign, ['old: the file does not have it']);
    const all = standingOf({
      office: 'allow',
      'login-rate': 'block',
      'core/CrossSiteScripting_BODY': 'block',
      'own/no-debug': 'block',
      'admin-geo': 'block',
    });
    const one: StandingForm = { hash: 'x', is: 'block', since: '2026-11-01', how: { by: 'adopted' }, attacks: [] };
    const left = now(rules, { ...all, forms: { ...all.forms, old: one } });
    assert.deepEqual([left.removed, left.foreign], [['old'], []]);
  });

  const blocking = standingOf({
    office: 'allow',
    'login-rate': 'block',
    'core/CrossSiteScripting_BODY': 'block',
    'own/no-debug': 'block',
    'admin-geo': 'block',
  });

  test('what stands as it was left is what it was, untouched', () => {
    const same = now(live(), blocking);
    assert.deepEqual(same.forms, blocking.forms);
    const { beside, demotedByHand, toDemote, removed, foreign } = same;
    assert.deepEqual([beside, demotedByHand, toDemote, removed, foreign], [[], [], [], [], []]);
  });

  test('set to count in the console: it stays so, demoted by hand today', () => {
    const hand = now(live({ 'admin-geo': 'count' }), blocking);
    assert.deepEqual([hand.demotedByHand, hand.foreign], [['admin-geo'], []]);
    const form = hand.forms['admin-geo'];
    assert.ok(form);
    assert.deepEqual([form.is, demotedOn(form)], ['count', TODAY]);
    // The next campaign finds it as it was left.
    const next = now(live({ 'admin-geo': 'count' }), { ...blocking, forms: hand.forms });
    assert.deepEqual([next.demotedByHand, demotedOn(next.forms['admin-geo'] ?? form)], [[], TODAY]);
  });

  test('set to block in the console: somebody else’s change, and nothing of ours', () => {
    const counting = standingOf({
      office: 'allow',
      'login-rate': 'block',
      'core/CrossSiteScripting_BODY': 'block',
      'own/no-debug': 'block',
    });
    const bold = now(live(), counting);
    assert.deepEqual(bold.foreign, ['admin-geo: it is on block, and was left on count']);
    assert.equal(bold.forms['admin-geo']?.is, 'count');
  });

  test('removed in the console: told', () => {
    const gone = now(
      live().filter(({ Name }) => Name !== 'admin-geo'),
      blocking,
    );
    assert.deepEqual(gone.foreign, ['admin-geo: it is not live any more']);
  });

  test('a changed rule whose old form blocks counts beside it; one whose old form counts is replaced', () => {
    const site = changed((one) => {
      one.regexSets.admin = { of: ['^/root'] };
    });
    const besides = now(live(), blocking, site);
    assert.deepEqual([besides.beside, besides.forms['admin-geo']?.is, besides.foreign], [['admin-geo'], 'count', []]);
    assert.notEqual(besides.forms['admin-geo']?.hash, blocking.forms['admin-geo']?.hash);
    const counting = standingOf({ ...ises(now(live(), blocking)), 'admin-geo': 'count' });
    const replaced = now(live({ 'admin-geo': 'count' }), counting, site);
    assert.deepEqual([replaced.beside, replaced.forms['admin-geo']?.is], [[], 'count']);
  });

  test('always 12: whatever is live, whatever was left, a form blocks only where it did when adopted, or was left so', () => {
    const names = Object.keys(hashes).filter((name) => name !== 'office');
    const action = fc.constantFrom<SiteAction>('count', 'block');
    const some = fc.record(Object.fromEntries(names.map((name) => [name, action])));
    const site = changed((one) => {
      one.rules[2] = { ...(one.rules[2] as SitePolicy['rules'][number]), keep: {} };
    });
    const otherPattern = changed((one) => {
      one.regexSets.admin = { of: ['^/root'] };
    });
    fc.assert(
      fc.property(some, some, fc.boolean(), fc.boolean(), (is, was, isFirst, hasChanged) => {
        const file = hasChanged ? otherPattern : SHOP;
        const rules = live(is, hasChanged ? SHOP : site);
        const found = now(rules, isFirst ? null : standingOf({ office: 'allow', ...was }), file);
        for (const [name, form] of Object.entries(found.forms)) {
          if (form.is !== 'block') continue;
          assert.equal(is[name], 'block', name);
          assert.ok(isFirst || was[name] === 'block', name);
          assert.ok(!(hasChanged && name === 'admin-geo'), 'a new form never blocks');
        }
      }),
      { numRuns: 500 },
    );
  });
});
