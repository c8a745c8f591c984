import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts, type PatchState } from '#domain/model.ts';
import type { Intent } from '#domain/records.ts';
import { newRing, withHosts } from '#domain/ring-record.ts';
import { readProgress } from '#loop/progress.ts';
import { patchingInMemory } from '../functions/in-memory.ts';

const at = '2024-09-01T22:12:00.000Z';
const hosts = [{ id: 'i-1', os: 'DEBIAN' as const, zone: 'a', scanMode: 'EC2_AGENTLESS', missing: 1, expected: 1 }];
const plan = { ring: 'fleet', atOnce: 1, errors: 0, soakMinutes: 0, hosts, atLevel: [], later: [], last: true };
const planned = newRing({ ...plan, expected: noCounts() }, [], at);
const working = withHosts(planned, () => ({ status: 'working', sentAt: '2024-09-01T22:00:00.000Z' }));
const intent = { instances: ['i-1'], commandId: 'cmd-1' } as Intent;

async function read(state: Pick<PatchState, 'snapshotId' | 'operation' | 'failed'>): Promise<string | undefined> {
  const patching = patchingInMemory(['i-1']);
  patching.nodes = patching.nodes.map((node) => ({ ...node, lastPingAt: '2024-09-01T22:11:00.000Z' }));
  patching.states = async function* () {
    yield { id: 'i-1', installedPendingReboot: 0, ...state } as PatchState;
  };
  patching.invocations = async function* () {
    const finishedAt = '2024-09-01T22:10:00.000Z';
    yield { instance: 'i-1', status: 'Success', terminal: true, exit: 0, finishedAt, output: '' };
  };
  return (await readProgress(working, [intent], 'ours', patching, at)).hosts[0]?.status;
}

test('trap 6: a host whose command succeeded is failed where packages failed', async () => {
  assert.equal(await read({ snapshotId: 'ours', operation: 'Install', failed: 1 }), 'failed');
  assert.equal(await read({ snapshotId: 'ours', operation: 'Install', failed: 0 }), 'patched');
});

test('trap 21: a patch state that is not of our install is not believed', async () => {
  assert.equal(await read({ snapshotId: 'theirs', operation: 'Install', failed: 1 }), 'patched');
  assert.equal(await read({ snapshotId: 'ours', operation: 'Scan', failed: 1 }), 'patched');
});
