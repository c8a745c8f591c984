import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Os } from '#domain/patch/model.ts';
import { fromInspector } from '#domain/patch/packages/comparable.ts';
import { approval } from '#domain/patch/plan/baseline-reading.ts';
import { baseline, finding } from '../domain/fleet.ts';
import { fateWith, fieldCase, findingsOf, reported, rulesOf } from './case.ts';

const one = (number: string) => {
  const [first] = findingsOf(number);
  if (!first) throw new Error(`case ${number} has no finding`);
  return first;
};

const row = (name: string, version: string, arch = 'x86_64') => ({
  KBId: `${name}.${arch}`,
  Title: `${name}.${arch}:${version}`,
});

test('field 01: an arch and an epoch in fixedInVersion are no part of the version (trap 38)', () => {
  const kernel = one('01');
  assert.deepEqual([...new Set(kernel.packages.map((each) => each.fixedIn))], ['4.9.18-6.30.amzn2']);
  const rows = ['kernel', 'kernel-tools'].map((name) => row(name, '0:4.9.18-6.30.amzn2'));
  assert.equal(fateWith('AMAZON_LINUX_2', kernel, rows).fate, 'fix');
  const older = ['kernel', 'kernel-tools'].map((name) => row(name, '0:4.9.17-6.29.amzn2'));
  assert.equal(fateWith('AMAZON_LINUX_2', kernel, older).fate, 'not-offered');
});

test("field 02: Ubuntu's metapackage is closed by itself and by the real image, not by an older one (trap 38)", () => {
  const meta = one('02');
  const by = (name: string, version: string) => fateWith('UBUNTU', meta, [row(name, version, 'amd64')]).fate;
  assert.equal(by('linux-image-aws', '5.15.0.1084.91~20.04.31'), 'fix');
  assert.equal(by('linux-image-aws', '5.15.0.1027.31~20.04.16'), 'fix');
  assert.equal(by('linux-image-5.15.0-1084-aws', '5.15.0-1084.91~20.04.1'), 'fix');
  assert.equal(by('linux-image-unsigned-5.15.0-1084-aws', '5.15.0-1084.91~20.04.1'), 'fix');
  assert.equal(by('linux-image-5.15.0-1026-aws', '5.15.0-1026.30~20.04.2'), 'not-offered');
  assert.equal(by('linux-image-aws', '5.15.0.1026.30~20.04.16'), 'not-offered');
  assert.equal(by('linux-headers-5.15.0-1084-aws', '5.15.0-1084.91~20.04.1'), 'not-offered', 'headers do not boot');
  assert.equal(by('linux-image-5.15.0-1084-azure', '5.15.0-1084.91~20.04.1'), 'not-offered', 'another flavour');
});

test('field 05: a finding of which one half is a Go binary names both halves', () => {
  const said = fateWith('AMAZON_LINUX_2', one('05'), []);
  assert.equal(said.fate, 'not-os-package');
  assert.match(said.words, /golang\.org\/x\/crypto v0\.28\.0 \(GOBINARY\)/);
  assert.match(said.words, /amazon-ssm-agent \(fixed in 3\.3\.2299\.0-1\.amzn2\)/);
});

test('field 06: a fix in another kernel line is not offered, and the words name both lines (trap 39)', () => {
  const kernel = one('06');
  for (const rows of [[], [row('kernel', '0:4.14.355-281.714.amzn2')]]) {
    const said = fateWith('AMAZON_LINUX_2', kernel, rows);
    assert.equal(said.fate, 'not-offered');
    assert.match(said.words, /kernel line 5\.15, .* line 4\.14/);
    assert.doesNotMatch(said.words, /approved/);
  }
  assert.equal(fateWith('AMAZON_LINUX_2', kernel, [row('kernel', '0:5.15.189-131.202.amzn2')]).fate, 'fix');
});

