import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changedPackages } from '#domain/patch/delta/changed-packages.ts';
import { type HostFacts, hostProgress } from '#domain/patch/host-progress.ts';
import type { Managed, Patch, PatchState } from '#domain/patch/model.ts';
import type { Invocation } from '#domain/patch/ports.ts';
import type { HostResult } from '#domain/patch/records.ts';

const sentAt = '2024-09-01T22:00:00.000Z';
const host = { id: 'i-1', status: 'working', sentAt } as HostResult;
const ended: Invocation = {
  instance: 'i-1',
  status: 'Success',
  terminal: true,
  exit: 0,
  startedAt: null,
  finishedAt: '2024-09-01T22:10:00.000Z',
  output: '',
};
const up: Managed = {
  id: 'i-1',
  ping: 'Online',
  os: 'DEBIAN',
  platform: 'Debian',
  lastPingAt: '2024-09-01T22:11:00.000Z',
};
const clean = { failed: 0, installedPendingReboot: 0 } as PatchState;
const at = '2024-09-01T22:12:00.000Z';
const progress = (facts: Partial<HostFacts>) =>
  hostProgress(host, { invocation: ended, managed: up, state: clean, reboot: 'RebootIfNeeded', at, ...facts })
    ?.status ?? 'working';

test('trap 18: a host is patched once its command ended and its agent was heard after that', () => {
  assert.equal(progress({}), 'patched');
  assert.equal(
    progress({ managed: { ...up, lastPingAt: '2024-09-01T22:09:00.000Z' } }),
    'working',
    'not heard since its end',
  );
  assert.equal(progress({ managed: { ...up, ping: 'ConnectionLost' } }), 'working', 'rebooting');
  assert.equal(progress({ managed: null }), 'working');
});

test('trap 6: Success of the command with failed packages is a failure', () => {
  assert.equal(progress({ state: { ...clean, failed: 1 } }), 'failed');
  assert.equal(progress({ invocation: { ...ended, status: 'Failed', exit: 2 } }), 'failed');
  assert.equal(progress({ invocation: { ...ended, status: 'Undeliverable', exit: null } }), 'failed');
});

test('a host that is silent for half an hour, or at work for too long, is lost', () => {
  const open = { ...ended, terminal: false, status: 'InProgress' };
  assert.equal(progress({ invocation: open }), 'working');
  const silent = { ...up, ping: 'ConnectionLost' as const, lastPingAt: '2024-09-01T22:05:00.000Z' };
  assert.equal(progress({ invocation: open, managed: silent, at: '2024-09-01T22:35:00.000Z' }), 'working');
  assert.equal(progress({ invocation: open, managed: silent, at: '2024-09-01T22:36:00.000Z' }), 'lost');
  assert.equal(progress({ managed: silent, at: '2024-09-01T22:36:00.000Z' }), 'lost', 'ended, and never came back');
  assert.equal(
    progress({
      invocation: open,
      at: '2024-09-02T00:41:00.000Z',
      managed: { ...up, lastPingAt: '2024-09-02T00:40:00.000Z' },
    }),
    'lost',
  );
  assert.equal(progress({ invocation: null }), 'working', 'trap: an invocation is listed late');
});

