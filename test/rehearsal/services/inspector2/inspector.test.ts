import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { DEBIAN, WINDOWS } from '../../fleet/small-data.ts';
import { DAY, HOUR, MINUTE, type TestWorld, testWorld } from '../../fleet/stage.ts';

const START = 'start: 2024-08-31T20:00:00Z\ndebianNames: binary\n';
const OWN = `baselines: [{ name: own, os: DEBIAN, groups: [web], rules: [{ filters: { PRIORITY: ['*'] }, enableNonSecurity: true }] }]\n`;
const WEB = `${START}${OWN}fleet: [{ name: web, platform: DEBIAN_12, tags: { PatchGroup: web } }]\n`;

const equals = (value: string) => [{ comparison: 'EQUALS', value }];

function findings(world: TestWorld, name: string, ...statuses: string[]) {
  const findingStatus = statuses.map((value) => ({ comparison: 'EQUALS', value }));
  const filterCriteria = { resourceId: equals(world.host(name).id), ...(statuses.length > 0 ? { findingStatus } : {}) };
  return world.call('ListFindings', { filterCriteria }).findings;
}

function ids(world: TestWorld, name: string, ...statuses: string[]): string[] {
  return findings(world, name, ...statuses)
    .map(
      (finding: { packageVulnerabilityDetails: { vulnerabilityId: string } }) =>
        finding.packageVulnerabilityDetails.vulnerabilityId,
    )
    .sort();
}

function coverage(world: TestWorld, name: string) {
  const filterCriteria = { resourceId: equals(world.host(name).id), scanType: equals('PACKAGE') };
  return world.call('ListCoverage', { filterCriteria }).coveredResources[0];
}

function install(world: TestWorld, name: string, RebootOption = 'RebootIfNeeded') {
  const Parameters = { Operation: ['Install'], RebootOption: [RebootOption] };
  world.call('SendCommand', { DocumentName: 'AWS-RunPatchBaseline', InstanceIds: [world.host(name).id], Parameters });
  world.pass(20 * MINUTE);
}

const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;

test('findings close at a look after the patch, not before', () => {
  const world = testWorld(WEB, [DEBIAN]);
  assert.deepEqual(ids(world, 'web', 'ACTIVE'), ['CVE-0000-1', 'CVE-0000-3', 'CVE-0000-4', 'CVE-0000-5']);
  install(world, 'web');
  world.pass(HOUR);
  assert.deepEqual(ids(world, 'web', 'ACTIVE'), ['CVE-0000-5']);
  assert.deepEqual(ids(world, 'web', 'CLOSED'), ['CVE-0000-1', 'CVE-0000-3', 'CVE-0000-4']);
});

test('without a look nothing closes, whatever was patched', () => {
  const world = testWorld(`${WEB}faults: [{ do: rescan-never }]\n`, [DEBIAN]);
  const before = coverage(world, 'web').lastScannedAt;
  install(world, 'web');
  world.pass(DAY);
  assert.equal(ids(world, 'web', 'ACTIVE').length, 4);
  assert.deepEqual(coverage(world, 'web').lastScannedAt, before);
  assert.equal(coverage(world, 'web').scanStatus.reason, 'SUCCESSFUL');
});

test('an inventory that is under way when looks stop is not evaluated any more', () => {
  const world = testWorld(`${WEB}faults: [{ do: rescan-never, on: { state: Soak } }]\n`, [DEBIAN]);
  install(world, 'web');
  const { Associations } = world.call('ListAssociations', {});
  const associationIds = Associations.map(({ AssociationId }: { AssociationId: string }) => AssociationId);
  const InstanceIds = [world.host('web').id];
  world.call('SendCommand', { DocumentName: 'AWS-RefreshAssociation', InstanceIds, Parameters: { associationIds } });
  world.pass(40_000); // the inventory is taken, its evaluation comes in a minute at the earliest
  world.world.entered('patchRing', 'Soak');
  world.pass(HOUR);
  assert.equal(ids(world, 'web', 'ACTIVE').length, 4);
});

test('trap 8: the kernel finding stays until the new kernel runs, with the packages that are still old', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const kernel = () =>
    findings(world, 'web', 'ACTIVE')
      .filter((each: { title: string }) => each.title.startsWith('CVE-0000-4'))
      .flatMap((each: { packageVulnerabilityDetails: { vulnerablePackages: { name: string }[] } }) =>
        each.packageVulnerabilityDetails.vulnerablePackages.map(({ name }) => name),
      );
  assert.deepEqual(kernel(), ['linux-libc-dev', 'linux-image-6.1.0-9-amd64']);
  install(world, 'web', 'NoReboot');
  world.pass(HOUR);
  assert.deepEqual(kernel(), ['linux-image-6.1.0-9-amd64']);
  install(world, 'web');
  world.pass(HOUR);
  assert.deepEqual(kernel(), []);
});

