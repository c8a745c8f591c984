import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Coverage } from '#domain/patch/model.ts';
import { lookOf, rescannedFrom, validLook, wasPatched } from '#domain/patch/valid-look.ts';
import { BACK, DONE, LOOKED, notSent, OPENED, patched, RESCANNED, SENT } from '../fixture-ring.ts';

function coverage(lastScannedAt: string | null, change: Partial<Coverage> = {}): Coverage {
  return {
    id: 'i-1',
    status: 'ACTIVE',
    reason: 'SUCCESSFUL',
    scanMode: 'EC2_SSM_AGENT_BASED',
    lastScannedAt,
    ...change,
  };
}

const ALL = { patchedAt: DONE, backAt: BACK, rescannedAt: RESCANNED };
const NONE = { patchedAt: null, backAt: null, rescannedAt: null };

describe('looks', () => {
  const rows: [string, Coverage | null, Parameters<typeof validLook>[1], boolean, RegExp][] = [
    ['later than all three', coverage(LOOKED), ALL, true, /^looked at/],
    ['trap 18: at the re-scan', coverage(RESCANNED), ALL, false, /before our re-scan of it/],
    ['trap 18: at the return', coverage(BACK), ALL, false, /before it was back/],
    ['trap 18: at the end of the patch', coverage(DONE), ALL, false, /before its patch ended/],
    ['no re-scan to ask for', coverage(RESCANNED), { ...ALL, rescannedAt: null }, true, /^looked at/],
    ['only the patch is known', coverage(BACK), { ...NONE, patchedAt: DONE }, true, /^looked at/],
    ['nothing is known', coverage(LOOKED), NONE, false, /when its patch ended is not known/],
    ['not patched, since the opening', coverage(SENT), null, true, /^looked at/],
    ['not patched, at the opening', coverage(OPENED), null, false, /before the campaign opened/],
    ['trap 30: no coverage', null, null, false, /does not cover it/],
    [
      'stale inventory',
      coverage(LOOKED, { status: 'INACTIVE', reason: 'STALE_INVENTORY' }),
      ALL,
      false,
      /STALE_INVENTORY/,
    ],
    ['never scanned', coverage(null), ALL, false, /never scanned/],
  ];
  for (const [name, seen, threshold, valid, words] of rows) {
    test(`${name}: ${valid ? 'valid' : 'not valid'}`, () => {
      const look = validLook(seen, threshold, OPENED);
      assert.equal(look.valid, valid);
      assert.match(look.words, words);
      assert.equal(look.at, seen?.lastScannedAt ?? null);
    });
  }

  describe('a re-scan counts from', () => {
    const at = (minute: number) => `2024-09-01T03:${String(minute).padStart(2, '0')}:00.000Z`;
    const host = { finishedAt: at(10), backAt: at(12) };
    const command = { startedAt: at(20), finishedAt: at(25), collected: [] };
    const ssm = { ...command, scanMode: 'EC2_SSM_AGENT_BASED', os: 'DEBIAN' as const };
    const inventory = (minute: number) => ({ by: 'inventory' as const, at: at(minute) });
    const plugin = (minute: number) => ({ by: 'plugin' as const, at: at(minute) });
    const rows: [string, Parameters<typeof rescannedFrom>[1], string | null][] = [
      ["the VM Scanner's start: it uploads before it exits", { ...ssm, scanMode: 'EC2_INSPECTOR_AGENT_BASED' }, at(20)],
      [
        'its end, where the start is not told',
        { ...ssm, scanMode: 'EC2_INSPECTOR_AGENT_BASED', startedAt: null },
        at(25),
      ],
      ['nothing, while the association did not run', ssm, null],
      ['nothing, where it ran before the host was back', { ...ssm, collected: [inventory(11), inventory(12)] }, null],
      ['the run of the association on the host', { ...ssm, collected: [inventory(22)] }, at(22)],
      ['its last run', { ...ssm, collected: [inventory(22), inventory(52)] }, at(52)],
      ['no run of the plugin on Linux, which does nothing there', { ...ssm, collected: [plugin(30)] }, null],
      ['the run of the plugin on Windows', { ...ssm, os: 'WINDOWS', collected: [inventory(30), plugin(31)] }, at(31)],
    ];
    for (const [name, rescan, expected] of rows) test(name, () => assert.equal(rescannedFrom(host, rescan), expected));
  });

  test('of a host that we touched, by how far it got', () => {
    const valid = (host: Parameters<typeof lookOf>[0]) => lookOf(host, coverage(LOOKED), OPENED).valid;
    assert.equal(valid(patched('i-1')), true);
    assert.equal(valid(patched('i-1', { status: 'failed', backAt: null })), true);
    assert.equal(valid(notSent('i-1')), true);
    assert.equal(valid(null), true);
    assert.equal(valid(notSent('i-1', { status: 'skipped' })), true);
    for (const status of ['working', 'lost', 'gone', 'unknown'] as const)
      assert.equal(valid(patched('i-1', { status })), false, status);
    assert.equal(valid(patched('i-1', { rescannedAt: null })), false, 'our re-scan was asked for and has not ended');
    assert.equal(valid(patched('i-1', { rescannedAt: null, rescanCommand: null })), true, 'none to ask for');
  });

  test('a host counts as patched also where its command failed after installing something', () => {
    assert.equal(wasPatched(patched('i-1')), true);
    assert.equal(wasPatched(patched('i-1', { status: 'failed', installed: 3 })), true);
    assert.equal(wasPatched(patched('i-1', { status: 'failed', installed: 0 })), false);
    assert.equal(wasPatched(patched('i-1', { status: 'lost', installed: 3 })), false);
    assert.equal(wasPatched(null), false);
  });
});
