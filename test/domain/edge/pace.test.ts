import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paceOf } from '#domain/edge/pace.ts';
import { probesOf } from '#domain/edge/probes.ts';
import type { Statement, TextTransformation } from '#domain/edge/site.ts';
import { NONE } from './site-fixture.ts';

const PROBES = probesOf('/shop', []);

const rate = (Limit: number, over: object = {}): Statement => ({
  RateBasedStatement: { Limit, EvaluationWindowSec: 300, AggregateKeyType: 'IP', ...over },
});
const path = (SearchString: string, TextTransformations: TextTransformation[] = NONE): Statement => ({
  ByteMatchStatement: {
    FieldToMatch: { UriPath: {} },
    SearchString,
    PositionalConstraint: 'STARTS_WITH',
    TextTransformations,
  },
});
const pace = (...statements: Statement[]) =>
  paceOf(
    2,
    statements.map((statement, at) => ({ name: `rate-${at}`, statement })),
    PROBES,
  );

test('without a rate rule the pace is the file’s', () => {
  assert.deepEqual(pace(path('/')), { perSecond: 2, rule: null });
});

test('half of the tightest rate rule, by its own window', () => {
  assert.deepEqual(pace(rate(3000)), { perSecond: 2, rule: null });
  assert.deepEqual(pace(rate(600), rate(60, { EvaluationWindowSec: 60 }), rate(1000)), {
    perSecond: 0.5,
    rule: 'rate-1',
  });
  assert.deepEqual(pace(rate(300, { EvaluationWindowSec: undefined })), { perSecond: 0.5, rule: 'rate-0' });
});

test('a rate rule that no probe can reach sets no pace; where nobody can tell, it does', () => {
  const scoped = (ScopeDownStatement: Statement) => pace(rate(300, { ScopeDownStatement })).rule;
  const login = path('/login');
  const country: Statement = { GeoMatchStatement: { CountryCodes: ['NL'] } };
  assert.equal(scoped(login), null);
  assert.equal(scoped(path('/shop')), 'rate-0');
  assert.equal(scoped(path('/LOGIN', [{ Priority: 0, Type: 'LOWERCASE' }])), null);
  assert.equal(scoped(path('/login', [{ Priority: 0, Type: 'URL_DECODE' }])), 'rate-0', 'transformed: not told');
  assert.equal(scoped(country), 'rate-0');
  assert.equal(scoped({ AndStatement: { Statements: [country, login] } }), null);
  assert.equal(scoped({ OrStatement: { Statements: [country, login] } }), 'rate-0');
  assert.equal(scoped({ NotStatement: { Statement: login } }), 'rate-0');
  assert.equal(scoped({ NotStatement: { Statement: path('/shop') } }), null);
});
