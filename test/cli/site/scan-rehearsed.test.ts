/** The scanner against the rehearsed AWS WAF: over the wire, by its certificate, and with the log files that come late. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probesOf } from '#domain/edge/probes.ts';
import { probeRule } from '#domain/edge/rules.ts';
import type { SitePolicy } from '#domain/edge/site.ts';
import { siteSchema } from '#rehearsal/scenario/site-format.ts';
import { scenarioOf } from '../../../cli/rehearse/scenarios.ts';
import { plain } from '../../../cli/screen/text.ts';
import { overviewOfSite } from '../../../cli/site/live-overview.ts';
import { ports } from '../../../cli/site/live-ports.ts';
import { scanSite } from '../../../cli/site/scan.ts';
import { scanAnswer } from '../../../cli/site/scan-view.ts';
import { SHOP, siteRule } from '../../domain/edge/site-fixture.ts';
import { type Account, inAccount } from '../account/rehearsed.ts';

const managed = (name: string, Priority: number, Name: string, counted: string[] = []) => ({
  Name: name,
  Priority,
  Statement: {
    ManagedRuleGroupStatement: {
      VendorName: 'AWS',
      Name,
      ...(counted.length
        ? { RuleActionOverrides: counted.map((each) => ({ Name: each, ActionToUse: { Count: {} } })) }
        : {}),
    },
  },
  OverrideAction: { None: {} },
});
const RULES = [
  managed('core', 1, 'AWSManagedRulesCommonRuleSet', ['CrossSiteScripting_QUERYARGUMENTS']),
  managed('sqli', 2, 'AWSManagedRulesSQLiRuleSet'),
];
const POLICY: SitePolicy = {
  ...SHOP,
  rules: [
    siteRule('core', { managed: { vendor: 'AWS', name: 'AWSManagedRulesCommonRuleSet', version: null } }),
    siteRule('sqli', { managed: { vendor: 'AWS', name: 'AWSManagedRulesSQLiRuleSet', version: null } }),
  ],
};

async function inShop(over: object, work: (account: Account) => Promise<void>): Promise<void> {
  const site = siteSchema.parse({
    name: 'shop',
    hosts: ['shop.example.com'],
    group: 'web',
    logs: { bucket: 'aws-waf-logs-shop' },
    webAcl: { name: 'shop', rules: [...RULES, probeRule('shop', 'r1')] },
    ...over,
  });
  await inAccount({ ...scenarioOf('default'), sites: [site] }, work);
}

const PROBES = probesOf('/', []);
const SCANNED = { token: 'tokentoken12', waitMinutes: 15 };

test('a whole scan of a rehearsed site: what the stand-ins block and count is named by the log', async () => {
  await inShop({}, async ({ ask, open }) => {
    const scan = await ask(() => scanSite(POLICY, PROBES, SCANNED, open, ports));
    const [only] = scan.endpoints;
    assert.deepEqual([only?.ended, only?.revisions, scan.log.why, scan.log.late], [null, ['r1'], null, 0]);
    assert.deepEqual(
      only?.application.map(({ status }) => status),
      [200, 200],
    );
    const of = (id: string) => {
      const found = only?.results.find((each) => each.id === id);
      return [found?.result, found?.rules];
    };
    assert.deepEqual(of('control-get'), ['passed', []]);
    assert.deepEqual(of('control-post'), ['passed', []]);
    assert.deepEqual(of('xss-script/query'), ['counted', ['core/CrossSiteScripting_QUERYARGUMENTS']]);
    assert.deepEqual(of('xss-script/form'), ['blocked', ['core/CrossSiteScripting_BODY']]);
    assert.deepEqual(of('sqli-union/query'), ['blocked', ['sqli/SQLi_QUERYARGUMENTS']]);
    assert.deepEqual(of('traversal-passwd/query'), ['blocked', ['core/GenericLFI_QUERYARGUMENTS']]);
    assert.equal(only?.results.length, PROBES.length);
    assert.match(scanAnswer(scan).lines(plain, 100).join('\n'), /The log has a line of every probe/);
    // What was sent is what the log's overview shows: nothing reached the application but the two without our header.
    const shown = await ask(() => overviewOfSite(POLICY, { hours: 1, json: true }, open, ports));
    const { overview } = shown.document as { overview: { byAction: Record<string, number> } };
    assert.equal(overview.byAction.ALLOW, 2);
  });
});

for (const [words, over, why] of [
  ['no probe rule', { webAcl: { name: 'shop', rules: RULES } }, /200 where the probe rule should answer 204/],
  [
    'another site’s probe rule',
    { webAcl: { name: 'shop', rules: [probeRule('blog', 'r1')] } },
    /another site answered there: blog/,
  ],
  ['a redirect', { endpoint: 'redirect', webAcl: undefined }, /no redirect is followed/],
  ['403 to everything', { endpoint: 'forbidden', webAcl: undefined }, /blocked before any rule/],
  ['the names lead elsewhere', { endpoint: 'elsewhere' }, /No attack was sent/],
] as const)
  test(`always 15: no attack leaves, and the exit says so: ${words}`, async () => {
    await inShop(over, async ({ ask, open }) => {
      const scan = await ask(() => scanSite(POLICY, PROBES, { ...SCANNED, waitMinutes: 0 }, open, ports));
      assert.match(scan.endpoints[0]?.ended ?? '', why);
      assert.deepEqual(
        scan.endpoints[0]?.results.map(({ id }) => id),
        ['control-get'],
      );
      assert.equal(scanAnswer(scan).exit, 3);
    });
  });

test('somebody else’s WAF before it: its 403 is no block of ours, for the log has no line of it', async () => {
  await inShop({ endpoint: 'behind-waf' }, async ({ ask, open }) => {
    const scan = await ask(() => scanSite(POLICY, PROBES, SCANNED, open, ports));
    const results = scan.endpoints[0]?.results ?? [];
    const unclear = results.filter(({ result, status }) => result === 'unclear' && status === 403);
    assert.ok(unclear.length > 0);
    for (const { why } of unclear) assert.match(why, /something before the WAF answered/);
    for (const { rules, id } of results.filter(({ result }) => result === 'blocked'))
      assert.notDeepEqual(rules, [], id);
  });
});
