/** Facts: "Predefined and custom patch baselines", Systems Manager User Guide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Release } from '#rehearsal/fleet/advisories.ts';
import { PLATFORMS } from '#rehearsal/fleet/platforms.ts';
import { approval } from '#rehearsal/services/ssm/baselines.ts';
import { DEBIAN } from '../../fleet/small-data.ts';
import { DAY, testWorld } from '../../fleet/stage.ts';

const START = 'start: 2024-08-31T20:00:00Z\nfleet: [{ name: web, platform: DEBIAN_12 }]\n';
const world = testWorld(START, [DEBIAN]);
const { baselines } = world.world.parts;

function release(classification: string, severity: string, days: number, isSecurity = true): Release {
  const at = world.now() - days * DAY;
  const named = { source: 'x', version: '1', title: null, vulnerabilities: [], cves: [] };
  return { ...named, at, security: isSecurity, classification, severity };
}

for (const [os, classification, severity, days, wanted] of [
  ['AMAZON_LINUX_2023', 'Security', 'Critical', 7, null],
  ['AMAZON_LINUX_2023', 'Security', 'Important', 6.9, 'too-young'],
  ['AMAZON_LINUX_2023', 'Security', 'Medium', 99, 'no-rule'],
  ['AMAZON_LINUX_2023', 'Bugfix', 'Low', 7, null],
  ['AMAZON_LINUX_2023', 'Enhancement', 'Low', 99, 'no-rule'],
  ['AMAZON_LINUX_2', 'Security', 'Important', 7, null],
  ['AMAZON_LINUX_2', 'Security', 'Low', 99, 'no-rule'],
  ['ALMA_LINUX', 'Bugfix', 'Low', 6, 'too-young'],
  ['ROCKY_LINUX', 'Security', 'Critical', 8, null],
  ['REDHAT_ENTERPRISE_LINUX', 'Security', 'Moderate', 99, 'no-rule'],
  ['ORACLE_LINUX', 'Security', 'Moderate', 7, null],
  ['ORACLE_LINUX', 'Security', 'Critical', 99, 'no-rule'],
  ['ORACLE_LINUX', 'Bugfix', 'Low', 7, null],
  ['SUSE', 'Security', 'Important', 7, null],
  ['SUSE', 'Bugfix', 'Important', 99, 'no-rule'],
  ['CENTOS', 'Enhancement', 'Low', 7, null],
  ['CENTOS', 'Security', 'Critical', 6, 'too-young'],
  ['MACOS', 'Recommended', 'Low', 0, null],
  ['DEBIAN', 'Security', '', 0, null],
  ['UBUNTU', 'Security', '', 0, null],
  ['WINDOWS', 'SecurityUpdates', 'Critical', 7, null],
  ['WINDOWS', 'CriticalUpdates', 'Important', 6, 'too-young'],
  ['WINDOWS', 'SecurityUpdates', 'Moderate', 99, 'no-rule'],
  ['WINDOWS', 'UpdateRollups', 'Critical', 99, 'no-rule'],
] as const)
  test(`trap 4: by default ${os} has ${classification} ${severity} after ${days} days: ${wanted ?? 'approved'}`, () => {
    const baseline = baselines.defaultFor(os) ?? assert.fail(`no default for ${os}`);
    assert.equal(approval(baseline, 'x', release(classification, severity, days), world.now()), wanted);
  });

test('what is no security update only CentOS takes', () => {
  const takes = (os: string) => {
    const baseline = baselines.defaultFor(os) ?? assert.fail();
    return approval(baseline, 'x', release('Security', 'Critical', 99, false), world.now()) === null;
  };
  assert.deepEqual(['CENTOS', 'DEBIAN', 'UBUNTU', 'AMAZON_LINUX_2023'].map(takes), [true, false, false, false]);
});

test('the second and third baselines of Windows take the same updates of the system, and are nobody’s default', () => {
  const named = (name: string) => baselines.all.find((one) => one.name === name) ?? assert.fail(name);
  for (const name of ['AWS-WindowsPredefinedPatchBaseline-OS', 'AWS-WindowsPredefinedPatchBaseline-OS-Applications']) {
    assert.equal(named(name).isDefault, false);
    assert.equal(approval(named(name), 'x', release('SecurityUpdates', 'Critical', 7), world.now()), null);
    assert.equal(approval(named(name), 'x', release('Updates', 'Low', 99), world.now()), 'no-rule');
  }
});

test('every system that a scenario can name has one default, which is AWS’s unless the account has its own', () => {
  for (const { os } of Object.values(PLATFORMS)) assert.equal(baselines.defaultFor(os)?.owner, 'AWS', os);
  const own = 'baselines: [{ name: own, os: WINDOWS, default: true, rules: [] }]\n';
  const { BaselineIdentities } = testWorld(START + own, [DEBIAN]).call('DescribePatchBaselines', {
    Filters: [{ Key: 'OPERATING_SYSTEM', Values: ['WINDOWS'] }],
  });
  const told = BaselineIdentities.map((one: { BaselineName: string; DefaultBaseline: boolean }) => one.DefaultBaseline);
  assert.deepEqual(told, [true, false, false, false]);
});
