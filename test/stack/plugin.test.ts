import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PolicyFaults } from '#policy/faults.ts';
import Patchwright, { type Serverless } from '#stack/plugin.ts';

function plugin(policy: string, custom: object, Resources: object = {}): { hooks: Patchwright['hooks']; end(): void } {
  const serviceDir = mkdtempSync(join(tmpdir(), 'patchwright-plugin-'));
  writeFileSync(join(serviceDir, 'policy.yml'), policy);
  const serverless = {
    serviceDir,
    service: {
      service: 'patchwright',
      custom,
      functions: {},
      provider: { compiledCloudFormationTemplate: { Resources } },
      resources: [],
    },
    configSchemaHandler: { defineFunctionProperties: () => {} },
    getProvider: () => ({ getStage: () => 'dev' }),
  } as unknown as Serverless;
  return { hooks: new Patchwright(serverless).hooks, end: () => rmSync(serviceDir, { recursive: true }) };
}

function packaging(policy: string, mode: unknown, page?: unknown): Promise<unknown> {
  const { hooks, end } = plugin(policy, { mode, page });
  return (async () => hooks['before:package:createDeploymentArtifacts']?.())().finally(end);
}

function completed(page: unknown, Resources: object): void {
  const { hooks, end } = plugin(GOOD, { mode: 'observe', page }, Resources);
  void hooks['after:aws:package:finalize:mergeCustomProviderResources']?.();
  end();
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

test('a page that is neither shared nor a number is not packaged', async () => {
  for (const page of ['five', '0', '-1', '05', ''])
    await assert.rejects(packaging(GOOD, 'observe', page), /--param page=.*neither shared nor a number/, page);
  for (const page of [undefined, 'shared', 5, '5']) await packaging(GOOD, 'observe', page);
});

test('calls are kept for the page of an approval where somebody asks for it, and nowhere else', () => {
  const reserved = (page: unknown) => {
    const Resources: Record<string, { Properties: { ReservedConcurrentExecutions?: number } }> = {
      AnswerApprovalLambdaFunction: { Properties: {} },
    };
    completed(page, Resources);
    return Resources.AnswerApprovalLambdaFunction?.Properties.ReservedConcurrentExecutions;
  };
  assert.deepEqual([reserved(undefined), reserved('shared'), reserved('5'), reserved(7)], [undefined, undefined, 5, 7]);
});
