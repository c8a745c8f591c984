import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Patchwright, { type Serverless } from '#config/plugin.ts';
import { PolicyFaults } from '#config/policy.ts';

function packaging(policy: string, mode: unknown): Promise<unknown> {
  const serviceDir = mkdtempSync(join(tmpdir(), 'patchwright-plugin-'));
  writeFileSync(join(serviceDir, 'policy.yml'), policy);
  const serverless = {
    serviceDir,
    service: {
      service: 'patchwright',
      custom: { mode },
      functions: {},
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
      resources: [],
    },
    configSchemaHandler: { defineFunctionProperties: () => {} },
    getProvider: () => ({ getStage: () => 'dev' }),
  } as unknown as Serverless;
  const hook = new Patchwright(serverless).hooks['before:package:createDeploymentArtifacts'];
  return (async () => hook?.())().finally(() => rmSync(serviceDir, { recursive: true }));
}

const GOOD =
  'version: 1\ngroups: { web: { os: [DEBIAN], rings: [{ name: canary, tag: { Ring: canary }, atOnce: 1, soakMinutes: 60 }] } }\n';

test('a policy with faults is not packaged, and all of them are told with their lines', async () => {
  await packaging(GOOD, 'observe');
  await assert.rejects(packaging(GOOD.replace('soakMinutes', 'soakMinuts'), 'observe'), (error) => {
    assert.ok(error instanceof PolicyFaults);
    assert.match(error.message, /policy\.yml:2:\d+.*soakMinuts/s);
    return true;
  });
});

test('a mode that is none is not packaged', async () => {
  await assert.rejects(packaging(GOOD, 'akt'), /--param mode=akt: is neither observe nor act/);
});
