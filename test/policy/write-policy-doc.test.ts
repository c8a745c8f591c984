import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILT_IN } from '#policy/defaults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { DOC_FILE, policyDoc } from '#policy/write-policy-doc.ts';

test('docs/policy.md is what the schema gives: npm run schema writes it', () => {
  assert.equal(readFileSync(DOC_FILE, 'utf8'), policyDoc());
});

test('every setting that has a default is in it, with that default', () => {
  const doc = policyDoc();
  for (const [key, value] of Object.entries(BUILT_IN)) {
    assert.match(doc, new RegExp(`^## ${key}$`, 'm'), key);
    if (typeof value === 'number') assert.match(doc, new RegExp(`\\\`${key}\\\`.*\\| \\\`${value}\\\` \\|`), key);
  }
  assert.match(doc, /`gate\.minSample` \| 1 to 1000 \| `\d+` \| Instances of each OS/);
  assert.match(doc, /`rings\[\]\.soakMinutes` \| 0 to 10080 \| required/);
});

test('its example is a policy without faults', () => {
  const [, example = ''] = /```yaml\n([^`]+)```/.exec(policyDoc()) ?? [];
  const place = mkdtempSync(join(tmpdir(), 'patchwright-doc-'));
  try {
    const file = join(place, 'policy.yml');
    writeFileSync(file, example);
    assert.deepEqual(Object.keys(loadPolicy(file).groups), ['web']);
  } finally {
    rmSync(place, { recursive: true });
  }
});
