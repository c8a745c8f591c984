import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from '#domain/campaign/manifest.ts';
import { writeManifest } from '#loops/campaign/close.ts';
import { evidenceInMemory } from '../../functions/in-memory.ts';

test('the manifest lists every other file of its campaign with its hash, also when it is written again', async () => {
  const evidence = evidenceInMemory();
  const ref = { group: 'web', campaign: 'c-2' };
  await evidence.write(ref, 'plan.json', { a: 1 });
  await evidence.writeLines(ref, 'before/canary.jsonl.gz', [{ id: 'i-1' }]);
  await evidence.write({ group: 'web', campaign: 'c-20' }, 'plan.json', { a: 2 });
  const closing = { closedAt: '2024-09-01T04:00:00.000Z', previous: null };
  const hash = await writeManifest(ref, closing, evidence);
  assert.equal(await writeManifest(ref, closing, evidence), hash);
  const manifest = await evidence.read<Manifest>(ref, 'manifest.json');
  assert.equal(manifest.hash, hash);
  assert.deepEqual(
    manifest.files.map(({ path }) => path),
    ['before/canary.jsonl.gz', 'plan.json'],
  );
  for (const { path, ...digest } of manifest.files) assert.deepEqual(digest, await evidence.digest(ref, path));
});