test('trap 8: findings of a stopped instance stay active, its coverage does not', () => {
  const world = testWorld(`${WEB}faults: [{ do: stop, hosts: [web], after: 1h }]\n`, [DEBIAN]);
  const before = ids(world, 'web', 'ACTIVE');
  world.pass(2 * DAY);
  assert.deepEqual(ids(world, 'web', 'ACTIVE'), before);
  assert.deepEqual(coverage(world, 'web').scanStatus, { statusCode: 'INACTIVE', reason: 'EC2_INSTANCE_STOPPED' });
});

test('trap 9: a discontinued system has a finding of its own that no patch closes', () => {
  const debian11 = { ...DEBIAN, platform: 'DEBIAN_11' };
  const world = testWorld(WEB.replace('DEBIAN_12', 'DEBIAN_11'), [debian11]);
  const endOfLife = () =>
    findings(world, 'web', 'ACTIVE').filter(({ title }: { title: string }) => /^Discontinued/.test(title));
  install(world, 'web');
  world.pass(HOUR);
  assert.deepEqual(
    endOfLife().map(({ severity }: { severity: string }) => severity),
    ['CRITICAL'],
  );
});

test('trap 10: a finding of a Python package outlives every patch', () => {
  const language = 'language: [{ manager: PIP, name: requests, version: 2.28.1 }], tags:';
  const world = testWorld(WEB.replace('tags:', language), [DEBIAN]);
  install(world, 'web');
  world.pass(HOUR);
  const [pip] = findings(world, 'web', 'ACTIVE').filter(({ title }: { title: string }) => title.includes('requests'));
  assert.equal(pip.packageVulnerabilityDetails.vulnerablePackages[0].packageManager, 'PIP');
});

test('a fix that comes out flips fixAvailable at the next look', () => {
  const world = testWorld(WEB, [DEBIAN]);
  world.pass(13 * HOUR + 30 * MINUTE); // 09:30: published at 09:00, fixed at 10:00
  const openssl = () => findings(world, 'web').find(({ title }: { title: string }) => title.startsWith('CVE-0000-2'));
  assert.equal(openssl().fixAvailable, 'NO');
  assert.equal(openssl().packageVulnerabilityDetails.vulnerablePackages[0].fixedInVersion, 'NotAvailable');
  world.pass(HOUR);
  assert.equal(openssl().fixAvailable, 'YES');
  assert.equal(openssl().packageVulnerabilityDetails.vulnerablePackages[0].fixedInVersion, '0:3.0.14-1');
});

test('a look for a new advisory is younger than the patch, and rests on an inventory from before it', () => {
  const agentless = WEB.replace('tags:', 'scanMode: EC2_AGENTLESS, tags:');
  const world = testWorld(agentless, [DEBIAN]);
  world.pass(12 * HOUR);
  install(world, 'web');
  const patched = world.host('web').runs[0]?.endedAt ?? Number.POSITIVE_INFINITY;
  world.pass(HOUR + 10 * MINUTE); // the advisory of 09:00
  const [truth] = world.world.truth();
  assert.ok((truth?.lastLook ?? 0) > patched, 'looked at after the patch');
  assert.ok((truth?.lastInventory ?? 0) < patched, 'on what was there before');
  assert.ok(ids(world, 'web', 'ACTIVE').includes('CVE-0000-1'), 'hence still active');
});

test('trap 23: AWS-RefreshAssociation on a host brings its look forward, of the inventory association only', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const { Associations } = world.call('ListAssociations', {});
  const id = (name: string) =>
    Associations.find((each: { AssociationName: string }) => each.AssociationName === name).AssociationId;
  const refresh = (association: string) =>
    world.call('SendCommand', {
      DocumentName: 'AWS-RefreshAssociation',
      InstanceIds: [world.host('web').id],
      Parameters: { associationIds: [association] },
    });
  const looked = () => +coverage(world, 'web').lastScannedAt;
  const rhythm = looked();
  passUntil(world, () => looked() !== rhythm);
  const last = looked(); // the next by itself is half an hour away
  refresh(id('InspectorDistributor-do-not-delete'));
  world.pass(6 * MINUTE);
  assert.equal(looked(), last);
  const InstanceId = world.host('web').id;
  const ranAt = () =>
    +world
      .call('DescribeInstanceAssociationsStatus', { InstanceId })
      .InstanceAssociationStatusInfos.find(({ AssociationName }: { AssociationName: string }) =>
        AssociationName.startsWith('InspectorInventory'),
      ).ExecutionDate;
  const before = ranAt();
  const sentAt = world.now();
  const { CommandId } = refresh(id('InspectorInventoryCollection-do-not-delete')).Command;
  const ended = () => world.call('ListCommands', { CommandId }).Commands[0]?.Status === 'Success';
  while (!ended()) world.pass(1000);
  assert.equal(ranAt(), before, 'the command answers before the association ran');
  world.pass(8 * MINUTE);
  assert.ok(ranAt() > sentAt && looked() > ranAt());
});

