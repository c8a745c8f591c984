import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePattern } from '#rehearsal/patterns.ts';

const event = {
  source: 'aws.x',
  detail: {
    status: 'FAILED',
    score: 9.5,
    text: '5',
    list: ['a', 'b'],
    nothing: null,
    empty: [],
    deep: { leaf: 1 },
    rows: [
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
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
  ['and so they do', { detail: { rows: { k: ['b'], v: [2] } } }, true],
];

for (const [name, pattern, expected] of rows) {
  test(`pattern: ${name}`, () => assert.equal(compilePattern(pattern)(event), expected));
}

const refused: [string, object, RegExp][] = [
  ['an empty pattern', {}, /refused/],
  ['an empty list', { source: [] }, /refused/],
  ['wildcard', { source: [{ wildcard: 'a*' }] }, /pattern\.source: not rehearsed: the operator wildcard/],
  ['$or', { $or: [{ source: ['a'] }, { source: ['b'] }] }, /not rehearsed: \$or/],
  ['anything-but null', { source: [{ 'anything-but': [null] }] }, /not rehearsed: anything-but/],
  ['a value that stands alone', { source: 'aws.x' }, /must be an object/],
];

for (const [name, pattern, expected] of refused) {
  test(`pattern refused: ${name}`, () => assert.throws(() => compilePattern(pattern), expected));
}

test('every shipped pattern is understood, and matches its sample', () => {
  const folder = new URL('../../events/', import.meta.url);
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const patterns = readdirSync(folder).filter((file) => file.endsWith('.pattern.json'));
  assert.ok(patterns.length > 0);
  for (const file of patterns) assert.ok(compilePattern(read(file))(read(file.replace('.pattern.', '.sample.'))), file);
});
