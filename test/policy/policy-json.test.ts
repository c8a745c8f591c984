import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sha256 } from '#domain/hash.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson, writePolicyJson } from '#policy/policy-json.ts';
import { policyFile } from './policy-file.ts';

const TEXT = `version: 1
groups:
  web:
    os: [DEBIAN]
    rings: [{ name: canary, tag: { Ring: canary }, atOnce: 10%, soakMinutes: 240 }]
`;

test('policy.json: what functions read is the policy, and its hash is of what it holds', () => {
  const file = policyFile(TEXT);
  const out = `${file}.json`;
  const policy = writePolicyJson(file, out);
  const read = JSON.parse(readFileSync(out, 'utf8'));
  assert.deepEqual(read, loadPolicy(file));
  assert.deepEqual(read, policy);
  const { hash, ...content } = read;
  assert.equal(hash, sha256(content));
  assert.equal(readFileSync(out, 'utf8'), policyJson(policy));
});

test('policy.json: a policy with faults writes nothing', () => {
  const file = policyFile(TEXT.replace('DEBIAN', 'DEBAIN'));
  assert.throws(() => writePolicyJson(file, `${file}.json`), { name: 'PolicyFaults' });
  assert.ok(!existsSync(`${file}.json`));
});