test('trap 19: suppressed, withdrawn and terminated ones leave ACTIVE though nothing was patched', () => {
  const faults = `faults:
  - { do: suppress, vulnerabilityId: CVE-0000-1, after: 1h }
  - { do: withdraw, vulnerabilityId: CVE-0000-3, after: 1h }
  - { do: terminate, hosts: [web], after: 2h }
`;
  const world = testWorld(WEB + faults, [DEBIAN]);
  world.pass(HOUR + 30 * MINUTE);
  assert.deepEqual(ids(world, 'web', 'SUPPRESSED'), ['CVE-0000-1']);
  assert.deepEqual(ids(world, 'web', 'CLOSED'), ['CVE-0000-3']);
  world.pass(HOUR);
  assert.deepEqual(ids(world, 'web', 'ACTIVE'), []);
  assert.equal(coverage(world, 'web'), undefined);
  world.pass(4 * DAY);
  assert.deepEqual(ids(world, 'web'), []);
});

test('a finding that comes back within a week keeps its ARN', () => {
  const world = testWorld(
    `${WEB}faults: [{ do: release, platform: DEBIAN_12, after: 2d, advisory: &a
    { vulnerabilityId: CVE-0000-1, source: openssl, fixedInVersion: 3.0.15-1, released: 2024-09-02T20:00:00Z, severity: HIGH } }]\n`,
    [DEBIAN],
  );
  const arn = () => findings(world, 'web').find(({ title }: { title: string }) => title.startsWith('CVE-0000-1'));
  const before = arn().findingArn;
  install(world, 'web');
  world.pass(HOUR);
  assert.equal(arn().status, 'CLOSED');
  world.pass(2 * DAY);
  assert.deepEqual([arn().status, arn().findingArn], ['ACTIVE', before]);
});

test('trap 20: the finding of one cumulative update closes as the next one opens, unpatched', () => {
  const world = testWorld(`${START}fleet: [{ name: win, platform: WINDOWS_SERVER_2022 }]\n`, [WINDOWS]);
  assert.deepEqual(ids(world, 'win', 'ACTIVE'), ['KB9000002']);
  world.pass(DAY);
  assert.deepEqual(ids(world, 'win', 'ACTIVE'), ['KB9000003']);
  assert.deepEqual(ids(world, 'win', 'CLOSED'), ['KB9000002']);
});

test('trap 20: Debian packages are named by source or by binary; one finding holds all of its packages', () => {
  const names = (how: string) => {
    const world = testWorld(WEB.replace('debianNames: binary', `debianNames: ${how}`), [DEBIAN]);
    const openssl = findings(world, 'web').find(({ title }: { title: string }) => title.startsWith('CVE-0000-1'));
    return openssl.packageVulnerabilityDetails.vulnerablePackages.map(
      ({ name, arch }: Record<string, string>) => `${name} ${arch}`,
    );
  };
  assert.deepEqual(names('binary'), ['openssl AMD64', 'libssl3 AMD64']);
  assert.deepEqual(names('source'), ['openssl ALL']);
});

test('trap 3: events tell times that are not ISO', () => {
  const world = testWorld(WEB, [DEBIAN]);
  world.pass(DAY);
  const [event] = world.events;
  assert.equal(event?.['detail-type'], 'Inspector2 Finding');
  assert.match(String(event?.detail.updatedAt), /^Sun Sep 01 09:\d\d:\d\d\.\d{3} UTC 2024$/);
});

test('trap 30: an empty list also means that Inspector is off', () => {
  const world = testWorld(`${WEB}faults: [{ do: inspector-off }]\n`, [DEBIAN]);
  assert.deepEqual(ids(world, 'web'), []);
  assert.equal(coverage(world, 'web'), undefined);
  assert.equal(world.call('BatchGetAccountStatus').accounts[0].resourceState.ec2.status, 'DISABLED');
});