test('field 07: a wait that may still run is told, without a day (trap 34)', () => {
  const perl = one('07');
  for (const at of ['2025-06-14T00:00:00.000Z', '2025-09-14T00:00:00.000Z']) {
    const said = fateWith('AMAZON_LINUX_2', perl, [], {}, { at });
    assert.equal(said.fate, 'not-offered');
    assert.equal(said.approvedFrom, undefined);
    assert.match(
      said.words,
      /7 days after release, and AWS does not tell when .*(?:may still run|runs only if the fix came later)/,
    );
    assert.doesNotMatch(said.words, /approved|\d{4}-\d\d-\d\d/);
  }
  const both = [row('perl', '4:5.16.3-299.amzn2.0.3'), row('perl-Pod-Escapes', '1:1.04-299.amzn2.0.3', 'noarch')];
  assert.equal(fateWith('AMAZON_LINUX_2', perl, both).fate, 'fix');
});

test('field 20: what only Ubuntu Pro has is named so (trap 39)', () => {
  for (const finding of findingsOf('20')) {
    const said = fateWith('UBUNTU', finding, []);
    assert.equal(said.fate, 'not-offered');
    assert.match(said.words, /Ubuntu Pro \(ESM\)/);
    assert.doesNotMatch(said.words, /approved|may/);
  }
  const python = findingsOf('20').at(-1);
  assert.ok(python);
  const attached = [row('python3.8', '3.8.10-0ubuntu1~20.04.18+esm1', 'amd64')];
  assert.equal(fateWith('UBUNTU', python, attached).fate, 'fix', 'the host has a subscription');
});

test('field 23: what SSM calls available and not approved is `not-approved`, without a day (trap 37)', () => {
  const { describeInstancePatches } = fieldCase('23');
  const said = fateWith('WINDOWS', one('23'), describeInstancePatches, rulesOf('23'));
  assert.equal(said.fate, 'not-approved');
  assert.equal(said.approvedFrom, undefined);
  assert.match(said.words, /SSM calls KB5041160 available .* not approved/);
});

test('field 25: a live patch is no kernel that waits for a reboot (trap 48)', () => {
  const { describeInstancePatches, reboot } = fieldCase('25');
  const said = (rows: object[]) => fateWith('AMAZON_LINUX_2023', one('25'), rows, rulesOf('25'), { reboot });
  assert.equal(said(describeInstancePatches).fate, 'fix');
  const installed = said([{ ...describeInstancePatches[0], State: 'InstalledPendingReboot' }]);
  assert.equal(installed.fate, 'fix');
  assert.match(installed.words, /needs no reboot/);
});

test('field 26: words of Windows on Red Hat approve nothing, ever (trap 35)', () => {
  const said = fateWith('REDHAT_ENTERPRISE_LINUX', one('26'), [], rulesOf('26'));
  assert.equal(said.fate, 'not-approved');
  assert.equal(said.approvedFrom ?? null, null);
  assert.match(said.words, /never approves it: of classification it takes CriticalUpdates, SecurityUpdates/);
});

suite('field 28: every form of an entry in a rejected list is read (trap 36)', () => {
  const { rpm, zeroEpoch, apt } = fieldCase('28');
  const kinds: [Os, { package: object; rejects: string[] }][] = [
    ['AMAZON_LINUX_2', rpm],
    ['AMAZON_LINUX_2', zeroEpoch],
    ['DEBIAN', apt],
    ['UBUNTU', apt],
  ];
  for (const [os, { package: raw, rejects }] of kinds) {
    for (const entry of rejects) {
      test(`field 28: ${os} ${entry}`, () => {
        const given = baseline(os, { rejected: [entry] });
        const said = approval(given, finding({ packages: [fromInspector(raw)] }));
        assert.deepEqual([said.say, said.words], ['rejected', `Baseline Default-${os} rejects ${entry}.`]);
      });
    }
  }
});

test('field 32: rows of Windows have no package, a title or none, and no day of 1970', () => {
  const { rows, expected } = fieldCase('32');
  const patches = rows.map((each: { InstalledTime: number }) =>
    reported({ ...each, InstalledTime: new Date(each.InstalledTime * 1000) } as object),
  );
  const field = (name: 'package' | 'installedAt' | 'status') =>
    patches.map((each: Record<string, unknown>) => each[name]);
  assert.deepEqual(field('package'), expected.packages);
  assert.deepEqual(field('installedAt'), expected.installedAt);
  assert.deepEqual(field('status'), expected.status);
});
