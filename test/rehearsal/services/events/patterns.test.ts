import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readServerless } from '#rehearsal/install/serverless.ts';
import { compilePattern } from '#rehearsal/services/events/patterns.ts';

const event = {
  source: 'aws.x',
  detail: {
    status: 'FAILED',
    score: 9.5,
    text: '5',
    list: ['a', 'b'],
    nothing: null,
    empty: [],
    ip: '0:0:0:0:0:0:0:1',
    deep: { leaf: 1 },
    rows: [
      { k: 'a', v: 1 },
      { k: 'b', v: 2, w: 1 },
    ],
  },
};

const rows: [string, object, boolean][] = [
  ['exact', { source: ['aws.x'] }, true],
  ['keys AND', { source: ['aws.x'], detail: { status: ['DONE'] } }, false],
  ['values OR', { detail: { status: ['DONE', 'FAILED'] } }, true],
  ['a list matches by any element', { detail: { list: ['b'] } }, true],
  ['null', { detail: { nothing: [null] } }, true],
  ['prefix', { source: [{ prefix: 'aws.' }] }, true],
  ['suffix', { source: [{ suffix: '.y' }] }, false],
  ['numeric', { detail: { score: [{ numeric: ['>=', 9, '<', 10] }] } }, true],
  ['the string "5" is not numeric', { detail: { text: [{ numeric: ['=', 5] }] } }, false],
  ['300 equals 300.0', { detail: { deep: { leaf: [1.0] } } }, true],
  ['anything-but', { detail: { status: [{ 'anything-but': ['DONE'] }] } }, true],
  ['anything-but on a missing field', { detail: { nope: [{ 'anything-but': ['DONE'] }] } }, false],
  ['anything-but on a list: any element differs', { detail: { list: [{ 'anything-but': ['a'] }] } }, true],
  ['exists', { detail: { status: [{ exists: true }] } }, true],
  ['exists looks at leaves: an object does not exist', { detail: { deep: [{ exists: true }] } }, false],
  ['exists looks at leaves: [] does not exist', { detail: { empty: [{ exists: false }] } }, true],
  ['not there', { detail: { nope: [{ exists: false }] } }, true],
  ['keys below a list match within one element', { detail: { rows: { k: ['a'], v: [2] } } }, false],
  ['a wildcard', { source: [{ wildcard: 'a*.x' }] }, true],
  ['equals-ignore-case', { detail: { status: [{ 'equals-ignore-case': 'failed' }] } }, true],
  ['a prefix of any case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
  ['anything-but a suffix', { source: [{ 'anything-but': { suffix: ['.x', '.y'] } }] }, false],
  ['$or', { $or: [{ source: ['no'] }, { detail: { score: [9.5] } }] }, true],
  ['$or beside a field: both', { source: ['no'], $or: [{ source: ['x'] }, { detail: { text: ['6'] } }] }, false],
  ['a dotted path', { 'detail.status': ['FAILED'] }, true],
  ['two spellings of an address', { detail: { ip: ['::1'] } }, true],
  ['an address in a block', { detail: { ip: [{ cidr: '::/64' }] } }, true],
  ['absent in the chosen element', { detail: { rows: { k: ['a'], w: [{ exists: false }] } } }, true],
  ['and so they do', { detail: { rows: { k: ['b'], v: [2] } } }, true],
];

for (const [name, pattern, expected] of rows) {
  test(`pattern: ${name}`, () => assert.equal(compilePattern(pattern)(event), expected));
}

const refused: [string, unknown, RegExp][] = [
  ['no object', [], /pattern: must be an object/],
  ['an empty pattern', {}, /an empty object is refused/],
  ['an empty list', { source: [] }, /an empty list is refused/],
  ['a list in a list', { source: [['a']] }, /a value must be/],
  ['a value that stands alone', { source: 'aws.x' }, /pattern\.source: must be an object or a list/],
  ['an unknown operator', { source: [{ regex: 'a' }] }, /there is no operator regex/],
  ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }, /an operator has one key/],
  ['two wildcards in a row', { source: [{ wildcard: 'a**' }] }, /two wildcards/],
  ['a stray backslash', { source: [{ wildcard: 'a\\b' }] }, /a backslash/],
  ['$or of one', { $or: [{ source: ['a'] }] }, /\$or: needs two objects or more/],
  ['$or of values', { $or: ['a', 'b'] }, /\$or\[0\]: must be an object/],
  ['an operator as a field below $or', { $or: [{ prefix: ['a'] }, { b: ['a'] }] }, /may be called prefix/],
  ['anything-but null', { source: [{ 'anything-but': [null] }] }, /no mixture/],
  ['anything-but of a mixture', { source: [{ 'anything-but': ['a', 1] }] }, /no mixture/],
  ['anything-but an empty prefix', { source: [{ 'anything-but': { prefix: '' } }] }, /needs characters/],
  ['a /32', { source: [{ cidr: '10.0.0.1/32' }] }, /from 0 to 31/],
  ['a /128', { source: [{ cidr: '::1/128' }] }, /from 0 to 127/],
  ['no block', { source: [{ cidr: '10.0.0.1' }] }, /no CIDR block/],
  ['the upper bound first', { source: [{ numeric: ['<', 5, '>', 3] }] }, /a numeric range is/],
  ['an empty range', { source: [{ numeric: ['>=', 5, '<=', 5] }] }, /below the upper/],
  ['exists with a word', { source: [{ exists: 'true' }] }, /exists needs/],
];

for (const [name, pattern, expected] of refused) {
  test(`pattern refused: ${name}`, () => assert.throws(() => compilePattern(pattern), expected));
}

const folder = new URL('../../../../events/', import.meta.url);
const read = (file: string) =>
  JSON.parse(readFileSync(new URL(file, folder), 'utf8').replaceAll(/\$\{sls:stage\}/g, 'dev'));

test('every shipped pattern is understood, and matches its sample', () => {
  const patterns = readdirSync(folder).filter((file) => file.endsWith('.pattern.json'));
  assert.ok(patterns.length > 0);
  for (const file of patterns) assert.ok(compilePattern(read(file))(read(file.replace('.pattern.', '.sample.'))), file);
});

test("the sweeper's rule matches the executions of its own stage's campaigns, and no others", () => {
  const { functions } = readServerless({
    root: new URL('../../../..', import.meta.url).pathname,
    account: '1',
    stage: 'blue',
  });
  const events = functions.find(({ key }) => key === 'sweepLeases')?.events ?? [];
  const matches = compilePattern(events.find(({ kind }) => kind === 'pattern')?.pattern ?? {});
  const sample = read('execution-ended.sample.json');
  const ended = (machine: string) => {
    const stateMachineArn = `arn:aws:states:eu-central-1:123456789012:stateMachine:${machine}`;
    return matches({ ...sample, detail: { ...sample.detail, stateMachineArn } });
  };
  assert.ok(ended('patchwright-blue-campaign'));
  for (const other of ['patchwright-dev-campaign', 'not-patchwright-blue-campaign', 'blue-campaign', 'night-campaign'])
    assert.ok(!ended(other), other);
});
