/** EventBridge Scheduler by itself: when it calls, what it refuses, how often it tries, what it leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { Scheduler } from '#rehearsal/services/scheduler/scheduler.ts';

const START = Date.parse('2024-10-26T22:00:00.000Z');
const MINUTE = 60_000;
const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:work';
const ROLE = 'arn:aws:iam::123456789012:role/schedule';
const DEAD = 'arn:aws:sqs:eu-central-1:123456789012:dead';
const OFF = { Mode: 'OFF' as const };

function opened({ refuse, double = false }: { refuse?: (n: number) => AwsFault | null; double?: boolean } = {}) {
  const clock = new VirtualClock(START);
  const calls: { at: number; operation: string; input: Record<string, unknown> }[] = [];
  const dead: { body: string; attributes: Record<string, string> }[] = [];
  const scheduler = new Scheduler({
    clock,
    chance: chanceOf(1),
    account: '123456789012',
    region: 'eu-central-1',
    call: async (service, operation, input) => {
      calls.push({ at: clock.now(), operation: `${service}.${operation}`, input: input as Record<string, unknown> });
      const fault = refuse?.(calls.length);
      if (fault) throw fault;
      return {};
    },
    invoke: (arn, event) => calls.push({ at: clock.now(), operation: arn, input: event as Record<string, unknown> }),
    bury: (_arn, body, attributes) => dead.push({ body, attributes }),
    open: () => {},
    doubled: () => double,
    note: () => {},
  });
  /** Lets everything happen that is due until then. */
  const until = async (at: string) => {
    const end = Date.parse(at);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if ((clock.next() ?? end) >= end || !clock.step()) return;
    }
  };
  const times = () => calls.map(({ at }) => new Date(at).toISOString().slice(0, 19));
  const written = (more: object) => ({
    Name: 'one',
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: OFF,
    Target: { Arn: MACHINE, RoleArn: ROLE, Input: '{"n":1}' },
    ...more,
  });
  return { clock, scheduler, calls, dead, until, times, written };
}

test('a rate calls as soon as it is there, and then at its rate', async () => {
  const { scheduler, until, times, written, calls } = opened();
  scheduler.create(written({}));
  await until('2024-10-27T00:30:00Z');
  assert.deepEqual(times(), ['2024-10-26T22:00:00', '2024-10-26T23:00:00', '2024-10-27T00:00:00']);
  assert.deepEqual(calls[0]?.input, { stateMachineArn: MACHINE, input: '{"n":1}' });
});

test('StartDate and EndDate hold for rate and cron, not for at', async () => {
  const { scheduler, until, times, written } = opened();
  const dates = {
    StartDate: Date.parse('2024-10-27T01:30:00Z') / 1000,
    EndDate: Date.parse('2024-10-27T03:00:00Z') / 1000,
  };
  scheduler.create(written({ ...dates }));
  await until('2024-10-27T06:00:00Z');
  assert.deepEqual(times(), ['2024-10-27T01:30:00', '2024-10-27T02:30:00']);
  const once = opened();
  once.scheduler.create(once.written({ ScheduleExpression: 'at(2024-10-27T05:00:00)', ...dates }));
  await once.until('2024-10-28T00:00:00Z');
  assert.deepEqual(once.times(), ['2024-10-27T05:00:00']);
});

test('daylight saving: the hour that comes twice calls once, in the first of the two', async () => {
  const { scheduler, until, times, written } = opened();
  const ScheduleExpressionTimezone = 'Europe/Berlin';
  scheduler.create(written({ ScheduleExpression: 'cron(30 2 * * ? *)', ScheduleExpressionTimezone }));
  await until('2024-10-28T23:00:00Z');
  assert.deepEqual(times(), ['2024-10-27T00:30:00', '2024-10-28T01:30:00']);
});

