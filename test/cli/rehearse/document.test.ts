import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { RehearsedSchema, rehearsedJsonSchema } from '../../../cli/rehearse/document.ts';
import { happy } from '../fixture.ts';

it('docs/rehearsed.schema.json is the schema of the code; `node cli/rehearse/write-schema.ts` writes it', () => {
  const written = JSON.parse(readFileSync(new URL('../../../docs/rehearsed.schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(rehearsedJsonSchema())));
});

it('the document takes further fields and misses none', () => {
  const { run } = happy();
  assert.ok(RehearsedSchema.safeParse({ ...run, campaigns: [run, run] }).success);
  assert.ok(RehearsedSchema.safeParse({ ...run, later: 1 }).success);
  for (const key of Object.keys(RehearsedSchema.shape).filter((each) => each !== 'campaigns')) {
    assert.ok(!RehearsedSchema.safeParse({ ...run, [key]: undefined }).success, key);
  }
});
