import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogRecord, readLogValue } from '#domain/edge/log-record.ts';
import type { ProbeAnswer } from '#domain/edge/probe-result.ts';
import { type Probe, probesOf } from '#domain/edge/probes.ts';
import { namesIn, probeLine, scanResults } from '#domain/edge/scan-results.ts';
import { PROBE_HEADER, PROBE_RULE } from '#domain/edge/site.ts';
import { line } from './log-line.ts';
import { SHOP } from './site-fixture.ts';

const PROBES = probesOf('/', []);
const named = (id: string) => PROBES.find((probe) => probe.id === id) as Probe;
const answer = (at: number, over: Partial<ProbeAnswer> = {}): ProbeAnswer => ({
  at,
  status: 204,
  site: 'shop',
  revision: 'r1',
  why: '',
  ...over,
});
const record = (over: object, mark = 'sqli-or/query.t1'): LogRecord => {
  const read = readLogValue(line(over, { headers: [{ name: 'X-Patchwright-Probe', value: mark }] }));
  assert.ok(typeof read === 'object');
  return read;
};
const BY_PROBE_RULE = { terminatingRuleId: PROBE_RULE, action: 'BLOCK', responseCodeSent: 204 };
const CORE = 'AWS#AWSManagedRulesCommonRuleSet#Version_1.23';

test('a probe that our last rule answered is counted by what the log names, passed where it names nothing', () => {
  const counted = record({
    ...BY_PROBE_RULE,
    ruleGroupList: [
      {
        ruleGroupId: CORE,
        nonTerminatingMatchingRules: [
          { ruleId: 'CrossSiteScripting_BODY', action: 'COUNT', overriddenAction: 'BLOCK' },
        ],
      },
    ],
  });
  const sent = [
    { probe: named('sqli-or/query'), answer: answer(1) },
    { probe: named('sqli-or/form'), answer: answer(2) },
    { probe: named('sqli-or/json'), answer: answer(3) },
  ];
  const lines = new Map([
    ['sqli-or/query.t1', counted],
    ['sqli-or/form.t1', record(BY_PROBE_RULE, 'sqli-or/form.t1')],
    ['sqli-or/json.t0', counted], // of another scan
  ]);
  const results = scanResults(SHOP, sent, lines, 't1');
  assert.deepEqual(
    results.map(({ id, result, rules }) => [id, result, rules]),
    [
      ['sqli-or/query', 'counted', ['core/CrossSiteScripting_BODY']],
      ['sqli-or/form', 'passed', []],
      ['sqli-or/json', 'passed', []],
    ],
  );
  assert.match(results[2]?.why ?? '', /late/);
});

test('a 403 without a log line is blocked only between two answers of the probe rule, each within a minute', () => {
  const of = (...times: (number | null)[]) => {
    const sent = times.map((at) =>
      at === null
        ? { probe: named('sqli-or/query'), answer: answer(100_000, { status: 403, site: null }) }
        : { probe: named('control-get'), answer: answer(at) },
    );
    return scanResults(SHOP, sent, new Map(), 't1').find(({ id }) => id === 'sqli-or/query')?.result;
  };
  assert.equal(of(50_000, null, 150_000), 'blocked');
  assert.equal(of(50_000, null), 'unclear');
  assert.equal(of(null, 150_000), 'unclear');
  assert.equal(of(30_000, null, 150_000), 'unclear');
  assert.equal(of(50_000, null, 170_000), 'unclear');
});

test('a control that was asked again stands once', () => {
  const sent = [named('control-get'), named('control-post'), named('control-get')].map((probe, at) => ({
    probe,
    answer: answer(at),
  }));
  assert.deepEqual(
    scanResults(SHOP, sent, new Map(), 't1').map(({ id }) => id),
    ['control-get', 'control-post'],
  );
});

test('names are those of the file: managed groups, own groups as we make them, rules; no group as a whole', () => {
  const nameOf = namesIn(SHOP);
  const match = { version: null, action: 'COUNT' as const, would: null, ends: false, rate: false };
  const own = 'arn:aws:wafv2:eu-central-1:111122223333:regional/rulegroup/shop-own-3f9a0c1d/c';
  assert.equal(nameOf({ ...match, group: 'AWS#AWSManagedRulesCommonRuleSet', rule: 'A' }), 'core/A');
  assert.equal(nameOf({ ...match, group: own, rule: 'no-debug' }), 'own/no-debug');
  assert.equal(nameOf({ ...match, group: own.replace('shop-own-3f9a0c1d', 'other'), rule: 'x' }), 'other/x');
  // A group whose name only ends like this one's, and one of another site.
  for (const another of ['shop-web-own-3f9a0c1d', 'blog-own-3f9a0c1d'])
    assert.equal(nameOf({ ...match, group: own.replace('shop-own-3f9a0c1d', another), rule: 'x' }), `${another}/x`);
  assert.equal(
    nameOf({ ...match, group: 'AWS#AWSManagedRulesLinuxRuleSet', rule: 'L' }),
    'AWSManagedRulesLinuxRuleSet/L',
  );
  assert.equal(nameOf({ ...match, group: null, rule: 'admin-geo' }), 'admin-geo');
  assert.equal(nameOf({ ...match, group: null, rule: 'core' }), null);
  assert.equal(nameOf({ ...match, group: null, rule: PROBE_RULE }), null);
});

test('a log line is a probe’s by our header’s value alone, its name in any case', () => {
  const marks = new Set(['sqli-or/query.t1']);
  assert.equal(probeLine(record({}), marks)?.[0], 'sqli-or/query.t1');
  assert.equal(probeLine(record({}, 'sqli-or/query.t0'), marks), null);
  const bare = readLogValue(line());
  assert.ok(typeof bare === 'object' && !bare.headers.some(([name]) => name === PROBE_HEADER));
  assert.equal(probeLine(bare, marks), null);
});
