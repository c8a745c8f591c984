/** What may go wrong between the product and AWS, as scenarios ask for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rehearsal } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { DAY, openSample, START } from '../sample.ts';

async function rehearse<T>(
  faults: EngineFault[],
  look: (rehearsal: Rehearsal) => Promise<T>,
  mode = 'well',
): Promise<T> {
  const rehearsal = await openSample({ faults });
  try {
    rehearsal.start('loop', 'x', { mode });
    return await look(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

const execution = (rehearsal: Rehearsal, name = 'x') => rehearsal.executions().find((one) => one.name === name);
const soaking = (rehearsal: Rehearsal) => () => execution(rehearsal)?.states.includes('Soak') === true;
const ended = (rehearsal: Rehearsal) => () => execution(rehearsal)?.status !== 'RUNNING';

test('throttle: the client retries, in virtual time', () =>
  rehearse([{ do: 'throttle', operation: 'ssm.GetParameter', times: 2 }], async (rehearsal) => {
    await rehearsal.run(soaking(rehearsal));
    assert.equal(rehearsal.calls.get('ssm.GetParameter'), 3);
    assert.ok(rehearsal.clock.now() > START);
    assert.equal(rehearsal.timeline.filter(({ kind }) => kind === 'fault').length, 2);
  }));

test('lose-response: the call took effect, its answer never came', () =>
  rehearse([{ do: 'lose-response', operation: 'sns.Publish' }], async (rehearsal) => {
    await rehearsal.run(soaking(rehearsal));
    assert.equal(rehearsal.inbox.length, 2);
  }));

test('unsubscribe: the message goes out, and nobody gets it', async () => {
  const heard = (topic: string) =>
    rehearse([{ do: 'unsubscribe', topic }], async (rehearsal) => {
      await rehearsal.run(soaking(rehearsal));
      assert.equal(rehearsal.calls.get('sns.Publish'), 1);
      return rehearsal.inbox.length;
    });
  assert.deepEqual([await heard('notices'), await heard('others')], [0, 1]);
});

test('lose-response: also of DynamoDB', () =>
  rehearse([{ do: 'lose-response', operation: 'dynamodb.PutItem' }], async (rehearsal) => {
    await rehearsal.run(soaking(rehearsal));
    assert.equal(rehearsal.calls.get('dynamodb.PutItem'), 2);
  }));

test('fail-call with an error of AWS ends the function, under that name', () =>
  rehearse([{ do: 'fail-call', operation: 's3.PutObject', error: 'AccessDenied' }], async (rehearsal) => {
    await rehearsal.run(ended(rehearsal));
    assert.deepEqual([execution(rehearsal)?.status, execution(rehearsal)?.error], ['FAILED', 'AccessDenied']);
  }));

test('fail-call on all of a service, for as long as it lasts', () =>
  rehearse([{ do: 'fail-call', operation: 'ssm.*', error: 'AccessDenied', lastsMs: 60_000 }], async (rehearsal) => {
    await rehearsal.run(ended(rehearsal));
    rehearsal.start('loop', 'y', { mode: 'well' });
    await rehearsal.run(() => execution(rehearsal, 'y')?.status !== 'RUNNING');
    assert.deepEqual([execution(rehearsal)?.error, execution(rehearsal, 'y')?.error], ['AccessDenied', 'AccessDenied']);
    await rehearsal.run(() => rehearsal.clock.now() >= START + 60_000);
    rehearsal.start('loop', 'z', { mode: 'well' });
    await rehearsal.run(() => execution(rehearsal, 'z')?.states.includes('Soak') === true);
  }));

test('fail-call strikes only the caller that it names', () =>
  rehearse(
    [{ do: 'fail-call', operation: 'ssm.GetParameter', error: 'AccessDenied', function: 'somebodyElse', times: 9 }],
    async (rehearsal) => {
      await rehearsal.run(soaking(rehearsal));
      assert.equal(rehearsal.calls.get('ssm.GetParameter'), 1);
    },
  ));

test('crash: the work is done, the answer is lost, Step Functions tries again', () =>
  rehearse([{ do: 'crash', function: 'lookAround' }], async (rehearsal) => {
    await rehearsal.run(soaking(rehearsal));
    assert.equal(rehearsal.inbox.length, 2);
  }));

test('hang: Sandbox.Timedout after the function’s own timeout', () =>
  rehearse([{ do: 'hang', function: 'lookAround', times: 3 }], async (rehearsal) => {
    await rehearsal.run(ended(rehearsal));
    assert.equal(execution(rehearsal)?.error, 'Sandbox.Timedout');
    assert.ok(rehearsal.clock.now() >= START + 60_000);
  }));

test('trap 45, lose-answer: the work is done, nobody is told, and the Task ends in States.Timeout', () =>
  rehearse([{ do: 'lose-answer', function: 'lookAround', times: 9 }], async (rehearsal) => {
    await rehearsal.run(ended(rehearsal));
    assert.equal(rehearsal.inbox.length, 1);
    assert.equal(execution(rehearsal)?.error, 'States.Timeout');
  }));

test('a handler that sleeps too long is cut off at its timeout', () =>
  rehearse(
    [],
    async (rehearsal) => {
      await rehearsal.run(ended(rehearsal));
      assert.equal(execution(rehearsal)?.error, 'Sandbox.Timedout');
      assert.ok(rehearsal.clock.now() < START + 120_000);
    },
    'stuck',
  ));

test('a thrown error has its name, its message and stack as JSON', () =>
  rehearse(
    [],
    async (rehearsal) => {
      await rehearsal.run(ended(rehearsal));
      const { error, cause } = execution(rehearsal) ?? {};
      assert.equal(error, 'Refused');
      assert.deepEqual(Object.keys(JSON.parse(cause ?? '')).sort(), ['errorMessage', 'errorType', 'trace']);
    },
    'throw',
  ));

test('abort-execution on a state: its child ends too, and the rule hears of both', () =>
  rehearse([{ do: 'abort-execution', on: { state: 'Child' } }], async (rehearsal) => {
    await rehearsal.run(() => rehearsal.logs.some(({ line }) => line === 'yes aws.states x'));
    assert.equal(execution(rehearsal)?.status, 'ABORTED');
    assert.equal(execution(rehearsal, 'x-child'), undefined);
  }));

test('abort-execution by time: a running child is stopped with its parent', () =>
  rehearse([{ do: 'abort-execution', at: START + 3 * DAY + 30_000, execution: 'loop' }], async (rehearsal) => {
    await rehearsal.run(() => rehearsal.logs.filter(({ line }) => line.startsWith('yes aws.states')).length === 2);
    assert.deepEqual([execution(rehearsal)?.status, execution(rehearsal, 'x-child')?.status], ['ABORTED', 'ABORTED']);
  }));

test('lose-events: nobody hears of the end', () =>
  rehearse([{ do: 'abort-execution', on: { state: 'Soak' } }, { do: 'lose-events' }], async (rehearsal) => {
    await rehearsal.run(() => rehearsal.clock.now() > START + DAY / 2);
    assert.ok(!rehearsal.logs.some(({ line }) => line.startsWith('yes aws.states')));
  }));

test('double-events: told twice', () =>
  rehearse(
    [
      { do: 'abort-execution', on: { state: 'Soak' } },
      { do: 'double-events', operation: 'aws.states' },
    ],
    async (rehearsal) => {
      await rehearsal.run(() => rehearsal.clock.now() > START + DAY / 2);
      assert.equal(rehearsal.logs.filter(({ line }) => line.startsWith('yes aws.states')).length, 2);
    },
  ));

test('double-mail: the same message twice, under one id', () =>
  rehearse([{ do: 'double-mail' }], async (rehearsal) => {
    await rehearsal.run(() => rehearsal.inbox.length === 2);
    assert.equal(rehearsal.inbox[0]?.messageId, rehearsal.inbox[1]?.messageId);
  }));

test('duplicate-start: a second execution with the same input', () =>
  rehearse([{ do: 'duplicate-start', on: { state: 'LookAround' } }], async (rehearsal) => {
    await rehearsal.run(() => execution(rehearsal, 'x-again')?.states.includes('Soak') === true);
    assert.deepEqual(execution(rehearsal, 'x-again')?.input, { mode: 'well' });
  }));

test('the schedule of a function runs it day by day', () =>
  rehearse([], async (rehearsal) => {
    await rehearsal.run(() => rehearsal.clock.now() > START + 2.5 * DAY, START + 3 * DAY);
    assert.equal(rehearsal.logs.filter(({ line }) => line === 'yes aws.events').length, 2);
  }));
