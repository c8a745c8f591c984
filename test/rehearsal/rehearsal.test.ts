import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { DAY, openSample, START } from './sample.ts';

test('a whole execution: three days of waiting take no time, a person answers', async () => {
  const rehearsal = await openSample();
  try {
    const arn = rehearsal.start('loop', 'first', { mode: 'well' });
    await rehearsal.run(() => rehearsal.logs.some(({ caller }) => caller === 'askSomebody'));
    assert.equal(rehearsal.clock.now(), START + 3 * DAY + 60_000);
    assert.equal(Date.now(), rehearsal.clock.now());
    const token = rehearsal.logs.find(({ caller }) => caller === 'askSomebody')?.line;
    await rehearsal.act('operator', () =>
      new SFNClient({}).send(new SendTaskSuccessCommand({ taskToken: token, output: '{"answer":"yes"}' })),
    );
    await rehearsal.run(() => rehearsal.executions().every(({ status }) => status !== 'RUNNING'));
    const execution = rehearsal.executions().find((one) => one.arn === arn);
    assert.equal(execution?.status, 'SUCCEEDED', String(execution?.cause));
    assert.deepEqual(execution?.output, { input: { answer: 'yes' }, name: 'first' });
    assert.deepEqual(execution?.states, ['LookAround', 'Soak', 'Child', 'Asked?', 'AskSomebody', 'Done']);
    assert.equal(rehearsal.inbox[0]?.body, 'first is green');
    assert.equal(rehearsal.calls.get('ssm.GetParameter'), 1);
    assert.equal(rehearsal.callsByCaller.get('lookAround|dynamodb.PutItem'), 1);
    assert.deepEqual([...rehearsal.evidence().keys()], ['first/look.json']);
    assert.deepEqual(rehearsal.logs[0], { caller: 'lookAround', line: '{"looked":"first"}' });
  } finally {
    await rehearsal.close();
  }
});

async function history(seed: number) {
  const faults: EngineFault[] = [
    { do: 'throttle', operation: 'ssm.GetParameter', times: 2 },
    { do: 'crash', function: 'lookAround' },
  ];
  const rehearsal = await openSample({ seed, faults });
  try {
    for (const name of ['a', 'b', 'c']) rehearsal.start('loop', name, { mode: 'well' });
    await rehearsal.run(() => rehearsal.executions().every(({ status }) => status !== 'RUNNING'));
    const evidence = [...rehearsal.evidence()].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]);
    return JSON.stringify([
      rehearsal.timeline,
      rehearsal.inbox,
      rehearsal.executions(),
      [...rehearsal.callsByCaller],
      rehearsal.logs,
      evidence,
    ]);
  } finally {
    await rehearsal.close();
  }
}

test('the same seed twice gives the same history, another seed another', async () => {
  const first = await history(1);
  assert.equal(first, await history(1));
  assert.notEqual(first, await history(2));
});

test('a person who never answers: the task times out after its day', async () => {
  const rehearsal = await openSample();
  try {
    rehearsal.start('loop', 'silent', { mode: 'well' });
    await rehearsal.run(() => rehearsal.executions().every(({ status }) => status !== 'RUNNING'));
    assert.deepEqual(rehearsal.executions()[0]?.output, { input: { answer: 'silence' }, name: 'silent' });
    assert.equal(rehearsal.clock.now(), START + 4 * DAY + 60_000);
    const token = rehearsal.logs.find(({ caller }) => caller === 'askSomebody')?.line;
    const late = rehearsal.act('operator', () =>
      new SFNClient({}).send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' })),
    );
    await assert.rejects(late, { name: 'TaskTimedOut' });
  } finally {
    await rehearsal.close();
  }
});

test('an act from inside a listener runs between the tasks', async () => {
  const rehearsal = await openSample();
  try {
    let answer: Promise<unknown> | null = null;
    rehearsal.on(({ kind, text }) => {
      if (kind !== 'log' || !text.startsWith('AQ')) return;
      answer = rehearsal.act('person', () =>
        new SFNClient({}).send(new SendTaskSuccessCommand({ taskToken: text, output: '"now"' })),
      );
    });
    rehearsal.start('loop', 'x', { mode: 'well' });
    await rehearsal.run(() => rehearsal.executions().every(({ status }) => status !== 'RUNNING'));
    await answer;
    assert.deepEqual(rehearsal.executions()[0]?.output, { input: 'now', name: 'x' });
    assert.equal(rehearsal.callsByCaller.get('person|states.SendTaskSuccess'), 1);
  } finally {
    await rehearsal.close();
  }
});

test('an act that fails rejects with its own error, one that sleeps for ever is given up, one inside a task is refused', async () => {
  const rehearsal = await openSample();
  try {
    await assert.rejects(
      rehearsal.act('operator', () => Promise.reject(new Error('mine'))),
      /mine/,
    );
    assert.equal(rehearsal.clock.now(), START);
    const asleep = () => new Promise((resolve) => setTimeout(resolve, 1e9));
    await assert.rejects(rehearsal.act('sleeper', asleep), /what sleeper does waits for something that never comes/);
    const nested = () => rehearsal.act('inner', () => Promise.resolve());
    await assert.rejects(rehearsal.act('outer', nested), /inner acts inside a task/);
  } finally {
    await rehearsal.close();
  }
});

test('one rehearsal at a time, and a service that cannot be rehearsed leaves the address free', async () => {
  const rehearsal = await openSample();
  await assert.rejects(openSample(), /another rehearsal is open/);
  await rehearsal.close();
  await assert.rejects(openSample({ serverless: 'nowhere.yml' }), /nowhere\.yml/);
  await (await openSample()).close();
});

test('the world is told of each state that is entered', async () => {
  const seen: string[] = [];
  const rehearsal = await openSample({ entered: (machine, state) => seen.push(`${machine} ${state}`) });
  try {
    rehearsal.start('child', 'x', { seconds: 1 });
    await rehearsal.run(() => seen.length === 2);
    assert.deepEqual(seen, ['child AwaitSeconds', 'child Ended']);
  } finally {
    await rehearsal.close();
  }
});