test('within its flexible window, with the time that was scheduled', async () => {
  const { scheduler, until, calls, written } = opened();
  const Input = '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}';
  const Target = { Arn: DEAD.replace('dead', 'work'), RoleArn: ROLE, Input };
  scheduler.create(written({ Target, FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 } }));
  await until('2024-10-27T08:59:00Z');
  assert.equal(calls.length, 11);
  const late = calls.map(({ at }, n) => at - START - n * 60 * MINUTE);
  assert.ok(late.every((ms) => ms >= 0 && ms < 30 * MINUTE));
  assert.ok(new Set(late).size > 5, 'dispersed');
  assert.deepEqual(JSON.parse(String(calls[1]?.input.MessageBody)), {
    at: '2024-10-26T23:00:00Z',
    by: 'arn:aws:scheduler:eu-central-1:123456789012:schedule/default/one',
  });
});

test('at least once: what is doubled has two execution ids and one scheduled time', async () => {
  const { scheduler, until, calls, written } = opened({ double: true });
  const Input =
    '{"StateMachineArn":"m","Name":"<aws.scheduler.execution-id>","Input":"<aws.scheduler.scheduled-time>"}';
  const Target = { Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', RoleArn: ROLE, Input };
  scheduler.create(written({ ScheduleExpression: 'at(2024-10-27T05:00:00)', Target }));
  await until('2024-10-28T00:00:00Z');
  assert.deepEqual(
    calls.map(({ input }) => input.input),
    ['2024-10-27T05:00:00Z', '2024-10-27T05:00:00Z'],
  );
  assert.equal(new Set(calls.map(({ input }) => input.name)).size, 2);
  for (const { input } of calls) assert.match(String(input.name), /^[0-9a-f]{16}$/);
});

test('a refusal that may pass is tried again with growing pauses, each attempt with its own number', async () => {
  const refuse = (n: number) => (n <= 3 ? new AwsFault('ThrottlingException', 'Rate exceeded', 400) : null);
  const { scheduler, until, calls, dead, written } = opened({ refuse });
  const Target = { Arn: MACHINE, RoleArn: ROLE, Input: '{"try":"<aws.scheduler.attempt-number>"}' };
  scheduler.create(written({ ScheduleExpression: 'at(2024-10-27T05:00:00)', Target }));
  await until('2024-10-28T00:00:00Z');
  const pauses = calls.slice(1).map(({ at }, n) => (at - (calls[n]?.at ?? 0)) / 1000);
  assert.deepEqual(pauses, [1, 2, 4]);
  assert.deepEqual(
    calls.map(({ input }) => input.input),
    ['{"try":"1"}', '{"try":"2"}', '{"try":"3"}', '{"try":"4"}'],
  );
  assert.deepEqual(dead, []);
});

for (const [what, policy, fault, tries, condition] of [
  [
    'attempts',
    { MaximumRetryAttempts: 2 },
    new AwsFault('InternalServerError', 'sorry', 500),
    3,
    'MaximumRetryAttempts',
  ],
  [
    'time',
    { MaximumEventAgeInSeconds: 60 },
    new AwsFault('ThrottlingException', 'slow', 400),
    6, // 1 + 2 + 4 + 8 + 16 s of pauses; another 32 would be too late
    'MaximumEventAgeInSeconds',
  ],
  ['sense', {}, new AwsFault('StateMachineDoesNotExist', 'none', 400), 1, undefined],
] as const) {
  test(`out of ${what}: a dead letter with AWS's attributes`, async () => {
    const { scheduler, until, calls, dead, written } = opened({ refuse: () => fault });
    const Target = { Arn: MACHINE, RoleArn: ROLE, Input: '{}', RetryPolicy: policy, DeadLetterConfig: { Arn: DEAD } };
    scheduler.create(written({ ScheduleExpression: 'at(2024-10-27T05:00:00)', Target }));
    await until('2024-10-28T00:00:00Z');
    assert.equal(calls.length, tries);
    assert.equal(dead.length, 1);
    const { EXECUTION_ID, ...attributes } = dead[0]?.attributes ?? {};
    assert.match(String(EXECUTION_ID), /^[0-9a-f]{16}$/);
    assert.deepEqual(attributes, {
      ERROR_CODE: fault.code,
      ERROR_MESSAGE: fault.message,
      ...(condition && { EXHAUSTED_RETRY_CONDITION: condition }),
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: String(tries - 1),
      SCHEDULED_TIME: '2024-10-27T05:00:00Z',
      SCHEDULE_ARN: 'arn:aws:scheduler:eu-central-1:123456789012:schedule/default/one',
      TARGET_ARN: MACHINE,
    });
  });
}

for (const [what, more, words] of [
  [
    'a day that no year has',
    { ScheduleExpression: 'cron(0 3 30 2 ? *)' },
    /Invalid Schedule Expression cron\(0 3 30 2 \? \*\)/,
  ],
  ['a year that is over', { ScheduleExpression: 'cron(0 3 * * ? 2023)' }, /Invalid Schedule Expression/],
  ['a time that is over', { ScheduleExpression: 'at(2024-10-26T21:00:00)' }, /Invalid Schedule Expression/],
  ['five fields', { ScheduleExpression: 'cron(0 3 * * *)' }, /Invalid Schedule Expression/],
  ['seconds', { ScheduleExpression: 'rate(10 seconds)' }, /Invalid Schedule Expression/],
  ['no zone', { ScheduleExpressionTimezone: 'Europe/Nowhere' }, /Timezone Europe\/Nowhere/],
  ['an end before its start', { StartDate: 2e9, EndDate: 1.9e9 }, /EndDate/],
  ['a window without minutes', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
  [
    'a target that nobody plays',
    { Target: { Arn: 'arn:aws:ecs:eu-central-1:1:cluster/x', RoleArn: ROLE } },
    /not rehearsed/,
  ],
] as const) {
  test(`refused: ${what}`, () => {
    const { scheduler, clock, written } = opened();
    const refusal = (error: unknown) =>
      error instanceof AwsFault && error.code === 'ValidationException' && words.test(error.message);
    assert.throws(() => scheduler.create(written(more)), refusal);
    assert.equal(clock.next(), null, 'nothing is half made');
  });
}

test('made, listed, changed, switched off, deleted', async () => {
  const { scheduler, until, times, written } = opened();
  const { CreateSchedule, GetSchedule, ListSchedules, UpdateSchedule, DeleteSchedule } = scheduler.operations;
  for (const Name of ['b-2', 'a-1', 'b-1']) CreateSchedule(written({ Name, ScheduleExpression: 'cron(0 * * * ? *)' }));
  assert.throws(() => CreateSchedule(written({ Name: 'a-1' })), { code: 'ConflictException' });
  const first = ListSchedules({ MaxResults: 2 });
  assert.deepEqual(
    first.Schedules.map(({ Name }) => Name),
    ['a-1', 'b-1'],
  );
  const second = ListSchedules({ MaxResults: 2, NextToken: String(first.NextToken) });
  assert.deepEqual(
    second.Schedules.map(({ Name }) => Name),
    ['b-2'],
  );
  assert.throws(() => ListSchedules({ NamePrefix: 'b', NextToken: String(first.NextToken) }), {
    code: 'ValidationException',
  });
  UpdateSchedule({ ...written({ Name: 'a-1', ScheduleExpression: 'cron(0 * * * ? *)' }), State: 'DISABLED' });
  assert.equal(GetSchedule({ Name: 'a-1' }).State, 'DISABLED');
  assert.deepEqual(
    ListSchedules({ State: 'ENABLED' }).Schedules.map(({ Name }) => Name),
    ['b-1', 'b-2'],
  );
  DeleteSchedule({ Name: 'b-1' });
  assert.throws(() => GetSchedule({ Name: 'b-1' }), { code: 'ResourceNotFoundException' });
  assert.throws(() => GetSchedule({ Name: 'b-2', GroupName: 'other' }), { code: 'ResourceNotFoundException' });
  await until('2024-10-26T23:30:00Z');
  assert.deepEqual(times(), ['2024-10-26T23:00:00'], 'b-2 alone');
});

test('the same client token makes one schedule; what is done may delete itself', async () => {
  const { scheduler, until, written } = opened();
  const once = written({
    ScheduleExpression: 'at(2024-10-27T05:00:00)',
    ClientToken: 't',
    ActionAfterCompletion: 'DELETE',
  });
  assert.equal(scheduler.create(once), scheduler.create(once));
  await until('2024-10-28T00:00:00Z');
  assert.deepEqual(scheduler.operations.ListSchedules({}).Schedules, []);
});
