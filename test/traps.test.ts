import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { document, rows, upToDate } from './traps.ts';

test('docs/traps.md names no test that does not pin its trap (node test/traps.ts brings it up to date)', () => {
  const now = rows(upToDate(document()));
  for (const { number, tests } of rows(document())) {
    const pinned = now.find((row) => row.number === number)?.tests.split(', ') ?? [];
    for (const test of tests.split(', ')) assert.ok(pinned.includes(test), `trap ${number}: ${test}`);
  }
});

test('every trap has its row, a scenario that is there or a reason, and a test or a reason', () => {
  const all = rows(document());
  const numbers = all.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  );
  for (let number = 1; number <= 30; number++) assert.ok(numbers.includes(number), `trap ${number}`);
  for (const { number, scenario, tests } of all) {
    for (const [, name] of scenario.matchAll(/\.\.\/scenarios\/([\w-]+\.yml)/g))
      assert.ok(existsSync(new URL(`../scenarios/${name}`, import.meta.url)), `trap ${number}: ${name}`);
    assert.match(scenario, /\.\.\/scenarios\/|^\(.{8,}\)$/, `trap ${number} has a scenario, or says why not`);
    assert.match(tests, /\.\.\/test\//, `trap ${number} has a test`);
  }
});
