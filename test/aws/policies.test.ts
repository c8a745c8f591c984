import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { policies } from '#aws/policies.ts';

const bundle = mkdtempSync(join(tmpdir(), 'patchwright-'));
after(() => rmSync(bundle, { recursive: true }));
process.env.LAMBDA_TASK_ROOT = bundle;

test('the policy is read beside the bundle', async () => {
  writeFileSync(join(bundle, 'policy.json'), '{"version":1,"hash":"h","groups":{}}');
  assert.deepEqual(await policies.current(), { version: 1, hash: 'h', groups: {} });
});

test('or from where POLICY_FILE says', async () => {
  writeFileSync(join(bundle, 'other.json'), '{"version":1,"hash":"other","groups":{}}');
  process.env.POLICY_FILE = join(bundle, 'other.json');
  assert.equal((await policies.current()).hash, 'other');
});

for (const [what, text] of [
  ['absent', null],
  ['no JSON', '{'],
] as const) {
  test(`a policy that is ${what} is a broken record that names the file`, async () => {
    process.env.POLICY_FILE = `${what}.json`;
    if (text) writeFileSync(join(bundle, `${what}.json`), text);
    await assert.rejects(policies.current(), { name: 'BrokenRecord', message: new RegExp(`${what}.json`) });
  });
}
