import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '#policy/nearest.ts';

const rows: [word: string, known: string[], expected: string | null][] = [
  ['soakMinuts', ['minHours', 'soakMinutes', 'name'], 'soakMinutes'],
  ['critical', ['HIGH', 'CRITICAL'], 'CRITICAL'],
  ['mdoe', ['mode', 'os'], 'mode'],
  ['colour', ['mode', 'os', 'rings'], null],
  ['x', ['os'], null],
  ['', [], null],
];

for (const [word, known, expected] of rows) {
  test(`nearest: to "${word}" is ${expected}`, () => assert.equal(nearest(word, known), expected));
}
