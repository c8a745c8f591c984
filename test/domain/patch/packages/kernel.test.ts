import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deltaRows } from '#domain/patch/delta/delta-rows.ts';
import type { Finding } from '#domain/patch/model.ts';
import { sameKernel } from '#domain/patch/packages/debian-kernel.ts';
import { isOfAnotherLine, lineOf, needsNoReboot, runsAfterReboot } from '#domain/patch/packages/kernel.ts';
import {
  aFinding,
  after,
  aPackage,
  before,
  fate as fateOfRow,
  JUDGED,
  OPENED,
  patched,
  ringPlan,
  ringRecord,
  SURVEYED,
} from '../../fixture-ring.ts';
import { AL, fate, finding, patch, vulnerable } from '../../fleet.ts';

suite('trap 48: what of a kernel needs a reboot', () => {
  const boots = [
    'kernel',
    'kernel6.12',
    'kernel6.18',
    'kernel-default',
    'kernel-core',
    'kernel-modules',
    'kernel-modules-core',
    'kernel-uek',
    'kernel-rt-core',
    'kernel-64k',
    'linux-image-aws',
    'linux-image-6.1.0-25-amd64',
    'linux',
  ];
  const beside = [
    'kernel-livepatch-6.1.97-104.177',
    'kernel-livepatch-5_14_21-150500_55_7-default',
    'kernel-default-livepatch',
    'kernel-headers',
    'kernel6.12-headers',
    'kernel-devel',
    'kernel-default-devel',
    'kernel-tools',
    'kernel-tools-libs',
    'kernel6.12-tools-devel',
    'kernel-debuginfo',
    'linux-headers-aws',
    'linux-headers-5.15.0-1084-aws',
    'linux-aws-5.15-headers-5.15.0-1084',
    'linux-tools-common',
    'linux-tools-5.15.0-1084-aws',
    'linux-libc-dev',
    'kpatch-patch-5_14_0-70',
  ];
  for (const name of boots) {
    test(`${name} does`, () => assert.deepEqual([runsAfterReboot(name), needsNoReboot(name)], [true, false]));
  }
  for (const name of beside) {
    test(`${name} does not`, () => assert.deepEqual([runsAfterReboot(name), needsNoReboot(name)], [false, true]));
  }
  for (const name of ['openssl', 'kernelshark', 'linux-base', 'linux-firmware', 'util-linux', 'perf']) {
    test(`${name} is none of a kernel`, () =>
      assert.deepEqual([runsAfterReboot(name), needsNoReboot(name)], [false, false]));
  }
});

suite('trap 38: names of Ubuntu kernels', () => {
  const rows: [finding: string, offered: string, expected: boolean][] = [
    ['linux-image-aws', 'linux-image-5.15.0-1084-aws', true],
    ['linux-image-aws', 'linux-image-unsigned-5.15.0-1084-aws', true],
    ['linux-image-aws-lts-20.04', 'linux-image-5.15.0-1084-aws', true],
    ['linux-image-aws-5.15', 'linux-image-5.15.0-1084-aws', true],
    ['linux-image-generic-hwe-20.04-edge', 'linux-image-5.15.0-91-generic', true],
    ['linux-image-virtual-hwe-22.04', 'linux-image-6.5.0-14-generic', true],
    ['linux-headers-aws', 'linux-headers-5.15.0-1084-aws', true],
    ['linux-headers-5.15.0-91', 'linux-headers-5.15.0-92', true],
    ['linux-aws-5.15-headers-5.15.0-1026', 'linux-aws-5.15-headers-5.15.0-1084', true],
    ['linux-aws-headers-6.8.0-1009', 'linux-aws-6.8-headers-6.8.0-1010', true],
    ['linux-tools-aws', 'linux-tools-5.15.0-1084-aws', true],
    ['linux-modules-extra-5.15.0-1026-aws', 'linux-modules-extra-5.15.0-1084-aws', true],
    ['linux-aws', 'linux-aws', true],
    ['linux-aws-5.15', 'linux-image-5.15.0-1084-aws', true],
    ['linux-meta-aws', 'linux-image-aws', true],
    ['linux-hwe-6.5', 'linux-image-6.5.0-14-generic', true],
    ['linux-image-6.12.38+deb13-amd64', 'linux-image-6.12.43+deb13-amd64', true],
    ['linux-image-6.1.0-9-686-pae', 'linux-image-6.1.0-25-686-pae', true],
    ['linux', 'linux-image-5.15.0-1084-aws', false],
    ['linux-image-aws', 'linux-image-5.15.0-1084-azure', false],
    ['linux-image-aws', 'linux-headers-5.15.0-1084-aws', false],
    ['linux-headers-aws', 'linux-image-5.15.0-1084-aws', false],
    ['linux-modules-5.15.0-1026-aws', 'linux-modules-extra-5.15.0-1084-aws', false],
    ['linux-gke', 'linux-image-5.15.0-1084-gkeop', false],
  ];
  for (const [name, offered, expected] of rows) {
    test(`${name} ${expected ? 'is' : 'is not'} ${offered}`, () => assert.equal(sameKernel(name, offered), expected));
  }
});

