import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AwsFault, type Rehearsal } from '#rehearsal/api.ts';
import { DAY, openSample, START } from './sample.ts';

const client = () => new SFNClient({});
const act = <T>(work: () => Promise<T>) => rehearsal.act('operator', work);
const answers: (() => unknown)[] = [];
let rehearsal: Rehearsal;
before(async () => {
  const GetParameter = () => answers.shift()?.() ?? { Parameter: { Name: 'again', Value: 'green' } };
  rehearsal = await openSample({ fakes: [{ service: 'ssm', operations: { GetParameter } }] });
});
after(() => rehearsal.close());

async function start(name: string, States: object, more: object = {}): Promise<string> {
  const StartAt = Object.keys(States)[0];
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States, ...more });
  const roleArn = 'arn:aws:iam::123456789012:role/any';
  return act(async () => {
    const made = await client().send(new CreateStateMachineCommand({ name, definition, roleArn }));
    const { stateMachineArn } = made;
    const begun = await client().send(new StartExecutionCommand({ stateMachineArn, name, input: '{"n":1}' }));
    return String(begun.executionArn);
  });
}

const status = (arn: string) => rehearsal.executions().find((one) => one.arn === arn)?.status;
const over = (arn: string) => rehearsal.run(() => status(arn) !== 'RUNNING');
const told = (executionArn: string) => act(() => client().send(new DescribeExecutionCommand({ executionArn })));
const redrive = (executionArn: string) => act(() => client().send(new RedriveExecutionCommand({ executionArn })));
const history = async (executionArn: string) => {
  const { events = [] } = await act(() => client().send(new GetExecutionHistoryCommand({ executionArn })));
  return events.map(({ type, previousEventId }) => `${previousEventId} ${type}`);
};

test('trap 46: a redrive runs on from the task that failed, with its input and what was assigned before', async () => {
  answers.push(() => {
    throw new AwsFault('InternalServerError', 'once', 500);
  });
  const arn = await start('fails', {
    First: { Type: 'Pass', Assign: { kept: '{% $states.input.n %}' }, Output: { n: 2 }, Next: 'Ask' },
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
      Arguments: { Name: 'again' },
      Output: {
        kept: '{% $kept %}',
        n: '{% $states.input.n %}',
        redrives: '{% $states.context.Execution.RedriveCount %}',
      },
      End: true,
    },
  });
  await over(arn);
  assert.deepEqual([(await told(arn)).status, (await told(arn)).redriveStatus], ['FAILED', 'REDRIVABLE']);
  await redrive(arn);
  await over(arn);
  const again = await told(arn);
  assert.deepEqual([again.status, again.redriveCount, again.error], ['SUCCEEDED', 1, undefined]);
  assert.deepEqual(JSON.parse(again.output ?? ''), { kept: 1, n: 2, redrives: 1 });
  assert.deepEqual((await history(arn)).slice(3), [
    '3 TaskStateEntered',
    '4 TaskScheduled',
    '5 TaskStarted',
    '6 TaskFailed',
    '7 ExecutionFailed',
    '8 ExecutionRedriven',
    '9 TaskScheduled',
    '10 TaskStarted',
    '11 TaskSucceeded',
    '12 TaskStateExited',
    '13 ExecutionSucceeded',
  ]);
});

test('a Fail state fails again, and the branches of a Map are not redriven', async () => {
  const failed = { Failed: { Type: 'Fail', Error: 'Broken' } };
  const arn = await start('again', failed);
  await over(arn);
  await redrive(arn);
  await over(arn);
  assert.deepEqual([(await told(arn)).error, (await told(arn)).redriveCount], ['Broken', 1]);
  const inMap = await start('map', {
    Each: { Type: 'Map', Items: [1], ItemProcessor: { StartAt: 'Failed', States: failed }, End: true },
  });
  await over(inMap);
  await assert.rejects(redrive(inMap), { message: /not rehearsed: a redrive of the branches of a Map/ });
});

test('a stopped execution is redriven from where it stood; its time-out begins anew', async () => {
  const wait = { Type: 'Wait', Seconds: 40, Next: 'Done' };
  const arn = await start('stopped', { Wait: wait, Done: { Type: 'Succeed' } }, { TimeoutSeconds: 60 });
  await act(() => client().send(new StopExecutionCommand({ executionArn: arn })));
  await over(arn);
  assert.equal(status(arn), 'ABORTED');
  await redrive(arn);
  assert.equal(status(arn), 'RUNNING');
  await assert.rejects(redrive(arn), { name: 'ExecutionNotRedrivable', message: /its status is RUNNING/ });
  await over(arn);
  assert.equal(status(arn), 'SUCCEEDED');
  await assert.rejects(redrive(arn), { name: 'ExecutionNotRedrivable', message: /its status is SUCCEEDED/ });
  assert.match((await told(arn)).redriveStatusReason ?? '', /SUCCEEDED/);
});

test('nothing is redriven after 14 days, nor what is not there', async () => {
  const arn = await start('old', { Failed: { Type: 'Fail', Error: 'Broken' } });
  await over(arn);
  await rehearsal.run(() => rehearsal.clock.now() > START + 15 * DAY, START + 16 * DAY);
  await assert.rejects(redrive(arn), { name: 'ExecutionNotRedrivable', message: /more than 14 days ago/ });
  await assert.rejects(redrive(`${arn}-other`), { name: 'ExecutionDoesNotExist' });
});
