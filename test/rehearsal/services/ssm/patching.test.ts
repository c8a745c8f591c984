import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AMAZON, DEBIAN, WINDOWS } from '../../fleet/small-data.ts';
import { DAY, HOUR, type TestWorld, testWorld } from '../../fleet/stage.ts';

const START = 'start: 2024-08-31T20:00:00Z\n';
const OWN = `baselines: [{ name: own, os: DEBIAN, groups: [web], rules: [{ filters: { PRIORITY: ['*'] }, enableNonSecurity: true }] }]\n`;
const WEB = `${START}${OWN}fleet: [{ name: web, platform: DEBIAN_12, tags: { PatchGroup: web } }]\n`;

function run(world: TestWorld, names: string[], Operation: 'Scan' | 'Install', more: Record<string, string[]> = {}) {
  const InstanceIds = names.map((name) => world.host(name).id);
  const Parameters = { Operation: [Operation], ...more };
  world.call('SendCommand', { DocumentName: 'AWS-RunPatchBaseline', InstanceIds, Parameters, MaxErrors: '100%' });
  world.pass(HOUR);
}

function patches(world: TestWorld, name: string, ...states: string[]) {
  const Filters = states.length > 0 ? [{ Key: 'State', Values: states }] : [];
  return world.call('DescribeInstancePatches', { InstanceId: world.host(name).id, Filters }).Patches;
}

const titles = (rows: { Title: string }[]) => rows.map(({ Title }) => Title).sort();

test('trap 4: the default of Amazon Linux approves after seven days, and Medium never', () => {
  const world = testWorld(`${START}fleet: [{ name: one, platform: AMAZON_LINUX_2023 }]\n`, [AMAZON]);
  run(world, ['one'], 'Scan');
  assert.deepEqual(titles(patches(world, 'one', 'Missing')), ['curl.x86_64:0:8.3.0-2']);
  world.pass(7 * DAY);
  run(world, ['one'], 'Scan');
  assert.deepEqual(titles(patches(world, 'one', 'Missing')), ['curl.x86_64:0:8.3.0-3']);
});

test("trap 4: Debian's default approves at once, but only what the security archive has", () => {
  const world = testWorld(`${START}fleet: [{ name: one, platform: DEBIAN_12 }]\n`, [DEBIAN]);
  run(world, ['one'], 'Scan');
  const missing = titles(patches(world, 'one', 'Missing'));
  assert.ok(missing.includes('openssl.amd64:3.0.13-1'));
  assert.ok(!missing.some((title) => title.startsWith('curl')), 'a point release is not security');
});

test('a baseline is found by patch group, OperatingSystem left out means WINDOWS, an AWS one has its whole ARN', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const { BaselineId } = world.call('GetPatchBaselineForPatchGroup', { PatchGroup: 'web', OperatingSystem: 'DEBIAN' });
  assert.equal(world.call('GetPatchBaseline', { BaselineId }).Name, 'own');
  const windows = world.call('GetDefaultPatchBaseline', {});
  assert.equal(windows.OperatingSystem, 'WINDOWS');
  const full = windows.BaselineId;
  assert.equal(world.call('GetPatchBaseline', { BaselineId: full }).Name, 'AWS-DefaultPatchBaseline');
  assert.throws(() => world.call('GetPatchBaseline', { BaselineId: full.split('/')[1] }), /does not exist/);
});

test('trap 16: one SnapshotId, two days apart: the second ring gets what the repository has by then', () => {
  const fleet =
    '[{ name: canary, platform: DEBIAN_12, tags: &t { PatchGroup: web } }, { name: rest, platform: DEBIAN_12, tags: *t }]';
  const world = testWorld(`${START}${OWN}fleet: ${fleet}\n`, [DEBIAN]);
  const snapshot = { SnapshotId: ['11111111-2222-4333-a444-555555555555'] };
  run(world, ['canary'], 'Install', snapshot);
  world.pass(2 * DAY);
  run(world, ['rest'], 'Install', snapshot);
  assert.equal(world.host('canary').packages.get('openssl')?.version, '3.0.13-1');
  assert.equal(world.host('rest').packages.get('openssl')?.version, '3.0.14-1');
});

test('trap 17: CVE ids are named of Missing patches on rpm, and of none on Debian', () => {
  const fleet = '[{ name: rpm, platform: AMAZON_LINUX_2023 }, { name: deb, platform: DEBIAN_12 }]';
  const world = testWorld(`${START}fleet: ${fleet}\n`, [AMAZON, DEBIAN]);
  run(world, ['rpm', 'deb'], 'Scan');
  assert.deepEqual(
    patches(world, 'rpm', 'Missing').map((row: { CVEIds?: string }) => row.CVEIds),
    ['CVE-0000-11'],
  );
  assert.ok(patches(world, 'deb', 'Missing').every((row: { CVEIds?: string }) => row.CVEIds === undefined));
  assert.ok(patches(world, 'rpm', 'InstalledOther').every((row: { CVEIds?: string }) => row.CVEIds === undefined));
});

