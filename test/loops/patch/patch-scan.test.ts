import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AwsUnavailable, SendRefused } from '#domain/errors.ts';
import type { ScanRecord } from '#domain/patch/records.ts';
import { readScan, sendScan } from '#loops/patch/patch-scan.ts';
import { patchingInMemory } from '../../functions/in-memory.ts';

const AT = '2024-09-01T22:00:00.000Z';
const DEADLINE = '2024-09-01T23:00:00.000Z';
const newScan = (change: Partial<ScanRecord> = {}): ScanRecord => ({
  snapshotId: 's',
  sentAt: AT,
  deadline: DEADLINE,
  commands: [],
  done: [],
  failed: [],
  ...change,
});

describe('sending', () => {
  test('goes to hosts that are online, without a reboot, under the scan’s own snapshot; the others are noted', async () => {
    const patching = patchingInMemory(['i-1', 'i-2', 'i-3']);
    const [, second, third] = patching.nodes;
    Object.assign(second ?? {}, { ping: 'ConnectionLost' });
    Object.assign(third ?? {}, { os: null });
    const scan = newScan();
    await sendScan(patching, scan, ['i-1', 'i-2', 'i-3', 'i-4'], 'c scan before');
    assert.deepEqual(scan.commands, [{ id: 'cmd-1', instances: ['i-1'] }]);
    assert.deepEqual(
      scan.failed.map(({ id }) => id),
      ['i-2', 'i-3', 'i-4'],
    );
    const [{ operation, reboot, snapshotId } = {}] = patching.requests;
    assert.deepEqual([operation, reboot, snapshotId], ['Scan', 'NoReboot', 's']);
  });

  test('trap 22: at most 50 a command; one that is refused is halved down to the host that it refuses', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `i-${n}`);
    const patching = patchingInMemory(ids);
    patching.answer = (request, accept) => {
      if (request.instances.includes('i-7')) throw new SendRefused('InvalidInstanceId', false);
      return accept();
    };
    const scan = newScan();
    await sendScan(patching, scan, ids, 'c');
    assert.ok(patching.requests.every(({ instances }) => instances.length <= 50));
    assert.equal(scan.commands.flatMap(({ instances }) => instances).length, 59);
    assert.deepEqual(
      scan.failed.map(({ id }) => id),
      ['i-7'],
    );
  });

  test('an error that leaves open whether it was taken is no refusal: nothing is halved, the next attempt goes on', async () => {
    const patching = patchingInMemory(['i-1', 'i-2']);
    patching.answer = () => {
      throw new Error('socket hang up');
    };
    const scan = newScan();
    await assert.rejects(sendScan(patching, scan, ['i-1', 'i-2'], 'c'), /socket hang up/);
    assert.equal(patching.requests.length, 1);
    patching.answer = (_, accept) => accept();
    await sendScan(patching, scan, ['i-1', 'i-2'], 'c');
    await sendScan(patching, scan, ['i-1', 'i-2'], 'c');
    assert.equal(patching.requests.length, 2, 'what was taken is not sent again');
  });

  test('a throttled scan is tried again whole', async () => {
    const patching = patchingInMemory(['i-1', 'i-2']);
    patching.answer = () => {
      throw new SendRefused('RateExceeded', true);
    };
    await assert.rejects(sendScan(patching, newScan(), ['i-1', 'i-2'], 'c'), AwsUnavailable);
    assert.equal(patching.requests.length, 1);
  });
});

describe('reading', () => {
  const sent = () => newScan({ commands: [{ id: 'cmd-1', instances: ['i-1', 'i-2'] }] });
  const patching = (states: Record<string, [status: string, terminal: boolean]>) => {
    const ssm = patchingInMemory([]);
    ssm.invocations = async function* () {
      for (const [instance, [status, terminal]] of Object.entries(states))
        yield { instance, status, terminal, exit: null, startedAt: null, finishedAt: null, output: '' };
    };
    return ssm;
  };

  test('is over when every host of it has ended; who failed is noted with the exit', async () => {
    const ssm = patching({ 'i-1': ['Success', true], 'i-2': ['Failed', true] });
    const { scan, over } = await readScan(ssm, sent(), AT);
    assert.deepEqual([over, scan.done, scan.failed.map(({ id }) => id)], [true, ['i-1'], ['i-2']]);
  });

  test('waits for who has not ended, or is not listed yet', async () => {
    const { scan, over } = await readScan(patching({ 'i-1': ['Success', true] }), sent(), AT);
    assert.deepEqual([over, scan.done, scan.failed], [false, ['i-1'], []]);
  });

  test('always 2: at its deadline it is over, and who had not ended has failed: unknown, not left out', async () => {
    const ssm = patching({ 'i-1': ['InProgress', false] });
    const before = await readScan(ssm, sent(), '2024-09-01T22:59:59.999Z');
    assert.equal(before.over, false);
    const { scan, over } = await readScan(ssm, sent(), DEADLINE);
    assert.equal(over, true);
    assert.deepEqual(
      scan.failed.map(({ id }) => id),
      ['i-1', 'i-2'],
    );
  });

  test('what was read before is not read again', async () => {
    const done = { ...sent(), done: ['i-1'], failed: [{ id: 'i-2', words: 'refused' }] };
    const { scan, over } = await readScan(patching({ 'i-1': ['Failed', true] }), done, AT);
    assert.deepEqual([over, scan.done, scan.failed.length], [true, ['i-1'], 1]);
  });
});
