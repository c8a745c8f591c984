import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Baseline } from '#domain/patch/model.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { recheckRing } from '../../../functions/patch/recheck-ring.ts';
import { patched, ringPlan, ringRecord } from '../../domain/fixture-ring.ts';
import { evidenceInMemory, patchingInMemory } from '../in-memory.ts';

const at = '2024-09-01T22:00:00.000Z';
const task = { contract: 1, campaign: 'c', group: 'web', ring: 'canary' };
const baseline = { id: 'pb-1', name: 'web', os: 'AMAZON_LINUX_2023', contentHash: 'b' } as Baseline;

let now: { baseline: Baseline; tags: Record<string, Record<string, string>> };
let ports: Parameters<typeof recheckRing>[1] & { evidence: ReturnType<typeof evidenceInMemory> };
beforeEach(async () => {
  now = { baseline, tags: {} };
  const tags = { PatchGroup: 'web', Ring: 'canary' };
  ports = {
    baselines: { forGroup: async () => now.baseline } as Ports['baselines'],
    evidence: evidenceInMemory(),
    instances: {
      async *byIds(ids: Iterable<string>) {
        for (const id of ids) yield { id, state: 'running', zone: 'a', launchedAt: at, tags: now.tags[id] ?? tags };
      },
    } as unknown as Ports['instances'],
    patching: patchingInMemory(['i-1', 'i-2']),
  };
  for (const node of (ports.patching as ReturnType<typeof patchingInMemory>).nodes) node.os = 'AMAZON_LINUX_2023';
  const group = { name: 'web', rings: [{ name: 'canary', tag: { key: 'Ring', value: 'canary' } }] };
  await ports.evidence.write(task, files.policy, { group });
  await ports.evidence.write(task, files.plan, { baselines: [baseline] });
  await ports.evidence.write(task, patchFiles.ringPlan('canary'), ringPlan(['i-1', 'i-2']));
});
const record = () => ports.evidence.read<RingRecord>(task, patchFiles.ring('canary'));

test('a ring begins with its hosts as they are now: who left it is skipped, with the reason', async () => {
  now.tags = { 'i-2': { PatchGroup: 'web', Ring: 'fleet' } };
  await recheckRing(task, ports, at);
  const { hosts, stopped, startedAt } = await record();
  assert.deepEqual(
    hosts.map(({ id, status }) => `${id} ${status}`),
    ['i-1 planned', 'i-2 skipped'],
  );
  assert.deepEqual([stopped, startedAt], [null, at]);
});

test('a baseline that changed since the plan stops the ring before its first wave', async () => {
  now.baseline = { ...baseline, contentHash: 'other' };
  await recheckRing(task, ports, at);
  assert.equal((await record()).stopped?.why, 'baseline');
});

test('always 4: a retry of it takes back nothing of a ring that began', async () => {
  const begun = ringRecord([patched('i-1'), patched('i-2')]);
  await ports.evidence.write(task, patchFiles.ring('canary'), begun);
  await recheckRing(task, ports, at);
  assert.deepEqual(await record(), begun);
});
