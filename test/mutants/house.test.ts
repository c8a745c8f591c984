/** That each planted mistake can still be planted and names a test that is there. `npm run test:mutants` plants them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mutants, planted } from './house.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('each planted mistake is one edit of a line that stands once, and its test is there by name', () => {
  const all = mutants();
  assert.ok(all.length > 30);
  for (const mutant of all) {
    assert.notEqual(planted(read(mutant.file), mutant), null, `${mutant.file}: ${mutant.old}`);
    assert.notEqual(mutant.old, mutant.new, mutant.promise);
    assert.ok(read(mutant.test).includes(mutant.name), `${mutant.test}: ${mutant.name}`);
  }
});