test('coverage: stale inventory, no agent, an agent lost, and a network row beside each', () => {
  const fleet = `fleet:
  - { name: stale, platform: DEBIAN_12, inventory: stale }
  - { name: bare, platform: DEBIAN_12, agent: none }
  - { name: disk, platform: DEBIAN_12, agent: none, scanMode: EC2_AGENTLESS }
  - { name: lost, platform: DEBIAN_12 }
faults: [{ do: agent-lost, hosts: [lost], after: 1h }]
`;
  const world = testWorld(START + fleet, [DEBIAN]);
  const reasons = () => ['stale', 'bare', 'disk', 'lost'].map((name) => coverage(world, name).scanStatus.reason);
  assert.deepEqual(reasons(), ['STALE_INVENTORY', 'UNMANAGED_EC2_INSTANCE', 'SUCCESSFUL', 'SUCCESSFUL']);
  assert.deepEqual(ids(world, 'bare'), []);
  world.pass(8 * DAY);
  assert.equal(coverage(world, 'lost').scanStatus.reason, 'STALE_INVENTORY');
  assert.equal(world.call('ListCoverage', {}).coveredResources.length, 8);
});

test('filters take ten entries, pages a hundred, and a token is good for its own list', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const many = Array.from({ length: 11 }, () => equals('x')[0]);
  assert.throws(
    () => world.call('ListFindings', { filterCriteria: { resourceId: many } }),
    fault('ValidationException'),
  );
  assert.throws(() => world.call('ListFindings', { maxResults: 101 }), fault('ValidationException'));
  const { nextToken } = world.call('ListFindings', { maxResults: 2 });
  assert.equal(world.call('ListFindings', { maxResults: 2, nextToken }).findings.length, 2);
  const filterCriteria = { severity: equals('HIGH') };
  assert.throws(() => world.call('ListFindings', { nextToken, filterCriteria }), fault('ValidationException'));
});

test('the VM scanner looks every three hours, or when our own document starts it; elsewhere there is none to start', () => {
  const fleet = `fleet:
  - { name: vm, platform: DEBIAN_12, scanMode: EC2_INSPECTOR_AGENT_BASED }
  - { name: ssm, platform: DEBIAN_12 }
`;
  const world = testWorld(START + fleet, [DEBIAN]);
  world.world.addDocument('our-rescan');
  const send = (name: string) =>
    world.call('SendCommand', { DocumentName: 'our-rescan', InstanceIds: [world.host(name).id] }).Command.CommandId;
  const looked = () => +coverage(world, 'vm').lastScannedAt;
  const rhythm = looked();
  passUntil(world, () => looked() !== rhythm);
  const last = looked();
  const [vm, ssm] = [send('vm'), send('ssm')];
  world.pass(15 * MINUTE);
  assert.ok(looked() > last);
  const status = (CommandId: string) => world.call('ListCommands', { CommandId }).Commands[0].Status;
  assert.deepEqual([status(vm), status(ssm)], ['Success', 'Failed']);
  const again = looked();
  world.pass(HOUR);
  assert.equal(looked(), again);
  world.pass(2 * HOUR);
  assert.ok(looked() > again);
});

test('a restart, and other tags, make Inspector tell again of what is open: the same ARN, first observed as before', () => {
  const world = testWorld(WEB, [DEBIAN]);
  const hosts = ['web'];
  const first = new Map(
    findings(world, 'web', 'ACTIVE').map((each: { findingArn: string; firstObservedAt: Date }) => [
      each.findingArn,
      each.firstObservedAt.getTime(),
    ]),
  );
  for (const change of [
    () => world.world.apply({ do: 'retag', hosts, tags: { Team: 'a' } }),
    () => {
      world.world.apply({ do: 'stop', hosts });
      world.world.apply({ do: 'start', hosts });
    },
  ]) {
    world.events.splice(0);
    change();
    world.pass(6 * MINUTE);
    const events = world.events.filter(({ source }) => source === 'aws.inspector2');
    const told = events.map(({ detail }) => [detail.findingArn, Date.parse(String(detail.firstObservedAt))]);
    assert.deepEqual(new Map(told as [string, number][]), first);
    assert.deepEqual([...new Set(events.map(({ detail }) => detail.status))], ['ACTIVE']);
  }
});

/** Minute by minute; a day without it is a failure, not a test without an end. */
function passUntil(world: { pass(ms: number): void }, done: () => boolean): void {
  for (let minutes = 0; !done(); minutes++) {
    assert.ok(minutes < 24 * 60, 'nothing of it within a day');
    world.pass(MINUTE);
  }
}
