import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
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
