import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { SendRefused } from '#domain/errors.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { ScanRecord } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { scanPatches } from '../../../functions/patch/scan-patches.ts';
import { evidenceInMemory, patchingInMemory } from '../in-memory.ts';

const at = '2024-09-01T22:00:00.000Z';
const task = { contract: 1, campaign: 'c', group: 'web' };
const ids = Array.from({ length: 120 }, (_, n) => `i-${String(n).padStart(3, '0')}`);

test('a patch scan that was throttled goes on where it broke off, and asks no host twice', async () => {
  const evidence = evidenceInMemory();
  const patching = patchingInMemory(ids);
  const member = { state: 'running' as const, zone: 'a', launchedAt: at, tags: { PatchGroup: 'web', Ring: 'canary' } };
  const instances = {
    async *members() {
      for (const id of ids) yield { id, ...member };
    },
  } as unknown as Ports['instances'];
  const group = { name: 'web', rings: [{ name: 'canary', tag: { key: 'Ring', value: 'canary' } }] };
  await evidence.write(task, files.policy, {
    hash: 'p',
    frozenAt: at,
    group: group as unknown as GroupPolicy,
  } satisfies FrozenGroup);
  patching.answer = (_, accept) => {
    if (patching.requests.length === 2) throw new SendRefused('RateExceeded', true);
    return accept();
  };
  const ports = { evidence, instances, patching };
  await assert.rejects(scanPatches(task, ports, at), { name: 'AwsUnavailable' });
  await scanPatches(task, ports, at);
  await scanPatches(task, ports, at); // its answer was lost
  const { commands } = await evidence.read<ScanRecord>(task, patchFiles.scanBefore);
  assert.deepEqual(commands.flatMap(({ instances }) => instances).sort(), ids);
  assert.equal(patching.commands.length, 3);
});
