import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Manifest, manifestHash, manifestOf, previousOf } from '#domain/campaign/manifest.ts';
import { VERSION } from '#domain/campaign/version.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const file = (path: string) => ({ path, sha256: path.repeat(4), bytes: path.length });
const of = {
  group: 'web',
  campaign: 'c-2',
  closedAt: '2024-09-01T04:00:00.000Z',
  previous: { campaign: 'c-1', manifest: 'h1' },
  files: [file('plan.json'), file('after.json')],
};

test('files come in the order of their paths, whatever the order of listing', () => {
  assert.deepEqual(manifestOf(of), manifestOf({ ...of, files: [...of.files].reverse() }));
  assert.deepEqual(
    manifestOf(of).files.map(({ path }) => path),
    ['after.json', 'plan.json'],
  );
});

test('its hash covers everything else in it', () => {
  const manifest = manifestOf(of);
  assert.equal(manifest.hash, manifestHash(manifest));
  const changes: Partial<Manifest>[] = [
    { closedAt: '2024-09-01T04:00:00.001Z' },
    { previous: null },
    { previous: { campaign: 'c-1', manifest: 'h0' } },
    { files: of.files.slice(1) },
    { by: 'somebody' },
  ];
  for (const change of changes) assert.notEqual(manifestHash({ ...manifest, ...change }), manifest.hash);
});

test('the previous campaign is the one that the lease says closed last, never the campaign itself', () => {
  const closed = { campaign: 'c-1', outcome: 'Completed' as const, at: of.closedAt, noticed: true };
  assert.deepEqual(previousOf({ ...closed, manifest: 'h1' }, 'c-2'), { campaign: 'c-1', manifest: 'h1' });
  assert.equal(previousOf(closed, 'c-2'), null);
  assert.equal(previousOf({ ...closed, manifest: 'h1' }, 'c-1'), null);
  assert.equal(previousOf(null, 'c-2'), null);
});

test('evidence names the version that wrote it', () => {
  assert.equal(VERSION, packageJson.version);
});
