import assert from 'node:assert/strict';
import { test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import { SendRefused } from '#domain/errors.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Coverage } from '#domain/patch/model.ts';
import type { Inspector } from '#domain/patch/ports.ts';
import type { PlannedHost } from '#domain/patch/records.ts';
import { newRing, withHosts } from '#domain/patch/ring-record.ts';
import { noCounts } from '#domain/severity.ts';
import { readLooks } from '#loops/patch/read-looks.ts';
import { sendRescans } from '#loops/patch/send-rescans.ts';
import { evidenceInMemory, patchingInMemory } from '../../functions/in-memory.ts';

const host = (id: string, scanMode: string): PlannedHost => ({
  id,
  os: 'DEBIAN',
  zone: 'a',
  scanMode,
  missing: 1,
  expected: 1,
});
const modes = {
  'i-1': 'EC2_SSM_AGENT_BASED',
  'i-2': 'EC2_INSPECTOR_AGENT_BASED',
  'i-3': 'EC2_AGENTLESS',
  'i-4': 'SOMETHING_NEW',
};
const hosts = Object.entries(modes).map(([id, mode]) => host(id, mode));

function ssm() {
  const patching = patchingInMemory(Object.keys(modes));
  patching.inventoryAssociations = async function* () {
    yield 'a-1';
  };
  return patching;
}

test('trap 2: a re-scan is asked for in the way of each scan mode, and of the ring’s hosts only', async () => {
  const patching = ssm();
  const asked = await sendRescans(patching, hosts, 'c/canary/re-scan');
  assert.deepEqual(
    patching.requests.map(({ document, instances, associations }) => ({ document, instances, associations })),
    [
      { document: 'refresh-association', instances: ['i-1'], associations: ['a-1'] },
      { document: 'rescan-vm', instances: ['i-2'], associations: undefined },
    ],
  );
  assert.deepEqual([...asked.keys()], ['i-1', 'i-2'], 'agentless scanning cannot be asked for anything');
});

test('without an inventory association nothing is refreshed, and a host that refuses does not keep the others from it', async () => {
  const none = ssm();
  none.inventoryAssociations = async function* () {};
  assert.equal((await sendRescans(none, hosts.slice(0, 1), 'c')).size, 0);
  const patching = ssm();
  patching.answer = ({ instances }, accept) => {
    if (instances.includes('i-b')) throw new SendRefused('InvalidInstanceId', false);
    return accept();
  };
  const three = ['i-a', 'i-b', 'i-c'].map((id) => host(id, 'EC2_SSM_AGENT_BASED'));
  assert.deepEqual([...(await sendRescans(patching, three, 'c')).keys()].sort(), ['i-a', 'i-c']);
});

test('trap 1: a look is known by coverage alone, later than the patch, the reboot and our re-scan', async () => {
  const task = { group: 'web', campaign: 'c' };
  const evidence = evidenceInMemory();
  await evidence.write(task, files.opened, { openedAt: '2024-09-01T20:00:00.000Z' } as Opened);
  const plan = {
    ring: 'canary',
    atOnce: 1,
    errors: 0,
    soakMinutes: 0,
    hosts: hosts.slice(0, 1),
    atLevel: [],
    later: [],
    last: true,
    expected: noCounts(),
  };
  await evidence.write(task, patchFiles.ringPlan('canary'), plan);
  const record = withHosts(newRing(plan, [], '2024-09-01T20:00:00.000Z'), () => ({
    status: 'patched',
    sentAt: '2024-09-01T21:00:00.000Z',
    finishedAt: '2024-09-01T21:10:00.000Z',
    backAt: '2024-09-01T21:12:00.000Z',
    rescanCommand: 'cmd-1',
  }));
  const lookedAt = async (lastScannedAt: string, ended: string, ran: string | null = '2024-09-01T21:20:00.000Z') => {
    const patching = ssm();
    patching.collections = async function* (ids) {
      for (const id of ids) if (ran) yield { id, by: 'inventory', at: ran };
    };
    patching.invocations = async function* () {
      const terminal = ended !== 'InProgress';
      yield {
        instance: 'i-1',
        status: ended,
        terminal,
        exit: 0,
        startedAt: terminal ? '2024-09-01T21:13:00.000Z' : null,
        finishedAt: terminal ? '2024-09-01T21:14:00.000Z' : null,
        output: '',
      };
    };
    const row: Coverage = {
      id: 'i-1',
      status: 'ACTIVE',
      reason: 'SUCCESSFUL',
      scanMode: 'EC2_SSM_AGENT_BASED',
      lastScannedAt,
    };
    const inspector = {
      coverage: async function* () {
        yield row;
      },
    } as unknown as Inspector;
    return (await readLooks(task, record, { evidence, inspector, patching })).hosts[0]?.lookedAt;
  };
  assert.equal(await lookedAt('2024-09-01T21:11:00.000Z', 'Success'), null, 'before it was back');
  assert.equal(
    await lookedAt('2024-09-01T21:15:00.000Z', 'Success'),
    null,
    'the refresh has ended, the association ran later: an older inventory',
  );
  assert.equal(await lookedAt('2024-09-01T21:25:00.000Z', 'Success', null), null, 'the association did not run yet');
  assert.equal(
    await lookedAt('2024-09-01T21:25:00.000Z', 'Success', '2024-09-01T21:12:00.000Z'),
    null,
    'it ran before the host was back',
  );
  assert.equal(await lookedAt('2024-09-01T21:25:00.000Z', 'InProgress'), null, 'our re-scan has not ended');
  assert.equal(await lookedAt('2024-09-01T21:25:00.000Z', 'Success'), '2024-09-01T21:25:00.000Z');
  assert.equal(
    await lookedAt('2024-09-01T21:15:00.000Z', 'Failed'),
    '2024-09-01T21:15:00.000Z',
    'a failed re-scan sets no bar',
  );
});

test("a look between the VM Scanner's upload and its exit counts: from its start, and only from there", async () => {
  const task = { group: 'web', campaign: 'c' };
  const evidence = evidenceInMemory();
  await evidence.write(task, files.opened, { openedAt: '2024-09-01T20:00:00.000Z' } as Opened);
  const scanned = [host('i-1', 'EC2_INSPECTOR_AGENT_BASED')];
  const sizes = { ring: 'canary', atOnce: 1, errors: 0, soakMinutes: 0, last: true, expected: noCounts() };
  const plan = { ...sizes, hosts: scanned, atLevel: [], later: [] };
  await evidence.write(task, patchFiles.ringPlan('canary'), plan);
  const record = withHosts(newRing(plan, [], '2024-09-01T20:00:00.000Z'), () => ({
    status: 'patched',
    sentAt: '2024-09-01T21:00:00.000Z',
    finishedAt: '2024-09-01T21:10:00.000Z',
    backAt: '2024-09-01T21:12:00.000Z',
    rescanCommand: 'cmd-1',
  }));
  const lookedAt = async (lastScannedAt: string) => {
    const patching = ssm();
    patching.invocations = async function* () {
      const [startedAt, finishedAt] = ['2024-09-01T21:20:00.000Z', '2024-09-01T21:24:00.000Z'];
      yield { instance: 'i-1', status: 'Success', terminal: true, exit: 0, startedAt, finishedAt, output: '' };
    };
    const scanMode = 'EC2_INSPECTOR_AGENT_BASED';
    const inspector = {
      coverage: async function* () {
        yield { id: 'i-1', status: 'ACTIVE', reason: 'SUCCESSFUL', scanMode, lastScannedAt };
      },
    } as unknown as Inspector;
    return (await readLooks(task, record, { evidence, inspector, patching })).hosts[0]?.lookedAt;
  };
  assert.equal(await lookedAt('2024-09-01T21:20:00.000Z'), null);
  assert.equal(await lookedAt('2024-09-01T21:22:00.000Z'), '2024-09-01T21:22:00.000Z');
});