suite('trap 39: the line of a kernel', () => {
  const rows: [version: string, line: string | null][] = [
    ['4.14.355-280.652.amzn2', '4.14'],
    ['5.15.0.1026.30~20.04.16', '5.15'],
    ['6.1-1', '6.1'],
    ['0:6.12.20-23.97.amzn2023', '6.12'],
    ['none', null],
  ];
  for (const [version, line] of rows) test(version, () => assert.equal(lineOf(version), line));

  test('only of kernels: a library may go from 1.2 to 1.3', () => {
    assert.equal(isOfAnotherLine(vulnerable('openssl', '3.2.2-1', { version: '3.0.8-1' })), false);
    assert.equal(isOfAnotherLine(vulnerable('kernel', '6.12.1-1', { version: '6.1.97-1' })), true);
    assert.equal(isOfAnotherLine(vulnerable('bpftool', '5.15.189-1', { version: '4.14.355-1' })), true);
    assert.equal(isOfAnotherLine(vulnerable('kernel-headers', '6.12.1-1', { version: '6.1.97-1' })), true);
    assert.equal(isOfAnotherLine(vulnerable('kernel', '6.1.112-1', { version: '6.1.97-1' })), false);
  });

  test("Ubuntu: an HWE kernel beside it does not close the installed line's finding", () => {
    const old = [vulnerable('linux-image-generic', '5.15.0.92.89', { version: '5.15.0.91.88' })];
    const offered = [patch('linux-image-generic-hwe-22.04', '6.5.0.14.14~22.04.7')];
    assert.equal(fate({ finding: { packages: old }, host: { os: 'UBUNTU', patches: offered } }).fate, 'not-offered');
    const own = [patch('linux-image-5.15.0-92-generic', '5.15.0-92.102')];
    assert.equal(fate({ finding: { packages: old }, host: { os: 'UBUNTU', patches: own } }).fate, 'fix');
  });
});

suite('trap 49: an old kernel left installed', () => {
  const old = finding({ packages: [vulnerable('kernel', '6.1.112-1', { version: '6.1.97-1' })] });
  const newer = finding({
    vulnerabilityId: 'CVE-2024-2222',
    packages: [vulnerable('kernel', '6.1.130-1', { version: '6.1.115-1' })],
  });

  test('the plan names it where another finding names the newer one', () => {
    const said = fate({ finding: old, host: { os: AL, patches: [], findings: [old, newer] } });
    assert.equal(said.fate, 'old-kernel');
    assert.match(said.words, /^kernel 6\.1\.97-1 was left installed, though kernel 6\.1\.115-1 is installed too/);
    assert.notEqual(fate({ finding: newer, host: { os: AL, patches: [], findings: [old, newer] } }).fate, 'old-kernel');
    assert.equal(fate({ finding: old, host: { os: AL, patches: [], findings: [old] } }).fate, 'not-offered');
  });

  const atTheEnd = (now: Finding, change: object = {}) => {
    const kernel = aFinding({ packages: [aPackage({ name: 'kernel', version: '6.1.97-1', fixedIn: '6.1.112-1' })] });
    const missing = patch('kernel', '6.1.115-1', { arch: 'x86_64', title: 'kernel.x86_64:0:6.1.115-1' });
    const [row] = deltaRows({
      before: [before('i-1', [kernel], { patches: [missing] })],
      after: [after('i-1', [now])],
      record: ringRecord([patched('i-1')]),
      ringPlan: ringPlan(['i-1']),
      fates: new Map([fateOfRow(kernel)]),
      openedAt: OPENED,
      firstSurveyAt: SURVEYED,
      outcome: 'Completed',
      why: '',
      reboot: 'RebootIfNeeded',
      waivers: [],
      at: JUDGED,
      ...change,
    });
    return row;
  };
  const still = (version: string) =>
    aFinding({ packages: [aPackage({ name: 'kernel', version, fixedIn: '6.1.112-1' })] });

  test('the close names it where the patch went in and Inspector still names the old one', () => {
    const row = atTheEnd(still('6.1.97-1'));
    assert.equal(row?.reason, 'old-kernel');
    assert.match(
      row?.words ?? '',
      /kernel 6\.1\.97-1 was left installed, though kernel\.x86_64:0:6\.1\.115-1 is installed/,
    );
    assert.equal(atTheEnd(still('6.1.115-1'))?.reason, 'unexplained', 'Inspector names the new one');
    assert.equal(atTheEnd(still('6.1.97-1'), { reboot: 'NoReboot' })?.reason, 'reboot-pending');
  });

  test('trap 48: what needs no reboot does not wait for the one of others', () => {
    const headers = aFinding({ packages: [aPackage({ name: 'kernel-headers' })] });
    const pending = { record: ringRecord([patched('i-1', { pendingReboot: 1 })]) };
    assert.equal(atTheEnd(headers, pending)?.reason, 'unexplained');
    assert.equal(atTheEnd(still('6.1.97-1'), pending)?.reason, 'reboot-pending');
  });
});
