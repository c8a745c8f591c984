import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import type { Member, PatchState } from '#domain/patch/model.ts';
import type { Instances, Invocation } from '#domain/patch/ports.ts';
import type { Intent } from '#domain/patch/records.ts';
import { newRing, withHosts } from '#domain/patch/ring-record.ts';
import { noCounts } from '#domain/severity.ts';
import { readProgress } from '#loops/patch/read-progress.ts';
import { patchingInMemory } from '../../functions/in-memory.ts';

const at = '2024-09-01T22:12:00.000Z';
const hosts = [{ id: 'i-1', os: 'DEBIAN' as const, zone: 'a', scanMode: 'EC2_AGENTLESS', missing: 1, expected: 1 }];
const plan = { ring: 'fleet', atOnce: 1, errors: 0, soakMinutes: 0, hosts, atLevel: [], later: [], last: true };
const planned = newRing({ ...plan, expected: noCounts() }, [], at);
const working = withHosts(planned, () => ({ status: 'working', sentAt: '2024-09-01T22:00:00.000Z' }));
const intent = { instances: ['i-1'], commandId: 'cmd-1' } as Intent;
const OURS = { snapshotId: 'ours', reboot: 'RebootIfNeeded' } as const;

async function read(state: Pick<PatchState, 'snapshotId' | 'operation' | 'failed'>): Promise<string | undefined> {
  const patching = patchingInMemory(['i-1']);
  patching.nodes = patching.nodes.map((node) => ({ ...node, lastPingAt: '2024-09-01T22:11:00.000Z' }));
  patching.states = async function* () {
    yield { id: 'i-1', installedPendingReboot: 0, ...state } as PatchState;
  };
  patching.invocations = async function* () {
    const finishedAt = '2024-09-01T22:10:00.000Z';
    yield { instance: 'i-1', status: 'Success', terminal: true, exit: 0, startedAt: null, finishedAt, output: '' };
  };
  return (await readProgress(working, [intent], OURS, { instances: ec2([]), patching }, at)).hosts[0]?.status;
}

test('trap 6: a host whose command succeeded is failed where packages failed', async () => {
  assert.equal(await read({ snapshotId: 'ours', operation: 'Install', failed: 1 }), 'failed');
  assert.equal(await read({ snapshotId: 'ours', operation: 'Install', failed: 0 }), 'patched');
});

test('trap 21: a patch state that is not of our install is not believed', async () => {
  assert.equal(await read({ snapshotId: 'theirs', operation: 'Install', failed: 1 }), 'patched');
  assert.equal(await read({ snapshotId: 'ours', operation: 'Scan', failed: 1 }), 'patched');
});

const ec2 = (members: Pick<Member, 'id' | 'state'>[]) =>
  ({
    async *byIds() {
      yield* members;
    },
  }) as unknown as Instances;
const silent = { ping: 'ConnectionLost' as const, lastPingAt: '2024-09-01T22:01:00.000Z' };
const LATE = '2024-09-01T22:40:00.000Z';

async function unheard(instances: Instances, invocation: Partial<Invocation> | null, now = LATE) {
  const patching = patchingInMemory(['i-1']);
  patching.nodes = patching.nodes.map((node) => ({ ...node, ...silent }));
  patching.invocations = async function* () {
    const none = {
      instance: 'i-1',
      status: 'InProgress',
      terminal: false,
      exit: null,
      startedAt: null,
      finishedAt: null,
      output: '',
    };
    if (invocation) yield { ...none, ...invocation };
  };
  const { hosts } = await readProgress(working, [intent], OURS, { instances, patching }, now);
  return hosts[0];
}

test('a host that fell silent is gone where EC2 says that it is terminated, or lists it no more; else it is lost', async () => {
  const rows: [Pick<Member, 'id' | 'state'>[], string][] = [
    [[{ id: 'i-1', state: 'terminated' }], 'gone'],
    [[{ id: 'i-1', state: 'shutting-down' }], 'gone'],
    [[], 'gone'],
    [[{ id: 'i-1', state: 'running' }], 'lost'],
    [[{ id: 'i-1', state: 'stopped' }], 'lost'],
  ];
  for (const [members, status] of rows) assert.equal((await unheard(ec2(members), {}))?.status, status);
  assert.match((await unheard(ec2([]), {}))?.words ?? '', /EC2 says that it was terminated/);
});

test('where EC2 cannot be asked a silent host is lost; a defect is no silence', async () => {
  const broken = (error: Error) =>
    ({
      // biome-ignore lint/correctness/useYield: it fails before it could
      async *byIds() {
        throw error;
      },
    }) as unknown as Instances;
  assert.equal((await unheard(broken(new AwsUnavailable('throttled')), {}))?.status, 'lost');
  assert.equal((await unheard(broken(new AwsRefused('denied')), {}))?.status, 'lost');
  await assert.rejects(unheard(broken(new TypeError('defect')), {}));
});

test('a command that never began on a terminated host is no failure of it; one that the host reported is', async () => {
  const ended = { terminal: true, finishedAt: '2024-09-01T22:10:00.000Z' };
  for (const status of ['DeliveryTimedOut', 'Undeliverable'])
    assert.equal((await unheard(ec2([]), { ...ended, status }))?.status, 'gone', status);
  assert.equal((await unheard(ec2([]), { ...ended, status: 'Failed', exit: 1 }))?.status, 'failed');
  assert.equal((await unheard(ec2([]), { ...ended, status: 'Success', exit: 0 }))?.status, 'gone', 'not back from it');
});

test('always 8, trap 31: of a host whose command alone has ended EC2 is asked, and it is at work unless EC2 says that it is terminated', async () => {
  for (const status of ['Cancelled', 'Terminated', 'ExecutionTimedOut']) {
    const ended = { terminal: true, finishedAt: '2024-09-01T22:10:00.000Z', status, exit: 1 };
    assert.equal((await unheard(ec2([]), ended))?.status, 'gone', status);
    assert.equal((await unheard(ec2([{ id: 'i-1', state: 'running' }]), ended))?.status, 'working', status);
  }
});

test('EC2 is asked only of hosts that nobody heard of', async () => {
  const instances = { byIds: () => assert.fail('asked') } as unknown as Instances;
  assert.equal((await unheard(instances, {}, '2024-09-01T22:20:00.000Z'))?.status, 'working');
  assert.equal((await unheard(instances, { terminal: true, status: 'Failed', exit: 1 }))?.status, 'failed');
});
