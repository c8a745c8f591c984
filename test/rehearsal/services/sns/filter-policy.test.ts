import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePattern } from '#rehearsal/services/events/patterns.ts';
import { type FilterScope, filterPolicy, type MessageAttribute } from '#rehearsal/services/sns/filter-policy.ts';

const text = (StringValue: string): MessageAttribute => ({ DataType: 'String', StringValue });
const number = (StringValue: string): MessageAttribute => ({ DataType: 'Number', StringValue });
const array = (...values: unknown[]): MessageAttribute => ({
  DataType: 'String.Array',
  StringValue: JSON.stringify(values),
});

function byAttributes(policy: object, attributes: Record<string, MessageAttribute>): boolean {
  return filterPolicy(JSON.stringify(policy), 'MessageAttributes')({ attributes, body: '' });
}

function byBody(policy: object, body: unknown): boolean {
  const given = typeof body === 'string' ? body : JSON.stringify(body);
  return filterPolicy(JSON.stringify(policy), 'MessageBody')({ attributes: {}, body: given });
}

describe('a policy on attributes', () => {
  const other = { other: text('x') };
  const rows: [what: string, policy: object, attributes: Record<string, MessageAttribute>, matches: boolean][] = [
    ['a value', { kind: ['delta', 'lost'] }, { kind: text('lost') }, true],
    ['another value', { kind: ['delta', 'lost'] }, { kind: text('plan') }, false],
    ['in its own case', { kind: ['delta'] }, { kind: text('Delta') }, false],
    ['of a list any', { kind: ['delta'] }, { kind: array('plan', 'delta') }, true],
    ['all keys', { kind: ['delta'], group: ['web'] }, { kind: text('delta') }, false],
    ['what the policy does not name is ignored', { kind: ['delta'] }, { kind: text('delta'), ...other }, true],
    ['prefix', { kind: [{ prefix: 'de' }] }, { kind: text('delta') }, true],
    ['suffix', { kind: [{ suffix: 'ta' }] }, { kind: text('delta') }, true],
    ['wildcard', { kind: [{ wildcard: 'd*a' }] }, { kind: text('delta') }, true],
    ['equals-ignore-case', { kind: [{ 'equals-ignore-case': 'DELTA' }] }, { kind: text('delta') }, true],
    ['cidr', { from: [{ cidr: '10.0.0.0/24' }] }, { from: text('10.0.0.255') }, true],
    ['cidr, beside it', { from: [{ cidr: '10.0.0.0/24' }] }, { from: text('10.1.1.0') }, false],
    ['anything-but', { kind: [{ 'anything-but': ['plan'] }] }, { kind: text('delta') }, true],
    ['anything-but of a list: one that differs', { k: [{ 'anything-but': ['a'] }] }, { k: array('a', 'b') }, true],
    ['anything-but of a list: none that differs', { k: [{ 'anything-but': ['a'] }] }, { k: array('a') }, false],
    ['anything-but prefix', { kind: [{ 'anything-but': { prefix: 'de' } }] }, { kind: text('delta') }, false],
    ['anything-but suffix', { kind: [{ 'anything-but': { suffix: 'x' } }] }, { kind: text('delta') }, true],
    ['anything-but wildcard', { kind: [{ 'anything-but': { wildcard: 'd*' } }] }, { kind: text('delta') }, false],
    ['anything-but without the key', { kind: [{ 'anything-but': ['plan'] }] }, other, false],
    ['it or nothing', { kind: [{ 'anything-but': ['plan'] }, { exists: false }] }, other, true],
    ['a number', { price: [{ numeric: ['=', 301.5] }] }, { price: number('3.015e2') }, true],
    ['a range', { price: [{ numeric: ['>', 0, '<=', 150] }] }, { price: number('150') }, true],
    ['out of it', { price: [{ numeric: ['>', 0, '<=', 150] }] }, { price: number('150.1') }, false],
    ['a number to five digits', { price: [1.000001] }, { price: number('1.000002') }, true],
    ['text that looks like a number', { price: [100] }, { price: text('100') }, false],
    ['numbers in a list', { price: [{ 'anything-but': [100] }] }, { price: array(100, 50) }, true],
    ['Number.int is ignored', { price: [100] }, { price: { DataType: 'Number.int', StringValue: '100' } }, false],
    ['binary is ignored', { b: [{ exists: true }] }, { b: { DataType: 'Binary', BinaryValue: 'eA==' } }, false],
    ['true and null in a list', { k: [true, null] }, { k: array(null) }, true],
    ['exists', { kind: [{ exists: true }] }, { kind: text('delta') }, true],
    ['exists: false', { kind: [{ exists: false }] }, other, true],
    ['exists: false of no attributes at all', { kind: [{ exists: false }] }, {}, false],
    ['$or, one side', { $or: [{ a: ['1'] }, { b: ['2'] }], c: ['3'] }, { b: text('2'), c: text('3') }, true],
    ['$or, the rest', { $or: [{ a: ['1'] }, { b: ['2'] }], c: ['3'] }, { b: text('2') }, false],
    ['$or of one is a name', { $or: ['x'] }, { $or: text('x') }, true],
    ['a quote, escaped twice', { a: ['say \\"yes\\"'] }, { a: text('say "yes"') }, true],
    ['a quote, escaped once', { a: ['say "yes"'] }, { a: text('say "yes"') }, false],
    ['a backslash, escaped twice', { a: ['c:\\\\x'] }, { a: text('c:\\x') }, true],
  ];
  for (const [what, policy, attributes, matches] of rows)
    it(`${what}: ${matches ? 'through' : 'not'}`, () => assert.equal(byAttributes(policy, attributes), matches));
});