test('trap 18: an install reports nothing missing, though a new fix is out; a scan does', () => {
  const world = testWorld(WEB, [DEBIAN]);
  run(world, ['web'], 'Install');
  world.pass(DAY);
  assert.deepEqual(patches(world, 'web', 'Missing'), []);
  run(world, ['web'], 'Scan');
  assert.deepEqual(titles(patches(world, 'web', 'Missing')), ['libssl3.amd64:3.0.14-1', 'openssl.amd64:3.0.14-1']);
});

test('trap 21: a scan of somebody else overwrites the patch state', () => {
  const world = testWorld(`${WEB}faults: [{ do: foreign-scan, after: 6h }]\n`, [DEBIAN]);
  const state = () =>
    world.call('DescribeInstancePatchStates', { InstanceIds: [world.host('web').id] }).InstancePatchStates[0];
  run(world, ['web'], 'Scan', { SnapshotId: ['11111111-2222-4333-a444-555555555555'] });
  assert.equal(state().SnapshotId, '11111111-2222-4333-a444-555555555555');
  const ours = state().MissingCount;
  world.pass(6 * HOUR);
  assert.notEqual(state().SnapshotId, '11111111-2222-4333-a444-555555555555');
  assert.match(state().BaselineId, /^arn:aws:ssm/);
  assert.notEqual(state().MissingCount, ours);
});

test('trap 8: without a reboot the patches wait, and the old kernel runs on until the next boot', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const before = world.host('web').running;
  run(world, ['web'], 'Install', { RebootOption: ['NoReboot'] });
  assert.deepEqual(world.host('web').running, before);
  assert.ok(patches(world, 'web', 'InstalledPendingReboot').length > 0);
  run(world, ['web'], 'Install'); // nothing to install, yet a reboot is pending
  assert.equal(world.host('web').running?.version, '6.1.90-1');
  assert.notEqual(world.host('web').running?.name, before?.name);
  run(world, ['web'], 'Scan');
  assert.deepEqual(patches(world, 'web', 'InstalledPendingReboot'), []);
});

test('a pinned source is approved, and not offered', () => {
  const pinned = WEB.replace('platform: DEBIAN_12,', 'platform: DEBIAN_12, pinned: [openssl],');
  const world = testWorld(pinned, [DEBIAN]);
  run(world, ['web'], 'Install');
  assert.equal(world.host('web').packages.get('openssl')?.version, '3.0.9-1');
  assert.equal(world.host('web').packages.get('curl')?.version, '7.88.1-11');
});

test('a failed install changes nothing and reports what failed', () => {
  const world = testWorld(`${WEB}faults: [{ do: install-fails, hosts: [web], exit: 2 }]\n`, [DEBIAN]);
  const before = world.host('web').packages;
  run(world, ['web'], 'Install');
  assert.equal(world.host('web').packages, before);
  assert.ok(patches(world, 'web', 'Failed').length > 0);
  assert.equal(world.host('web').runs[0]?.rebootedAt, null);
});

test('trap 20: a cumulative update takes the place of all before it', () => {
  const world = testWorld(`${START}fleet: [{ name: win, platform: WINDOWS_SERVER_2022 }]\n`, [WINDOWS]);
  run(world, ['win'], 'Scan');
  const [row, ...others] = patches(world, 'win', 'Missing');
  assert.deepEqual([row.KBId, row.CVEIds, others.length], ['KB9000002', 'CVE-0000-21', 0]);
});

test('trap 37: Windows reports what it offers and the baseline does not approve', () => {
  const world = testWorld(
    `${START}fleet: [{ name: win, platform: WINDOWS_SERVER_2022, tags: { PatchGroup: web } }]\n`,
    [WINDOWS],
  );
  world.pass(2 * DAY);
  run(world, ['win'], 'Scan');
  const [row, ...others] = patches(world, 'win', 'AvailableSecurityUpdate');
  assert.deepEqual([row.KBId, row.State, others.length], ['KB9000003', 'AVAILABLE_SECURITY_UPDATE', 0]);
  const [state] = world.call('DescribeInstancePatchStates', {
    InstanceIds: [world.host('win').id],
  }).InstancePatchStates;
  assert.deepEqual([state.AvailableSecurityUpdateCount, state.MissingCount], [1, 1]);
  world.pass(7 * DAY);
  run(world, ['win'], 'Scan');
  assert.deepEqual(patches(world, 'win', 'AvailableSecurityUpdate'), []);
});
