import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clock } from '#aws/clock.ts';
import { web } from '#aws/web.ts';
import type { LogFile, Logging } from '#domain/edge/ports.ts';
import { probesOf } from '#domain/edge/probes.ts';
import { PROBE_RULE, type SitePolicy } from '#domain/edge/site.ts';
import { AwsRefused } from '#domain/errors.ts';
import { now } from '../../../cli/account/clock.ts';
import { BadInput } from '../../../cli/bad-input.ts';
import { plain } from '../../../cli/screen/text.ts';
import { oneProbe } from '../../../cli/site/one-probe.ts';
import { type ScanPorts, scanSite } from '../../../cli/site/scan.ts';
import { scanAnswer } from '../../../cli/site/scan-view.ts';
import { line } from '../../domain/edge/log-line.ts';
import { SHOP } from '../../domain/edge/site-fixture.ts';
import { type Came, endpoint } from './endpoint.ts';

const root = new URL('../../..', import.meta.url).pathname;
const ARN = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/a1';
const CORE = 'AWS#AWSManagedRulesCommonRuleSet';
const WHO = { account: '111122223333', region: 'eu-central-1', partition: 'aws', arn: 'arn:me' };

/** A site whose WAF blocks UNION SELECT, counts script tags, and answers all else that carries our header. */
const unionBlocks = ({ url, body, mark, headers }: Came & { body: string; headers: object }) => {
  const whole = decodeURIComponent(`${url} ${body} ${JSON.stringify(headers)}`.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  if (/union.{1,6}select/i.test(whole)) return 'block' as const;
  return mark === null ? ('pass' as const) : ('answer' as const);
};

const siteAt = (...endpoints: string[]): SitePolicy => ({
  ...SHOP,
  endpoints,
  rules: SHOP.rules.filter(({ name }) => name !== 'login-rate'),
  probes: { ...SHOP.probes, perSecond: 5000 },
  benign: [
    { id: 'search', method: 'GET', target: '/search?q=a', headers: [], body: null, owner: 'web', deliberately: null },
  ],
});

/** What AWS would log of what came, as files that appear after `lateReads` looks. */
function logOf(
  came: readonly Came[],
  lateReads = 0,
): Pick<ScanPorts, 'trafficLog' | 'webAcls' | 'sleep'> & { slept: number[] } {
  let reads = 0;
  const slept: number[] = [];
  const of = ({ mark, url }: Came) => {
    const headers = mark === null ? [] : [{ name: 'X-Patchwright-Probe', value: mark }];
    const script = /%3Cscript/i.test(url);
    const union = /union/i.test(url);
    const counted = script
      ? [{ ruleId: 'CrossSiteScripting_QUERYARGUMENTS', action: 'COUNT', overriddenAction: 'BLOCK' }]
      : [];
    const ended = union ? { ruleId: 'SQLi_QUERYARGUMENTS', action: 'BLOCK' } : null;
    return line(
      {
        timestamp: Date.parse(now()),
        action: 'BLOCK',
        terminatingRuleId: union ? 'core' : PROBE_RULE,
        terminatingRuleType: union ? 'MANAGED_RULE_GROUP' : 'REGULAR',
        ruleGroupList: [{ ruleGroupId: CORE, terminatingRule: ended, nonTerminatingMatchingRules: counted }],
      },
      { headers },
    );
  };
  return {
    slept,
    sleep: async (ms) => void slept.push(ms),
    webAcls: {
      read: async () => ({ arn: ARN }) as never,
      logging: async (): Promise<Logging> => ({
        destinations: ['arn:aws:s3:::aws-waf-logs-shop/waf'],
        filtered: false,
        redacted: [],
      }),
    },
    trafficLog: {
      async *files() {
        reads += 1;
        if (reads > lateReads) yield { bucket: 'aws-waf-logs-shop', key: 'k', at: now(), bytes: 1 } satisfies LogFile;
      },
      async *lines() {
        for (const each of came) yield JSON.stringify(of(each));
      },
    },
  };
}

const open = async () => ({ ...WHO, stage: 'dev', names: {} as never });
const text = (scan: Parameters<typeof scanAnswer>[0]) => scanAnswer(scan).lines(plain, 100).join('\n');
const SCANNED = { token: 'tokentoken12', waitMinutes: 0 };

test('a whole scan: blocked by which rule, counted by which, passed; nothing of it reaches the application', async () => {
  const { url, came, reached } = await endpoint(unionBlocks);
  const site = siteAt(url);
  const probes = probesOf('/', site.benign);
  const scan = await scanSite(site, probes, SCANNED, open, { web, clock, ...logOf(came) });
  const [only] = scan.endpoints;
  const result = (id: string) => {
    const found = only?.results.find((each) => each.id === id);
    return [found?.result, found?.rules];
  };
  assert.deepEqual(
    only?.results.map(({ id }) => id),
    probes.map(({ id }) => id),
  );
  assert.deepEqual(result('sqli-union/query'), ['blocked', ['core/SQLi_QUERYARGUMENTS']]);
  assert.deepEqual(result('xss-script/query'), ['counted', ['core/CrossSiteScripting_QUERYARGUMENTS']]);
  assert.deepEqual(result('benign/search'), ['passed', []]);
  assert.deepEqual([only?.ended, only?.revisions, scan.log.late], [null, ['r1'], 0]);
  assert.deepEqual(reached, [
    { method: 'GET', url: '/', mark: null },
    { method: 'GET', url: '/', mark: null },
  ]);
  const shown = text(scan);
  assert.match(shown, /^ {2}sqli-union\/query +403 +blocked {2}core\/SQLi_QUERYARGUMENTS$/m);
  assert.match(shown, /^ {2}xss-script\/query +204 +counted {2}core\/CrossSiteScripting_QUERYARGUMENTS$/m);
  assert.match(shown, /^ {2}control +· +· +2 +·$/m);
  assert.match(shown, /Without our header it answers 200 before and 200 after/);
  assert.match(shown, /a WAF sees the headers Origin/);
  assert.equal(scanAnswer(scan).exit, 0);
});

test('lines that are late are waited for as long as was asked, and then said', async () => {
  const { url, came } = await endpoint(unionBlocks);
  const probes = probesOf('/', []).slice(0, 14);
  const late = logOf(came, 3);
  const waited = await scanSite(siteAt(url), probes, { ...SCANNED, waitMinutes: 5 }, open, { web, clock, ...late });
  assert.deepEqual([waited.log.late, late.slept], [0, [60_000, 60_000, 60_000]]);
  const never = await scanSite(siteAt(url), probes, SCANNED, open, { web, clock, ...logOf([]) });
  assert.equal(never.log.late, 14);
  assert.match(text(never), /those of 14 are late/);
  assert.match(never.endpoints[0]?.results[0]?.why ?? '', /the log line is late/);
});

for (const [words, ports, why] of [
  [
    'nobody is signed in',
    { open: async () => Promise.reject(new AwsRefused('sts:GetCallerIdentity: no')) },
    /sts:GetCallerIdentity: no/,
  ],
  [
    'its bucket is gone',
    {
      trafficLog: {
        files: () => ({
          [Symbol.asyncIterator]: () => ({
            next: () => Promise.reject(new AwsRefused('s3:ListBucket: NoSuchBucket: no')),
          }),
        }),
        lines: () => [],
      },
    },
    /aws-waf-logs-shop: the bucket to which shop logs is not there/,
  ],
  ['the web ACL is not there', { webAcls: { read: async () => null } }, /there is no web ACL shop in 111122223333/],
  ['it logs nowhere', { webAcls: { read: async () => ({ arn: ARN }), logging: async () => null } }, /logs nowhere/],
  [
    'it logs elsewhere',
    {
      webAcls: {
        read: async () => ({ arn: ARN }),
        logging: async () => ({ destinations: ['arn:aws:logs:x'], filtered: false, redacted: [] }),
      },
    },
    /arn:aws:logs:x: only logs in S3 are read/,
  ],
  [
    'our header is redacted',
    {
      webAcls: {
        read: async () => ({ arn: ARN }),
        logging: async () => ({ destinations: ['arn:aws:s3:::b'], filtered: false, redacted: ['x-patchwright-probe'] }),
      },
    },
    /has not the header of our probes/,
  ],
] as const)
  test(`without a log the answers alone speak, and why is said: ${words}`, async () => {
    const { url, came } = await endpoint(unionBlocks);
    const { open: opens = open, ...other } = ports as { open?: typeof open };
    const scan = await scanSite(siteAt(url), probesOf('/', []).slice(0, 20), SCANNED, opens, {
      web,
      clock,
      ...logOf(came),
      ...other,
    });
    assert.match(scan.log.why ?? '', why);
    const union = scan.endpoints[0]?.results.find(({ id }) => id === 'sqli-union/query');
    assert.deepEqual([union?.result, union?.rules], ['blocked', []]);
    assert.match(text(scan), /The log was not read/);
  });

test('always 15: of two endpoints the one without the probe rule gets no attack, and the exit says so', async () => {
  const good = await endpoint(unionBlocks);
  const bare = await endpoint(() => 'pass');
  const scan = await scanSite(siteAt(bare.url, good.url), probesOf('/', []), SCANNED, open, {
    web,
    clock,
    ...logOf([]),
  });
  assert.deepEqual(
    bare.reached.map(({ method, url }) => [method, url]),
    [
      ['GET', '/'],
      ['GET', '/'],
    ],
  );
  assert.ok(good.came.length > 150);
  assert.equal(scanAnswer(scan).exit, 3);
  const shown = text(scan);
  assert.match(shown, /Ended: it answers 200 where the probe rule should answer 204\. No attack was sent to it/);
  assert.match(shown, /Remedy: paste the rule of patchwright waf show shop --probe-rule last into the web ACL/);
});

test('the pace is that of the tightest rate rule of the file', async () => {
  const { url } = await endpoint(unionBlocks);
  const site = { ...siteAt(url), rules: SHOP.rules, probes: { ...SHOP.probes, perSecond: 2 } };
  const still = { ...web, send: async () => ({ at: 0, status: 500, site: null, revision: null, why: '' }) };
  const scan = await scanSite(site, probesOf('/', []), SCANNED, open, { clock, ...logOf([]), web: still });
  assert.deepEqual([scan.pacedBy, scan.perSecond], ['login-rate', 1 / 6]);
  assert.match(text(scan), /0\.167 a second, half of what login-rate lets through/);
});

test('one request from the command line: as written, with its headers and body; what is none is refused', () => {
  assert.deepEqual(oneProbe('GET /a/../style==xxx', { header: ['X-A: b c'] }), {
    id: 'probe',
    family: 'own',
    place: 'any',
    method: 'GET',
    target: '/a/../style==xxx',
    headers: [
      ['user-agent', 'Mozilla/5.0 (compatible; patchwright)'],
      ['x-a', 'b c'],
      ['x-patchwright-probe', 'benign/probe'],
    ],
    body: null,
  });
  const post = oneProbe('POST /c', { body: 'a=1' });
  assert.deepEqual([post.body, post.headers[0]], ['a=1', ['content-type', 'application/x-www-form-urlencoded']]);
  assert.throws(
    () => oneProbe('/style==xxx', { header: ['nonsense'] }),
    (error: Error) => {
      assert.ok(error instanceof BadInput);
      assert.equal(error.faults.length, 2);
      for (const fault of error.faults) assert.match(fault, /Remedy: /);
      return true;
    },
  );
});

test('the commands themselves: scan and probe without an account', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-'));
  after(() => rmSync(folder, { recursive: true }));
  const { url, came } = await endpoint(unionBlocks);
  const policy = join(folder, 'policy.yml');
  writeFileSync(
    policy,
    `version: 1
groups: { web: { os: [DEBIAN], rings: [{ name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 60 }] } }
sites:
  shop:
    webAcl: shop
    protects: [arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/75f9]
    endpoints: ['${url}']
    probes: { perSecond: 20 }
    rules: [{ name: no-x, action: block, statement: { GeoMatchStatement: { CountryCodes: [XK] } } }]
`,
  );
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-central-1' };
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, ['cli/main.ts', ...args, '--policy', policy], { cwd: root, env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => (stdout += part));
    child.stderr.on('data', (part) => (stderr += part));
    const status = await new Promise((ends) => child.on('close', ends));
    return { status, stdout, stderr };
  };
  const probe = await run('probe', 'shop', 'GET /style==xxx?a=1%20union%20select', '--json');
  assert.equal(probe.status, 0, probe.stderr);
  const { endpoints, log } = JSON.parse(probe.stdout);
  assert.deepEqual(
    endpoints[0].results.map(({ id, status, result }: Record<string, unknown>) => [id, status, result]),
    [
      ['control-get', 204, 'passed'],
      ['probe', 403, 'blocked'],
    ],
  );
  assert.match(log.why, /CredentialsProviderError|credentials/i);
  assert.ok(came.some(({ url: target }) => target === '/style==xxx?a=1%20union%20select'));
  const group = await run('scan', 'web');
  assert.equal(group.status, 2);
  assert.match(group.stderr, /web: is a group of .*, and no site\. Remedy: name a site, or patchwright plan web/);
  const site = await run('plan', 'shop');
  assert.equal(site.status, 2);
  assert.match(site.stderr, /shop: is a site of .*, and no group\. Remedy: name a group, or patchwright check shop/);
  const none = await run('scan', 'blog');
  assert.equal(none.status, 2);
  assert.match(none.stderr, /blog: .*has no such site, its sites are shop\. Remedy:/);
});