describe('a policy on the body', () => {
  const rows: [what: string, policy: object, body: unknown, matches: boolean][] = [
    ['a property', { kind: ['lost'] }, { kind: 'lost' }, true],
    ['below another', { after: { CRITICAL: [{ numeric: ['>', 0] }] } }, { after: { CRITICAL: 2 } }, true],
    ['below another, not', { after: { CRITICAL: [{ numeric: ['>', 0] }] } }, { after: { CRITICAL: 0 } }, false],
    ['a dot is a level', { 'after.CRITICAL': [2] }, { after: { CRITICAL: 2 } }, true],
    ['both in one element', { r: { a: [1], b: [2] } }, { r: [{ a: 1 }, { b: 2 }] }, false],
    ['true', { done: [true] }, { done: true }, true],
    ['no JSON', { kind: [{ exists: false }] }, 'hello', false],
    ['JSON that is no object', { kind: [{ exists: false }] }, [1], false],
    ['null does not exist', { kind: [{ exists: true }] }, { kind: null }, false],
    ['nor does nothing', { kind: [{ exists: true }] }, { kind: '' }, false],
    ['yet null is null', { kind: [null] }, { kind: null }, true],
    ['a quote needs no second escape', { a: ['"'] }, { a: '"' }, true],
  ];
  for (const [what, policy, body, matches] of rows)
    it(`${what}: ${matches ? 'through' : 'not'}`, () => assert.equal(byBody(policy, body), matches));

  it('an empty policy lets everything through', () => assert.equal(byBody({}, 'hello'), true));
});

const many = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);