describe('always 8, trap 31: the end of a command is not the end of the work', () => {
  const over = (status: string): Invocation => ({ ...ended, status, exit: null, finishedAt: null });
  const reported = { ...clean, endedAt: '2024-09-01T22:10:00.000Z' } as PatchState;
  const heard = (lastPingAt: string): Managed => ({ ...up, lastPingAt });
  const rows: [string, Partial<HostFacts>, string][] = [
    ['nothing is heard of its work', { state: null }, 'working'],
    ['its state is of before the send', { state: { ...reported, endedAt: sentAt } }, 'working'],
    ['its work ended, and it may reboot now', { managed: heard('2024-09-01T22:19:59.000Z') }, 'working'],
    ['heard ten minutes after the end', { managed: heard('2024-09-01T22:20:00.000Z') }, 'failed'],
    ['without a reboot at once', { managed: heard('2024-09-01T22:10:00.000Z'), reboot: 'NoReboot' }, 'failed'],
    ['heard before its end', { managed: heard('2024-09-01T22:09:59.000Z'), reboot: 'NoReboot' }, 'working'],
    ['SSM calls it lost', { managed: { ...heard('2024-09-01T22:30:00.000Z'), ping: 'ConnectionLost' } }, 'working'],
    ['silent for hours, and not yet past the bound', { managed: null, at: '2024-09-02T00:40:00.000Z' }, 'working'],
    ['past the bound', { state: null, at: '2024-09-02T00:40:00.001Z' }, 'lost'],
    ['past the bound, silent', { managed: null, at: '2024-09-02T00:40:00.001Z' }, 'lost'],
  ];
  for (const status of ['Cancelled', 'Cancelling', 'Terminated', 'ExecutionTimedOut', 'DeliveryTimedOut']) {
    for (const [when, facts, expected] of rows) {
      test(`${status}: ${when}: ${expected}`, () => {
        // a delivery that timed out tells of work only once the whole command could have
        const now = status === 'DeliveryTimedOut' ? '2024-09-02T00:15:00.000Z' : '2024-09-01T22:31:00.000Z';
        assert.equal(progress({ invocation: over(status), state: reported, at: now, ...facts }), expected);
      });
    }
  }

  test('a delivery that timed out before the command could: the host never began', () => {
    const facts = { invocation: over('DeliveryTimedOut'), state: null };
    assert.equal(progress({ ...facts, at: '2024-09-01T22:11:00.000Z' }), 'failed');
    assert.equal(progress({ ...facts, at: '2024-09-02T00:09:59.000Z' }), 'failed');
    assert.equal(progress({ ...facts, at: '2024-09-02T00:10:00.000Z' }), 'working');
  });

  test('what the host itself reports is an end', () => {
    for (const status of ['Failed', 'Undeliverable', 'InvalidPlatform', 'AccessDenied'])
      assert.equal(progress({ invocation: over(status), state: null }), 'failed', status);
  });

  test('its record says what is waited for, and in the end what became of it', () => {
    const facts = { invocation: over('Cancelled'), managed: up, reboot: 'RebootIfNeeded' as const };
    assert.deepEqual(hostProgress(host, { ...facts, state: null, at }), {
      words: 'somebody cancelled it; it counts as at work until it is heard of again',
    });
    const later = { ...facts, managed: heard('2024-09-01T22:20:00.000Z'), at: '2024-09-01T22:21:00.000Z' };
    const back = hostProgress(host, { ...later, state: { ...reported, failed: 2 } });
    assert.equal(back?.words, 'somebody cancelled it; its work went on until 2024-09-01 22:10 UTC');
    assert.deepEqual(
      [back?.finishedAt, back?.backAt, back?.installFailed],
      [reported.endedAt, '2024-09-01T22:20:00.000Z', 2],
    );
  });
});

test('what was installed is what was Missing and is no more', () => {
  const patch = (name: string, status: Patch['status']): Patch => ({
    title: name,
    kb: `${name}.amd64`,
    package: { name, arch: 'amd64', version: '1' },
    status,
    classification: null,
    severity: null,
    cveIds: [],
    installedAt: null,
  });
  const before = [
    patch('a', 'Missing'),
    patch('b', 'Missing'),
    patch('c', 'Failed'),
    patch('d', 'InstalledPendingReboot'),
  ];
  assert.deepEqual(changedPackages(before, [patch('b', 'Missing'), patch('c', 'InstalledPendingReboot')]), ['a', 'c']);
  assert.deepEqual(changedPackages(before, [patch('a', 'Failed'), patch('b', 'Missing'), patch('c', 'Failed')]), []);
});
