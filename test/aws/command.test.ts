import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patching } from '#aws/patching.ts';
import { all, error, wire } from './wire.ts';

const aws = await wire();
const seconds = (at: string) => Date.parse(at) / 1000;

const command = (CommandId: string, more: object = {}) => ({
  CommandId,
  Comment: 'campaign/canary/1',
  Status: 'Success',
  StatusDetails: 'Success',
  TargetCount: 3,
  RequestedDateTime: seconds('2026-03-01T02:00:00Z'),
  ...more,
});

const step = (Name: string, more: object = {}) => ({
  Name,
  Status: 'Success',
  StatusDetails: 'Success',
  ResponseCode: 0,
  ResponseStartDateTime: seconds('2026-03-01T02:00:00Z'),
  ResponseFinishDateTime: seconds('2026-03-01T02:10:00Z'),
  Output: 'done',
  ...more,
});

const skipped = (Name: string, at: string) =>
  step(Name, {
    ResponseFinishDateTime: seconds(at),
    Output: `Step execution skipped due to unsatisfied preconditions: '"StringEquals": [platformType, Windows]'. Step name: ${Name}`,
  });

const invoked = async (more: object) => {
  aws.answers({
    CommandInvocations: [{ CommandId: 'c', InstanceId: 'i-0', Status: 'Success', StatusDetails: 'Success', ...more }],
  });
  const [invocation] = await all(patching.invocations('c'));
  return invocation ?? assert.fail();
};

test('trap 18: a host’s end is that of its platform’s own step, not of a skipped one', async () => {
  const CommandPlugins = [
    skipped('PatchWindows', '2026-03-01T02:00:01Z'),
    step('PatchLinux', { ResponseCode: 156, Output: `${'x'.repeat(3000)}the end` }),
    skipped('PatchMacOS', '2026-03-01T02:11:00Z'),
  ];
  const invocation = await invoked({ Status: 'Failed', StatusDetails: 'Failed', CommandPlugins });
  assert.equal(invocation.exit, 156);
  assert.equal(invocation.startedAt, '2026-03-01T02:00:00.000Z');
  assert.equal(invocation.finishedAt, '2026-03-01T02:10:00.000Z');
  assert.equal(invocation.output.length, 1000);
  assert.match(invocation.output, /the end$/);
  assert.equal(aws.calls[0]?.body.Details, true);
});

test('trap 18: while the step runs, or reboots, there is neither exit nor end', async () => {
  const CommandPlugins = [step('PatchLinux', { Status: 'InProgress', ResponseCode: -1, Output: '' })];
  const invocation = await invoked({ Status: 'InProgress', StatusDetails: 'InProgress', CommandPlugins });
  assert.deepEqual([invocation.terminal, invocation.exit, invocation.finishedAt], [false, null, null]);
});

test('a document of one step is judged by that one', async () => {
  const plugins = [skipped('scanWindows', '2026-03-01T02:00:01Z'), step('scanLinux', { ResponseCode: 3 })];
  assert.equal((await invoked({ CommandPlugins: plugins })).exit, 3);
});

for (const [status, details, said, terminal] of [
  ['Success', 'Success', 'Success', true],
  ['Pending', 'Pending', 'Pending', false],
  ['Delayed', 'Delayed', 'Delayed', false],
  ['InProgress', 'In Progress', 'InProgress', false],
  ['Cancelling', 'Cancelling', 'Cancelling', false],
  ['TimedOut', 'Delivery Timed Out', 'DeliveryTimedOut', true],
  ['TimedOut', 'ExecutionTimedOut', 'ExecutionTimedOut', true],
  ['Failed', 'Undeliverable', 'Undeliverable', true],
  ['Failed', 'Terminated', 'Terminated', true],
  ['Failed', 'InvalidPlatform', 'InvalidPlatform', true],
  ['Failed', 'AccessDenied', 'AccessDenied', true],
] as const) {
  test(`trap 6: an invocation of status ${status}, ${details} is ${said}, ${terminal ? 'an end' : 'at work'}`, async () => {
    const invocation = await invoked({ Status: status, StatusDetails: details, CommandPlugins: [] });
    assert.deepEqual([invocation.status, invocation.terminal], [said, terminal]);
  });
}

for (const [spelt, said, terminal] of [
  ['Cancelled', 'Cancelled', true],
  ['Canceled', 'Cancelled', true],
  ['Canceling', 'Cancelling', false],
] as const) {
  test(`trap 7: ${spelt} is ${said}`, async () => {
    const invocation = await invoked({ Status: spelt, StatusDetails: spelt });
    assert.deepEqual([invocation.status, invocation.terminal], [said, terminal]);
  });
}

test('trap 5: a command is found by exactly its Comment, on any page, from before the instant on', async () => {
  aws.answers(
    { Commands: [command('other', { Comment: 'campaign/canary/10' })], NextToken: 'more' },
    { Commands: [command('ours')] },
  );
  const found = await all(patching.commandsByComment('campaign/canary/1', '2026-03-01T02:00:00.500Z'));
  assert.deepEqual(found, [
    {
      id: 'ours',
      comment: 'campaign/canary/1',
      status: 'Success',
      terminal: true,
      targets: 3,
      sentAt: '2026-03-01T02:00:00.000Z',
    },
  ]);
  assert.deepEqual(aws.calls[0]?.body.Filters, [{ key: 'InvokedAfter', value: '2026-03-01T01:59:59Z' }]);
});

test('trap 6: a command that met nobody says so, though it is a Success', async () => {
  aws.answers({ Commands: [command('c', { StatusDetails: 'NoInstancesInTag', TargetCount: 0 })] });
  const found = await patching.command('c');
  assert.deepEqual([found?.status, found?.targets], ['NoInstancesInTag', 0]);
});

test('a command that is not to be seen yet is none, and so are its invocations', async () => {
  aws.plays(() => error(400, 'InvalidCommandId'));
  assert.equal(await patching.command('c'), null);
  assert.deepEqual(await all(patching.invocations('c')), []);
  aws.answers({ Commands: [] });
  assert.equal(await patching.command('c'), null);
});

test('another refusal of a list is an error', async () => {
  aws.plays(() => error(400, 'AccessDeniedException'));
  await assert.rejects(all(patching.invocations('c')), { name: 'AwsRefused' });
});
