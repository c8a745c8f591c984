import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogRecord, readLogValue } from '#domain/edge/log-record.ts';
import { applicationAnswered, type ProbeAnswer, resultOf, signatureOf } from '#domain/edge/probe-result.ts';
import { PROBE_RULE } from '#domain/edge/site.ts';
import { line } from './log-line.ts';

const PROBE = { id: 'xss-script/query', family: 'xss', place: 'query' } as const;
const CORE = 'AWS#AWSManagedRulesCommonRuleSet';
const ours = { terminatingRuleId: PROBE_RULE, action: 'BLOCK' };

function record(over: object): LogRecord {
  const read = readLogValue(line(over));
  assert.ok(typeof read === 'object');
  return read;
}
const counted = record({
  ...ours,
  ruleGroupList: [
    {
      ruleGroupId: CORE,
      nonTerminatingMatchingRules: [{ ruleId: 'XSS_Q', action: 'COUNT', overriddenAction: 'BLOCK' }],
    },
  ],
});
const blocked = record({
  terminatingRuleId: 'core',
  terminatingRuleType: 'MANAGED_RULE_GROUP',
  action: 'BLOCK',
  ruleGroupList: [{ ruleGroupId: CORE, terminatingRule: { ruleId: 'XSS_Q', action: 'BLOCK' } }],
});
const limited = record({ terminatingRuleId: 'login-rate', terminatingRuleType: 'RATE_BASED', action: 'BLOCK' });
const allowed = record({ terminatingRuleId: 'office', action: 'ALLOW' });

const answer = (status: number | null, site: string | null = null, why = ''): ProbeAnswer => ({
  at: 0,
  status,
  site,
  revision: null,
  why,
});
const facts = (line: LogRecord | 'late' | 'absent', controlsPassed = true) => ({
  site: 'shop',
  line,
  controlsPassed,
  nameOf: ({ group, rule }: { group: string | null; rule: string }) =>
    rule === PROBE_RULE ? null : group ? `core/${rule}` : rule,
});

for (const [what, given, of, result, rules, why] of [
  ['our rule answered and no rule matched', answer(204, 'shop'), facts(record(ours)), 'passed', [], /no rule matched/],
  [
    'our rule answered and a rule counted it',
    answer(204, 'shop'),
    facts(counted),
    'counted',
    ['core/XSS_Q'],
    /counted by core\/XSS_Q/,
  ],
  ['our rule answered and the log is late', answer(204, 'shop'), facts('late'), 'passed', [], /late/],
  ['a rule blocked it', answer(403), facts(blocked), 'blocked', ['core/XSS_Q'], /blocked by core\/XSS_Q/],
  ['403, no log line, controls before and after passed', answer(403), facts('late'), 'blocked', [], /not known/],
  ['403, and the log has lines but none of it', answer(403), facts('absent'), 'unclear', [], /before the WAF answered/],
  [
    'our rule answered, and the log has no line of it',
    answer(204, 'shop'),
    facts('absent'),
    'passed',
    [],
    /no line of it/,
  ],
  ['403, no log line, no control', answer(403), facts('late', false), 'unclear', [], /no control passed/],
  ['a rate rule’s 403', answer(403), facts(limited), 'unclear', ['login-rate'], /no detection/],
  ['403 though the log says that it was allowed', answer(403), facts(allowed), 'unclear', ['office'], /did not block/],
  [
    '200: a rule allowed it to the application',
    answer(200),
    facts(allowed),
    'unclear',
    ['office'],
    /neither the probe rule nor a block/,
  ],
  ['another site’s probe rule', answer(204, 'other'), facts('late'), 'unclear', [], /another site answered: other/],
  ['204 of the application', answer(204), facts('late'), 'unclear', [], /neither/],
  ['a redirect', answer(301), facts('late'), 'unclear', [], /redirect/],
  ['nothing', answer(null, null, 'the connection was reset'), facts('late'), 'unclear', [], /reset/],
] as const)
  test(`a probe where ${what} is ${result}`, () => {
    const got = resultOf(PROBE, given, of);
    assert.equal(got.result, result);
    if (result !== 'unclear') assert.deepEqual(got.rules, rules);
    assert.match(got.why, why);
  });

test('the signature of an answer, from its headers', () => {
  assert.deepEqual(signatureOf({ 'x-patchwright-site': 'shop', 'x-patchwright-revision': ['abc', 'def'] }), {
    site: 'shop',
    revision: 'abc',
  });
  assert.deepEqual(signatureOf({}), { site: null, revision: null });
});

for (const [given, answers] of [
  [answer(200), true],
  [answer(404), true],
  [answer(403), false],
  [answer(204, 'shop'), false],
  [answer(null), false],
] as const)
  test(`without our header ${given.status} of ${given.site ?? 'somebody'} means that the application ${answers ? 'answers' : 'does not answer'}`, () =>
    assert.equal(applicationAnswered(given), answers));
