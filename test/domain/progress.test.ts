import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedPackages } from '#domain/installed.ts';
import type { Managed, Patch, PatchState } from '#domain/model.ts';
import type { Invocation } from '#domain/ports.ts';
import { type HostFacts, hostProgress } from '#domain/progress.ts';
import type { HostResult } from '#domain/records.ts';

const sentAt = '2024-09-01T22:00:00.000Z';
const host = { id: 'i-1', status: 'working', sentAt } as HostResult;
const ended: Invocation = {
  instance: 'i-1',
  status: 'Success',
  terminal: true,
  exit: 0,
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
  hostProgress(host, { invocation: ended, managed: up, state: clean, at, ...facts })?.status ?? 'working';

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
