import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { DEBIAN } from '../../fleet/small-data.ts';
import { HOUR, MINUTE, type TestWorld, testWorld } from '../../fleet/stage.ts';

const START = 'start: 2024-08-31T20:00:00Z\n';
const FLEET = `${START}fleet:
  - { name: web, count: 3, platform: DEBIAN_12, tags: { PatchGroup: web } }
  - { name: gone, platform: DEBIAN_12, agent: offline }
  - { name: bare, platform: DEBIAN_12, agent: none }
  - { name: off, platform: DEBIAN_12, state: stopped }
`;

function send(world: TestWorld, names: string[], more: Record<string, unknown> = {}) {
  const InstanceIds = names.map((name) => world.host(name).id);
  const Parameters = { Operation: ['Install'] };
  const all = { MaxConcurrency: '100%', MaxErrors: '100%' };
  return world.call('SendCommand', { DocumentName: 'AWS-RunPatchBaseline', InstanceIds, Parameters, ...all, ...more })
    .Command;
}

function invocation(world: TestWorld, CommandId: string, name: string) {
  const { CommandInvocations } = world.call('ListCommandInvocations', { CommandId, Details: true });
  return CommandInvocations.find((each: { InstanceId: string }) => each.InstanceId === world.host(name).id);
}

const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;

test('trap 22: one host that takes no commands fails the whole call, and nothing is sent', () => {
  for (const bad of ['gone', 'bare', 'off']) {
    const world = testWorld(FLEET, [DEBIAN]);
    assert.throws(() => send(world, ['web-1', bad]), fault('InvalidInstanceId'));
    world.pass(HOUR);
    assert.equal(world.world.commands.length, 0);
    assert.equal(world.host('web-1').runs.length, 0);
  }
});

test('trap 22: at most 50 instances, none twice, a comment of at most 100 characters', () => {
  const world = testWorld(`${START}fleet: [{ name: web, count: 51, platform: DEBIAN_12 }]`, [DEBIAN]);
  const names = world.world.hosts.map(({ name }) => name);
  assert.throws(() => send(world, names), fault('ValidationException'));
  assert.throws(() => send(world, ['web-1', 'web-1']), fault('DuplicateInstanceId'));
  assert.throws(() => send(world, ['web-1'], { Comment: 'x'.repeat(101) }), fault('ValidationException'));
  assert.throws(() => send(world, ['web-1'], { DocumentName: 'AWS-RunShellScript' }), fault('InvalidDocument'));
  assert.equal(send(world, names.slice(0, 50)).TargetCount, 50);
});

test('trap 5: the same command sent twice patches twice', () => {
  const world = testWorld(FLEET, [DEBIAN]);
  const first = send(world, ['web-1'], { Comment: 'campaign/canary/1' });
  const second = send(world, ['web-1'], { Comment: 'campaign/canary/1' });
  assert.notEqual(first.CommandId, second.CommandId);
  world.pass(HOUR);
  assert.equal(world.host('web-1').runs.length, 2);
});

test('lists lag behind a send, and know it some seconds later', () => {
  const world = testWorld(FLEET, [DEBIAN]);
  const { CommandId } = send(world, ['web-1']);
  assert.deepEqual(world.call('ListCommands', { CommandId }).Commands, []);
  assert.throws(
    () => world.call('GetCommandInvocation', { CommandId, InstanceId: world.host('web-1').id }),
    fault('InvocationDoesNotExist'),
  );
  world.pass(10_000);
  assert.equal(world.call('ListCommands', { CommandId }).Commands.length, 1);
});

test('trap 18: the patch state ends before the reboot, the invocation after it', () => {
  const world = testWorld(FLEET, [DEBIAN]);
  const { CommandId } = send(world, ['web-1']);
  world.pass(HOUR);
  const plugins = invocation(world, CommandId, 'web-1').CommandPlugins;
  const linux = plugins.find(({ Name }: { Name: string }) => Name === 'PatchLinux');
  const [state] = world.call('DescribeInstancePatchStates', {
    InstanceIds: [world.host('web-1').id],
  }).InstancePatchStates;
  const { bootedAt } = world.host('web-1');
  assert.equal(linux.ResponseCode, 0);
  assert.ok(+state.OperationEndTime < bootedAt, 'reported before the boot');
  assert.ok(bootedAt < +linux.ResponseFinishDateTime, 'finished after the boot');
  assert.equal(state.MissingCount, 0);
});

