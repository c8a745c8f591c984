import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { loadBalancers } from '#aws/load-balancers.ts';
import { siteMetrics } from '#aws/site-metrics.ts';
import { webAcls } from '#aws/web-acls.ts';
import { awsRules, probeRule } from '#domain/edge/rules.ts';
import type { AwsRule } from '#domain/edge/site.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { siteSchema } from '#rehearsal/scenario/site-format.ts';
import { BadInput } from '../../../cli/bad-input.ts';
import { scenarioOf } from '../../../cli/rehearse/scenarios.ts';
import { checkSite } from '../../../cli/site/check.ts';
import { importWebAcl } from '../../../cli/site/import.ts';
import { sampledOf } from '../../../cli/site/sampled.ts';
import { siteOfFile } from '../../../cli/site/show.ts';
import { type Account, inAccount } from '../account/rehearsed.ts';

const folder = mkdtempSync(join(tmpdir(), 'sites-'));
after(() => rmSync(folder, { recursive: true }));

const NONE = [{ Priority: 0, Type: 'NONE' }];
const LIVE = {
  name: 'shop',
  hosts: ['shop.example.com'],
  group: 'web',
  failOpen: true,
  targets: 'HTTP2',
  logs: { bucket: 'aws-waf-logs-shop', prefix: 'waf' },
  webAcl: {
    name: 'shop',
    ipSets: { office: ['198.51.100.0/24'] },
    regexSets: { admin: ['^/admin(?:/|$)'] },
    rules: [
      {
        Name: 'login',
        Priority: 1,
        Statement: {
          ByteMatchStatement: {
            FieldToMatch: { UriPath: {} },
            SearchString: '/für',
            PositionalConstraint: 'STARTS_WITH',
            TextTransformations: NONE,
          },
        },
        Action: { Block: {} },
        RuleLabels: [{ Name: 'login' }],
      },
      {
        Name: 'core',
        Priority: 2,
        Statement: {
          ManagedRuleGroupStatement: {
            VendorName: 'AWS',
            Name: 'AWSManagedRulesCommonRuleSet',
            Version: 'Version_1.23',
            RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
          },
        },
        OverrideAction: { None: {} },
      },
      {
        Name: 'admin',
        Priority: 3,
        Statement: {
          AndStatement: {
            Statements: [
              {
                RegexPatternSetReferenceStatement: {
                  ARN: 'admin',
                  FieldToMatch: { UriPath: {} },
                  TextTransformations: NONE,
                },
              },
              { NotStatement: { Statement: { IPSetReferenceStatement: { ARN: 'office' } } } },
            ],
          },
        },
        Action: { Count: {} },
      },
    ],
  },
};

async function inShop(over: object, work: (account: Account) => Promise<void>): Promise<void> {
  await inAccount({ ...scenarioOf('default'), sites: [siteSchema.parse({ ...LIVE, ...over })] }, work);
}

const GROUPS = `version: 1
groups: { web: { os: [DEBIAN], rings: [{ name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 60 }] } }
`;

/** What `waf import` printed, with the host name that only people know, as a policy. */
function policyOf(printed: string): string {
  const file = join(folder, `policy-${Math.abs(printed.length)}.yml`);
  const { sites } = parse(printed);
  for (const site of Object.values<{ endpoints: string[] }>(sites)) site.endpoints = ['https://shop.example.com'];
  writeFileSync(file, GROUPS + stringify({ sites }));
  return file;
}

test('waf import: the entry of a web ACL that stands is a sound policy, and makes its rules again', async () => {
  await inShop({}, async ({ ask, open, rehearsal }) => {
    const { text, live } = await ask(async () => {
      const answer = await importWebAcl('shop', open, { webAcls });
      return { text: answer.lines(String, 100).join('\n'), live: await webAcls.read('shop') };
    });
    const site = siteOfFile(policyOf(text), 'shop');
    assert.deepEqual(Object.keys(site.ipSets), ['office']);
    assert.ok('external' in (site.ipSets.office ?? {}));
    assert.deepEqual(site.logs, { bucket: 'aws-waf-logs-shop', prefix: 'waf' });
    const arns = (sets: Record<string, object>) =>
      Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, (set as { external: string }).external]));
    const inside = Object.fromEntries(site.rules.map(({ name, keep }) => [name, Object.keys(keep)]));
    const made = awsRules(site, {
      actions: {},
      arns: { ipSets: arns(site.ipSets), regexSets: arns(site.regexSets), ruleGroups: {} },
      inside,
      revision: 'none',
    });
    const bare = (rules: AwsRule[]) => rules.map(({ Priority: _, ...rule }) => rule);
    assert.deepEqual(bare(made.slice(0, -1)), bare(live?.rules ?? []));
    assert.match(text, /# AWS does not know your host names\. Write those that reach its load balancers/);
    assert.match(
      text,
      /^# {4}aws wafv2 tag-resource --resource-arn \S+[0-9a-f] --tags Key=patchwright:site,Value=shop --region eu-central-1$/m,
    );
    assert.ok(text.includes(live?.arn ?? '-'), 'to be pasted: not cut');
    assert.match(text, /^# {4}patchwright waf show shop --probe-rule$/m);
    const asked = [...rehearsal.calls.keys()].filter((call) => call.startsWith('wafv2'));
    assert.ok(asked.length > 3);
    for (const call of asked) assert.match(call, /(Get|List|Describe)\w+$/, 'nothing is written');
  });
});

