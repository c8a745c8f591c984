import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BadInput } from '../../../cli/bad-input.ts';
import { plain } from '../../../cli/screen/text.ts';
import { type OverviewFlags, overviewOfFiles } from '../../../cli/site/overview.ts';
import { line } from '../../domain/edge/log-line.ts';

const root = new URL('../../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'overview-'));
after(() => rmSync(folder, { recursive: true }));

const CORE = 'AWS#AWSManagedRulesCommonRuleSet';
const blocked = line({
  timestamp: Date.parse('2026-11-27T20:14:03.120Z'),
  terminatingRuleId: 'core',
  terminatingRuleType: 'MANAGED_RULE_GROUP',
  action: 'BLOCK',
  ruleGroupList: [{ ruleGroupId: CORE, terminatingRule: { ruleId: 'NoUserAgent_HEADER', action: 'BLOCK' } }],
});
const counted = line(
  {
    timestamp: Date.parse('2026-11-27T21:00:00Z'),
    ruleGroupList: [{ ruleGroupId: CORE, terminatingRule: null }],
    nonTerminatingMatchingRules: [{ ruleId: 'login', action: 'COUNT' }],
  },
  { uri: '/login', args: 'next=%2F', clientIp: '198.51.100.7', country: 'US' },
);
const text = [blocked, counted].map((each) => JSON.stringify(each)).join('\n');

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function overview(files: string[], flags: OverviewFlags = {}): Promise<string> {
  return overviewOfFiles(files, flags, { paint: plain, columns: Number.POSITIVE_INFINITY });
}

test('the command itself', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['cli/main.ts', 'overview', ...args], { cwd: root, encoding: 'utf8' });
  const { status, stdout } = run('--log', file('z.log', text), '--json', '--only', 'counted');
  assert.deepEqual([status, JSON.parse(stdout).overview.requests], [0, 1]);
  const none = run();
  assert.equal(none.status, 2);
  assert.match(none.stderr, /no log is named\. Remedy: patchwright overview --log FILE/);
});

test('overview of log files, gzipped and not: by rule and who asked for what', async () => {
  const out = await overview([file('a.log', text), file('b.log.gz', gzipSync(`${text}\n`))]);
  assert.match(out, /^4 requests: 2 ALLOW, 2 BLOCK$/m);
  assert.match(out, /^ +2 +0 +0 +100\.0% {2}AWSManagedRulesCommonRuleSet\/NoUserAgent_HEADER$/m);
  assert.match(out, /^ +0 +2 +0 +· {2}login$/m);
  assert.match(
    out,
    /2026-11-27 20:14:03\.120 203\.0\.113\.9 NL GET shop\.example\.com\/myUri BLOCK by AWSManagedRulesCommonRuleSet\/NoUserAgent_HEADER$/m,
  );
  assert.match(out, /198\.51\.100\.7 US GET shop\.example\.com\/login\?next=%2F ALLOW, counted by login$/m);
});

test('overview --json: one document, with the last requests', async () => {
  const out = await overview([file('c.log', text)], { json: true, only: 'blocked' });
  const { version, overview: sums, last } = JSON.parse(out);
  assert.deepEqual([version, sums.requests, sums.byAction], [1, 1, { BLOCK: 1 }]);
  assert.deepEqual(
    last.map((each: { at: string; by: string }) => [each.at, each.by]),
    [['2026-11-27T20:14:03.120Z', 'AWSManagedRulesCommonRuleSet/NoUserAgent_HEADER']],
  );
});

for (const [flags, requests] of [
  [{ client: '198.51.100.7' }, 1],
  [{ path: '/login' }, 1],
  [{ at: '2026-11-27T20:14' }, 1],
  [{ at: '2026-11-27T20:14:03Z' }, 1],
  [{ at: '2026-11-27T20:15Z' }, 0],
  [{ only: 'counted' }, 1],
] as const)
  test(`overview ${JSON.stringify(flags)} finds ${requests}`, async () => {
    const out = await overview([file('d.log', text)], { json: true, ...flags });
    assert.equal(JSON.parse(out).overview.requests, requests);
  });

test('Firehose may leave no line break between records', async () => {
  const out = await overview([file('e.log', text.replace('\n', ''))], { json: true });
  assert.equal(JSON.parse(out).overview.requests, 2);
});

const cutOff = gzipSync(Array(2000).fill(text).join('\n')).subarray(0, -60);
for (const [what, content, said] of [
  [
    'a gzip file that is cut off',
    cutOff,
    /^Not read: 1 line missing: the gzip file is cut off here \(first: .*f\.log:\d+\)$/m,
  ],
  [
    'lines of another service',
    `${text}\n{"eventSource":"s3.amazonaws.com"}\nhello\n`,
    /^Not read: 1 line JSON, but no request that AWS WAF logged \(first: .*f\.log:3\)$/m,
  ],
  ['a line that is no JSON', `${text}\n${text.slice(0, 200)}\n`, /^Not read: 1 line no JSON \(first: .*f\.log:3\)$/m],
  [
    'a line of 6 MB',
    `${text}\n${'x'.repeat(6 << 20)}\n${text}`,
    /^Not read: 1 line longer than 4 MiB \(first: .*f\.log:3\)$/m,
  ],
] as const)
  test(`${what} is told with its place, and the rest is read`, async () => {
    const out = await overview([file('f.log', content)]);
    assert.match(out, /^\d+ requests: /m);
    assert.match(out, said);
  });

test('a line of 1 MB that AWS WAF wrote is read', async () => {
  const long = JSON.stringify(line({}, { args: 'a'.repeat(1 << 20) }));
  assert.equal(JSON.parse(await overview([file('g.log', long)], { json: true })).overview.requests, 1);
});

const nothing = file('h.log', '{"a":1}\n');
const empty = file('i.log', '');
for (const [what, files, flags, said] of [
  ['no file', ['/nowhere/waf.log'], {}, /\/nowhere\/waf\.log: there is no such file\. Remedy: give files of AWS WAF/],
  ['a folder', ['/tmp'], {}, /\/tmp: is a directory\. Remedy/],
  [
    'a file without a record',
    [nothing],
    {},
    /h\.log: holds no request that AWS WAF logged: a line JSON, .*h\.log:1\)\. Remedy/,
  ],
  ['an empty file', [empty], {}, /i\.log: holds no request that AWS WAF logged\. Remedy/],
  ['an unknown kind', [nothing], { only: 'denied' }, /--only denied: is none of blocked, counted, allowed\. Remedy/],
  ['no time', [nothing], { at: 'noon' }, /--at noon: is no time\. Remedy: write for example --at/],
  ['a number that is none', [nothing], { last: 'many' }, /--last many: is no number from 0 to 100000\. Remedy/],
] as [string, string[], OverviewFlags, RegExp][])
  test(`${what}: refused with the place and the remedy`, async () => {
    await assert.rejects(
      overview(files, flags),
      (error: BadInput) => error instanceof BadInput && said.test(error.message),
    );
  });