test('steps of other platforms are skipped and report success', () => {
  const world = testWorld(`${FLEET}faults: [{ do: install-fails, hosts: [web-1], exit: 2 }]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1']);
  world.pass(HOUR);
  const { Status, CommandPlugins } = invocation(world, CommandId, 'web-1');
  const seen = CommandPlugins.map((plugin: Record<string, unknown>) => [
    plugin.Name,
    plugin.Status,
    plugin.ResponseCode,
  ]);
  assert.equal(Status, 'Failed');
  assert.deepEqual(seen, [
    ['PatchWindows', 'Success', 0],
    ['PatchLinux', 'Failed', 2],
    ['PatchMacOS', 'Success', 0],
  ]);
});

test('trap 6: with MaxErrors 100% a command of which every host failed is not Success', () => {
  const world = testWorld(`${FLEET}faults: [{ do: install-fails, hosts: [web], exit: 1 }]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1', 'web-2']);
  world.pass(HOUR);
  const [command] = world.call('ListCommands', { CommandId }).Commands;
  assert.deepEqual([command.StatusDetails, command.ErrorCount, command.TargetCount], ['Incomplete', 2, 2]);
});

test('a host whose agent falls silent in mid-patch stays InProgress until the total timeout', () => {
  const world = testWorld(`${FLEET}faults: [{ do: agent-lost, hosts: [web-1], during: install }]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1', 'web-2'], { TimeoutSeconds: 600 });
  world.pass(2 * HOUR);
  assert.equal(invocation(world, CommandId, 'web-2').StatusDetails, 'Success');
  assert.equal(invocation(world, CommandId, 'web-1').StatusDetails, 'InProgress');
  world.pass(15 * MINUTE);
  assert.equal(invocation(world, CommandId, 'web-1').StatusDetails, 'DeliveryTimedOut');
  const [run] = world.host('web-1').runs;
  assert.deepEqual([run?.endedAt, run?.installed], [null, []]);
});

test('a host that SSM still calls Online, yet is silent, never begins: delivery times out', () => {
  const world = testWorld(`${FLEET}faults: [{ do: agent-lost, hosts: [web-1], after: 1m }]\n`, [DEBIAN]);
  world.pass(2 * MINUTE);
  const { CommandId } = send(world, ['web-1'], { TimeoutSeconds: 600 });
  world.pass(11 * MINUTE);
  assert.equal(invocation(world, CommandId, 'web-1').StatusDetails, 'DeliveryTimedOut');
  assert.equal(world.host('web-1').runs.length, 0);
});

test('trap 29: managed nodes are the running ones with an agent; a lost agent turns ConnectionLost after minutes', () => {
  const world = testWorld(`${FLEET}faults: [{ do: agent-lost, hosts: [web-1], after: 1m }]\n`, [DEBIAN]);
  const pings = () =>
    world
      .call('DescribeInstanceInformation', { MaxResults: 50 })
      .InstanceInformationList.map((node: Record<string, unknown>) => [node.ComputerName, node.PingStatus]);
  const others = [
    ['web-2', 'Online'],
    ['web-3', 'Online'],
    ['gone', 'ConnectionLost'],
  ];
  world.pass(2 * MINUTE);
  assert.deepEqual(pings(), [['web-1', 'Online'], ...others]);
  world.pass(5 * MINUTE);
  assert.deepEqual(pings(), [['web-1', 'ConnectionLost'], ...others]);
  assert.equal(world.call('DescribeInstances', {}).Reservations.length, 6);
});

test('pages: a token belongs to its list, and too small a page is refused', () => {
  const world = testWorld(FLEET, [DEBIAN]);
  assert.throws(() => world.call('DescribeInstanceInformation', { MaxResults: 4 }), fault('ValidationException'));
  const { NextToken } = world.call('DescribeInstances', { MaxResults: 5 });
  assert.equal(world.call('DescribeInstances', { MaxResults: 5, NextToken }).Reservations.length, 1);
  const Filters = [{ Name: 'tag:PatchGroup', Values: ['web'] }];
  assert.throws(
    () => world.call('DescribeInstances', { MaxResults: 5, NextToken, Filters }),
    fault('InvalidNextToken'),
  );
});

test('MaxConcurrency holds hosts back, and one error more than MaxErrors ends the rest as Terminated', () => {
  const world = testWorld(`${FLEET}faults: [{ do: install-fails, hosts: [web], exit: 1 }]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1', 'web-2', 'web-3'], { MaxConcurrency: '1', MaxErrors: '0' });
  world.pass(MINUTE);
  const atWork = () => world.world.hosts.filter(({ runs }) => runs.length > 0).length;
  assert.equal(atWork(), 1);
  world.pass(HOUR);
  assert.equal(atWork(), 1);
  const { CommandInvocations } = world.call('ListCommandInvocations', { CommandId });
  const details = CommandInvocations.map(({ StatusDetails }: { StatusDetails: string }) => StatusDetails).sort();
  assert.deepEqual(details, ['Failed', 'Terminated', 'Terminated']);
  assert.equal(world.call('ListCommands', { CommandId }).Commands[0].StatusDetails, 'Failed');
});

test('an agent that comes back after the total timeout does not turn the invocation into a success', () => {
  const fault = '{ do: agent-lost, hosts: [web-1], during: reboot, back: 4h }';
  const world = testWorld(`${FLEET}faults: [${fault}]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1'], { TimeoutSeconds: 600 });
  world.pass(6 * HOUR);
  assert.equal(world.host('web-1').agent, 'online');
  assert.equal(invocation(world, CommandId, 'web-1').StatusDetails, 'DeliveryTimedOut');
});

test('trap 31: a cancelled command ends, and what runs on the host goes on to its end, its report and its reboot', () => {
  const world = testWorld(`${FLEET}faults: [{ do: cancelled, hosts: [web-1, web-2], after: 1m }]\n`, [DEBIAN]);
  const { CommandId } = send(world, ['web-1', 'web-2', 'web-3'], { MaxConcurrency: '1' });
  const first = () => ['web-1', 'web-2', 'web-3'].find((name) => world.host(name).runs.length > 0);
  world.pass(MINUTE);
  const [begun, waiting] = first() === 'web-1' ? ['web-1', 'web-2'] : ['web-2', 'web-1'];
  assert.equal(invocation(world, CommandId, begun).StatusDetails, 'Cancelling');
  assert.equal(invocation(world, CommandId, waiting).StatusDetails, 'Cancelled');
  assert.equal(world.call('ListCommands', { CommandId }).Commands[0].StatusDetails, 'Cancelling');
  world.pass(MINUTE);
  assert.equal(invocation(world, CommandId, begun).StatusDetails, 'Cancelled');
  assert.equal(world.host(begun).runs[0]?.endedAt, null, 'at work all the same');
  world.pass(HOUR);
  const [run] = world.host(begun).runs;
  assert.ok(run?.endedAt && run.rebootedAt && run.installed.length > 0);
  assert.equal(world.host(waiting).runs.length, 0, 'it never began');
  const InstanceIds = [world.host(begun).id];
  const [state] = world.call('DescribeInstancePatchStates', { InstanceIds }).InstancePatchStates;
  assert.equal(state.Operation, 'Install');
  assert.equal(invocation(world, CommandId, begun).StatusDetails, 'Cancelled');
});

test('StepTimeoutSeconds is a parameter of the patch document, from 1 to 36,000', () => {
  const world = testWorld(FLEET, [DEBIAN]);
  const sent = (StepTimeoutSeconds: string) =>
    send(world, ['web-1'], { Parameters: { Operation: ['Scan'], StepTimeoutSeconds: [StepTimeoutSeconds] } });
  for (const seconds of ['1', '7200', '36000']) assert.ok(sent(seconds).CommandId, seconds);
  for (const seconds of ['0', '36001', '40000', '100000', 'long'])
    assert.throws(() => sent(seconds), fault('InvalidParameters'), seconds);
});
