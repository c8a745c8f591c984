import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitWords } from '#domain/patch/exit-words.ts';

const rows: [string | null, number | null, RegExp][] = [
  [null, 0, /^exit 0: it succeeded/],
  [null, 2, /^exit 2: a dependency could not be resolved/],
  [null, 135, /GetPatchBaseline denied/],
  [null, 140, /^exit 140: a call to the patch service failed/],
  [null, 145, /^exit 145: the snapshot of the patch baseline/],
  [null, 163, /baseline override/],
  [null, 99, /^exit 99, which is not documented/],
  [null, null, /^no exit known/],
  ['Failed', 1, /^exit 1: the package manager failed/],
  ['DeliveryTimedOut', -1, /did not begin in time/],
  ['Something', null, /^Something$/],
];

for (const [status, exit, words] of rows) {
  test(`exit ${exit} with ${status ?? 'no status'}`, () => assert.match(exitWords(status, exit), words));
}