describe('what SNS refuses', () => {
  const rows: [what: string, policy: unknown, scope: FilterScope, words: RegExp][] = [
    ['no JSON', '{"a"', 'MessageBody', /^failed to parse JSON/],
    ['a list', [], 'MessageBody', /must be an object/],
    ['a bare value', { a: 'b' }, 'MessageBody', /^"a" must be an object or an array/],
    ['an empty list', { a: [] }, 'MessageBody', /^Empty arrays/],
    ['levels, on attributes', { a: { b: ['c'] } }, 'MessageAttributes', /does not support nested filter policy/],
    ['six keys', Object.fromEntries(many(6).map((key) => [key, ['x']])), 'MessageBody', /more than 5 keys/],
    [
      'six keys below others: only leaves count',
      { a: Object.fromEntries(many(6).map((key) => [key, ['x']])) },
      'MessageBody',
      /more than 5 keys/,
    ],
    ['151 values', { a: many(151) }, 'MessageBody', /too complex/],
    ['13 times 12 combinations', { a: many(13), b: many(12) }, 'MessageAttributes', /too complex/],
    ['levels multiply', { a: { b: { c: many(51) } } }, 'MessageBody', /too complex/],
    ['an operator of nobody', { a: [{ like: 'x' }] }, 'MessageBody', /Unrecognized match type like/],
    ['exactly', { a: [{ exactly: 'x' }] }, 'MessageBody', /Unrecognized match type exactly/],
    [
      'a prefix that is an object',
      { a: [{ prefix: { 'equals-ignore-case': 'x' } }] },
      'MessageBody',
      /must be a string/,
    ],
    [
      'anything-but equals-ignore-case',
      { a: [{ 'anything-but': { 'equals-ignore-case': 'x' } }] },
      'MessageBody',
      /Unsupported anything-but pattern/,
    ],
    ['anything-but of prefixes', { a: [{ 'anything-but': { prefix: ['x'] } }] }, 'MessageBody', /must be a string/],
    ['a large number', { a: [1e9 + 1] }, 'MessageBody', /between -10\^9 and 10\^9/],
    ['a large number in a range', { a: [{ numeric: ['<', 1e10] }] }, 'MessageBody', /between -10\^9 and 10\^9/],
    ['a range upside down', { a: [{ numeric: ['>', 5, '<', 1] }] }, 'MessageBody', /below the upper/],
    ['exists of a word', { a: [{ exists: 'yes' }] }, 'MessageBody', /true or false/],
    ['four wildcards', { a: [{ wildcard: 'a*b*c*d*e' }] }, 'MessageBody', /4 wildcards/],
    [
      '144 points of wildcards',
      { a: [{ wildcard: '*a*b*' }, { wildcard: '*a*c*' }, { wildcard: '*a*d*' }, { wildcard: '*a*e*' }] },
      'MessageBody',
      /too complex/,
    ],
    ['$or of operators', { $or: [{ numeric: 123 }, { prefix: 'abc' }] }, 'MessageBody', /numeric/],
  ];
  for (const [what, policy, scope, words] of rows)
    it(what, () => {
      const given = typeof policy === 'string' ? policy : JSON.stringify(policy);
      assert.throws(() => filterPolicy(given, scope), { message: words });
    });

  it('and what it just takes', () => {
    const five = Object.fromEntries(many(5).map((key) => [key, ['x']]));
    const rows: [object, FilterScope][] = [
      [five, 'MessageAttributes'],
      [{ a: many(150) }, 'MessageAttributes'],
      // 4 x 3 x 3 x 2 = 72, the example of AWS's guide
      [{ a: { b: { c: many(4) } }, d: { e: many(3) } }, 'MessageBody'],
      // (1 x 2) + (1 x 1 x 2) + (1 x 1 x 3), the same
      [
        {
          source: ['s'],
          $or: [{ m: many(2) }, { t: ['t'], $or: [{ id: [1, 2] }, { space: [1, 2, 3] }] }],
        },
        'MessageAttributes',
      ],
      [{ a: [{ wildcard: '*a*b*' }, { wildcard: '*a*c*' }, { wildcard: '*a*d*' }] }, 'MessageBody'],
      [{ a: [1e9] }, 'MessageBody'],
    ];
    for (const [policy, scope] of rows) filterPolicy(JSON.stringify(policy), scope);
  });
});

describe('where it differs from a rule of EventBridge', () => {
  const rows: [what: string, pattern: object, event: object, rule: boolean | 'refused', policy: boolean | 'refused'][] =
    [
      ['exists: true of null', { a: [{ exists: true }] }, { a: null }, true, false],
      ['exists: true of nothing', { a: [{ exists: true }] }, { a: '' }, true, false],
      ['digits after the fifth', { a: [0.000001] }, { a: 0.000002 }, false, true],
      ['$or of values', { $or: ['x'] }, { $or: 'x' }, 'refused', true],
      ['exactly', { a: [{ exactly: 'x' }] }, { a: 'x' }, true, 'refused'],
      ['a prefix in any case', { a: [{ prefix: { 'equals-ignore-case': 'X' } }] }, { a: 'xy' }, true, 'refused'],
      ['six keys', { a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, { a: 1 }, false, 'refused'],
      ['large numbers', { a: [2e9] }, { a: 2e9 }, true, 'refused'],
    ];
  const tried = (run: () => boolean) => {
    try {
      return run();
    } catch {
      return 'refused';
    }
  };
  for (const [what, pattern, event, rule, policy] of rows)
    it(what, () => {
      assert.equal(
        tried(() => compilePattern(pattern)(event)),
        rule,
      );
      assert.equal(
        tried(() => byBody(pattern, event)),
        policy,
      );
    });
});
