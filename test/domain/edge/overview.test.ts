import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LogRecord, readLogValue } from '#domain/edge/log-record.ts';
import { OverviewCounts, wants } from '#domain/edge/overview.ts';
import { line } from './log-line.ts';

const CORE = 'AWS#AWSManagedRulesCommonRuleSet';

function record(over: object = {}, http: object = {}): LogRecord {
  const read = readLogValue(line(over, http));
  assert.ok(typeof read === 'object');
  return read;
}

const blockedByCore = (http: object = {}) =>
  record(
    {
      terminatingRuleId: 'core',
      terminatingRuleType: 'MANAGED_RULE_GROUP',
      action: 'BLOCK',
      ruleGroupList: [
        { ruleGroupId: `${CORE}#Version_1.2`, terminatingRule: { ruleId: 'NoUserAgent_HEADER', action: 'BLOCK' } },
      ],
    },
    http,
  );
const counted = () => record({ nonTerminatingMatchingRules: [{ ruleId: 'login', action: 'COUNT' }] });

test('requests by action, hour, rule, address, country and path', () => {
  const counting = new OverviewCounts();
  for (const each of [blockedByCore(), blockedByCore({ clientIp: '198.51.100.7', country: 'US' }), counted(), record()])
    counting.take(each);
  const sums = counting.result();
  assert.equal(sums.requests, 4);
  assert.deepEqual(sums.byAction, { BLOCK: 2, ALLOW: 2 });
  assert.deepEqual(sums.byHour, { '2020-06-17T02': { BLOCK: 2, ALLOW: 2 } });
  assert.deepEqual(sums.byRule, {
    'AWSManagedRulesCommonRuleSet/NoUserAgent_HEADER': { blocked: 2, counted: 0, allowed: 0, reached: 2 },
    login: { blocked: 0, counted: 1, allowed: 0, reached: null },
  });
  assert.deepEqual(sums.byAddress.get('203.0.113.9'), { country: 'NL', requests: 3, blocked: 1 });
  assert.deepEqual(sums.byCountry.get('US'), { requests: 1, blocked: 1 });
  assert.deepEqual(sums.byPath.get('shop.example.com/myUri'), { requests: 4, blocked: 2 });
  assert.equal(sums.last.at(0)?.by, 'AWSManagedRulesCommonRuleSet/NoUserAgent_HEADER');
  assert.deepEqual(sums.last.at(2)?.counted, ['login']);
});

test('the last requests are the newest, in whatever order the files came', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...Array(900).keys()], { minLength: 900 }),
      fc.integer({ min: 1, max: 50 }),
      (order, keep) => {
        const counting = new OverviewCounts(keep);
        for (const minute of order) counting.take(record({ timestamp: 1592361810888 + minute * 60_000 }));
        const newest = [...Array(900).keys()].slice(-keep).map((minute) => 1592361810888 + minute * 60_000);
        assert.deepEqual(
          counting.result().last.map(({ at }) => at),
          newest,
        );
      },
    ),
    { numRuns: 20 },
  );
});

const at = 1592361810888;
for (const [what, wanted, blocked, passed] of [
  ['nothing asked', {}, true, true],
  ['only blocked', { only: new Set(['blocked']) }, true, false],
  ['only counted', { only: new Set(['counted']) }, false, true],
  ['only allowed', { only: new Set(['allowed']) }, false, true],
  ['blocked or counted', { only: new Set(['blocked', 'counted']) }, true, true],
  ['another address', { client: '192.0.2.1' }, false, false],
  ['the path', { path: '/my' }, true, true],
  ['another path', { path: '/admin' }, false, false],
  ['its minute', { from: at, to: at + 1 }, true, true],
  ['the minute after', { from: at + 1, to: at + 60_000 }, false, false],
] as const)
  test(`who looks for ${what} sees the blocked: ${blocked}, the counted: ${passed}`, () => {
    assert.deepEqual([wants(blockedByCore(), wanted as never), wants(counted(), wanted as never)], [blocked, passed]);
  });