test('waf import: a name that is not there is bad input; acts that are done are not asked for', async () => {
  const webAcl = { ...LIVE.webAcl, tags: { 'patchwright:site': 'shop' }, rules: [{ ...probeRule('shop', 'none') }] };
  await inShop({ webAcl }, async ({ ask, open }) => {
    await ask(async () => {
      await assert.rejects(importWebAcl('blog', open, { webAcls }), BadInput);
      const { document } = await importWebAcl('shop', open, { webAcls });
      assert.deepEqual((document as { acts: string[] }).acts, []);
    });
  });
});

test('check of a site: order, versions, load balancers, capacity, and whose it is', async () => {
  await inShop({}, async ({ ask, open }) => {
    const imported = await ask(() => importWebAcl('shop', open, { webAcls }));
    const site = siteOfFile(policyOf(imported.lines(String, 100).join('\n')), 'shop');
    const { answer, text } = await ask(async () => {
      const answer = await checkSite(site, open, { webAcls, loadBalancers, siteMetrics });
      return { answer, text: answer.lines((_, each) => each, 200).join('\n') };
    });
    assert.match(text, /login sees every request\n {2}core sees what login does not end/);
    assert.match(text, /loadbalancer\/app\/shop\/\S+ lets requests through when the WAF does not answer/);
    assert.match(text, /bodies to \S+ are HTTP\/2 and inspected as far as they have arrived/);
    assert.match(text, /ok {3}core: AWSManagedRulesCommonRuleSet Version_1\.23: \d+ rules/);
    assert.match(text, /ok {3}capacity: \d{3} units by AWS's own count/);
    assert.match(text, /it has no tag patchwright:site: campaigns end Observed/);
    assert.match(text, /it has no probe rule: it cannot be scanned/);
    assert.match(text, /core: it looks into the first 8 KB of a body, and what is longer passes it/);
    assert.equal(answer.exit, 0, text);
  });
});

test('check of a site: a version that AWS does not offer, another web ACL on the load balancer: things to mend', async () => {
  await inShop({}, async ({ ask, open }) => {
    const imported = await ask(() => importWebAcl('shop', open, { webAcls }));
    const policy = policyOf(imported.lines(String, 100).join('\n').replace('Version_1.23', 'Version_0.1'));
    const site = { ...siteOfFile(policy, 'shop'), webAcl: 'shop-new' };
    const answer = await ask(() => checkSite(site, open, { webAcls, loadBalancers, siteMetrics }));
    const text = answer.lines((_, each) => each, 200).join('\n');
    assert.match(text, /AWSManagedRulesCommonRuleSet has no Version_0\.1, or it expired/);
    assert.match(
      text,
      /shop has the web ACL shop, which is never taken from it\n +Remedy: patchwright waf import shop/,
    );
    assert.equal(answer.exit, 1);
  });
});

test('overview --sampled asks for each rule and says what a sample cannot show', async () => {
  await inShop({}, async ({ ask, open }) => {
    const { text, document } = await ask(async () => {
      const answer = await sampledOf({ webAcl: 'shop' }, open, { webAcls });
      return {
        document: answer.document as { rules: { rule: string }[] },
        text: answer.lines((_, each) => each, 200).join('\n'),
      };
    });
    assert.deepEqual(
      document.rules.map(({ rule }) => rule),
      ['login', 'core', 'admin', '(default action)'],
    );
    assert.match(text, /neither query arguments nor bodies are in it/);
    await ask(() => assert.rejects(sampledOf({ webAcl: 'blog' }, open, { webAcls }), BadInput));
  });
});

test('what we write the rehearsed AWS takes, and reads back equal; under a stale lock token it writes nothing', async () => {
  await inShop({ webAcl: undefined }, async ({ ask }) => {
    await ask(async () => {
      const tags = { 'patchwright:site': 'shop' };
      const wait = () => new Promise((wake) => setTimeout(wake, 2_000));
      const office = await webAcls.createSet('shop-office-1', { kind: 'ipSet', addresses: ['198.51.100.0/24'] }, tags);
      const admin = await webAcls.createSet('shop-admin-1', { kind: 'regexSet', patterns: ['^/admin'] }, tags);
      assert.ok(office && admin);
      assert.deepEqual(await webAcls.addresses(office), ['198.51.100.0/24']);
      assert.deepEqual(await webAcls.patterns(admin), ['^/admin']);
      const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'shop' };
      const text = LIVE.webAcl.rules[0] as object;
      const rules = [{ ...text, VisibilityConfig }, probeRule('shop', 'r1')];
      assert.ok(await webAcls.create('shop', { DefaultAction: { Allow: {} }, VisibilityConfig, Rules: rules }, tags));
      await wait();
      const live = await webAcls.read('shop');
      assert.ok(live);
      assert.deepEqual(live.rules, rules);
      assert.deepEqual(await webAcls.tags(live.arn), tags);
      await wait();
      assert.equal(await webAcls.update(live, { ...live.content, Rules: [probeRule('shop', 'r2')] }), 'written');
      await wait();
      assert.equal(await webAcls.update(live, live.content), 'moved', 'the token of the first read');
      const after = await webAcls.read('shop');
      assert.deepEqual(after?.rules, [probeRule('shop', 'r2')]);
      assert.equal(await webAcls.capacity(after?.rules ?? []), 1);
      assert.equal(await webAcls.logging(live.arn), null);
      assert.equal(await webAcls.deleteSet(admin), 'written');
      assert.equal(await webAcls.deleteSet(admin), 'written', 'gone is deleted');
    });
  });
});

test('the printed policy has no faults', async () => {
  await inShop({}, async ({ ask, open }) => {
    const imported = await ask(() => importWebAcl('shop', open, { webAcls }));
    assert.deepEqual(Object.keys(loadPolicy(policyOf(imported.lines(String, 100).join('\n'))).sites ?? {}), ['shop']);
  });
});
