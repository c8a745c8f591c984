import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import type { Fake, Rehearsal } from '#rehearsal/api.ts';
import { openSample } from '../../sample.ts';

const roleArn = 'arn:aws:iam::123456789012:role/any';
const text = (states: object, more: object = {}) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more });
const pass = (output: unknown) => text({ A: { Type: 'Pass', Output: output, End: true } });

const seen: unknown[] = [];
const FINDING = {
  findingArn: `arn:aws:inspector2:eu-central-1:123456789012:finding/${'0'.repeat(32)}`,
  awsAccountId: '123456789012',
  type: 'PACKAGE_VULNERABILITY',
  description: 'a finding',
  remediation: {},
  severity: 'HIGH',
  firstObservedAt: new Date(0),
  lastObservedAt: new Date(0),
  status: 'ACTIVE',
  resources: [{ type: 'AWS_EC2_INSTANCE', id: 'i-0123456789abcdef0', tags: { group: 'web' } }],
};
const WHEN = new Date('2026-01-02T03:04:05Z');
const fakes: Fake[] = [
  {
    service: 'ssm',
    operations: {
      SendCommand: (input) => {
        seen.push(input);
        return { Command: { CommandId: '0'.repeat(36), RequestedDateTime: WHEN } };
      },
    },
  },
  {
    service: 'inspector2',
    operations: {
      ListFindings: (input) => {
        seen.push(input);
        return { findings: [FINDING] };
      },
    },
  },
];

let rehearsal: Rehearsal;
const client = () => new SFNClient({});
const act = <T>(work: () => Promise<T>) => rehearsal.act('operator', work);
before(async () => {
  rehearsal = await openSample({ fakes });
});
after(() => rehearsal.close());

async function create(name: string, definition: string): Promise<string> {
  const made = await act(() => client().send(new CreateStateMachineCommand({ name, definition, roleArn })));
  return String(made.stateMachineArn);
}

async function finished(stateMachineArn: string, input: unknown = {}) {
  const started = await act(() =>
    client().send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) })),
  );
  const { executionArn } = started;
  await rehearsal.run(() => rehearsal.executions().some((one) => one.arn === executionArn && one.status !== 'RUNNING'));
  return act(() => client().send(new DescribeExecutionCommand({ executionArn })));
}

test('a machine is made once: the same again is the same, another under its name is refused', async () => {
  const arn = await create('once', pass(1));
  assert.equal(await create('once', pass(1)), arn);
  await assert.rejects(create('once', pass(2)), { name: 'StateMachineAlreadyExists' });
  const told = await act(() => client().send(new DescribeStateMachineCommand({ stateMachineArn: arn })));
  assert.deepEqual([told.name, told.definition, told.type, told.status], ['once', pass(1), 'STANDARD', 'ACTIVE']);
});

test('an update holds for what starts after it', async () => {
  const arn = await create('updated', pass('old'));
  const before = await finished(arn);
  await act(() => client().send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: pass('new') })));
  const { executionArn } = before;
  const of = await act(() => client().send(new DescribeStateMachineForExecutionCommand({ executionArn })));
  assert.equal(of.definition, pass('old'));
  assert.equal((await finished(arn)).output, '"new"');
  await act(() => client().send(new DeleteStateMachineCommand({ stateMachineArn: arn })));
  await assert.rejects(finished(arn), { name: 'StateMachineDoesNotExist' });
});

const refused: [string, string, string, RegExp][] = [
  ['no JSON', '{', 'InvalidDefinition', /INVALID_JSON_DESCRIPTION/],
  ['JSONPath', JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }), 'InvalidDefinition', /JSONPath/],
  [
    'a distributed Map',
    text({
      A: {
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'I', States: { I: { Type: 'Succeed' } } },
        End: true,
      },
    }),
    'InvalidDefinition',
    /not rehearsed: a Map of mode DISTRIBUTED/,
  ],
  [
    'an operation that nobody plays',
    text({ A: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:deleteParameter', End: true } }),
    'InvalidDefinition',
    /not rehearsed: the resource/,
  ],
];
for (const [what, definition, name, message] of refused) {
  test(`refused when it is made: ${what}`, async () => {
    await assert.rejects(
      create('bad', definition),
      (error: Error) => error.name === name && message.test(error.message),
    );
    const told = await act(() => client().send(new ValidateStateMachineDefinitionCommand({ definition })));
    assert.equal(told.result, 'FAIL');
    assert.match(`${told.diagnostics?.[0]?.code}: ${told.diagnostics?.[0]?.message}`, message);
  });
}

test('a bad name, a bad role', async () => {
  await assert.rejects(create('a b', pass(1)), { name: 'InvalidName' });
  const command = new CreateStateMachineCommand({ name: 'r', definition: pass(1), roleArn: 'arn:aws:iam::1:user/u' });
  await assert.rejects(
    act(() => client().send(command)),
    { name: 'InvalidArn' },
  );
});

test('an ARN whose name no execution can have is none: it is not looked for', async () => {
  const arn = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:m:${name}`;
  const ask = (executionArn: string) => act(() => client().send(new DescribeExecutionCommand({ executionArn })));
  await assert.rejects(ask(arn('x'.repeat(80))), { name: 'ExecutionDoesNotExist' });
  for (const bad of [arn('x'.repeat(81)), arn('web servers-1'), 'arn:aws:states:eu-central-1:123456789012:execution:m'])
    await assert.rejects(ask(bad), { name: 'InvalidArn', message: `Invalid Arn: '${bad}'` });
});

test('lists are paged, and a token is good for its own list only', async () => {
  const first = await act(() => client().send(new ListStateMachinesCommand({ maxResults: 1 })));
  assert.equal(first.stateMachines?.length, 1);
  const { nextToken } = first;
  const second = await act(() => client().send(new ListStateMachinesCommand({ maxResults: 1, nextToken })));
  assert.notEqual(second.stateMachines?.[0]?.name, first.stateMachines?.[0]?.name);
  const stateMachineArn = await create('listed', pass(1));
  for (const token of [nextToken, 'nonsense']) {
    await assert.rejects(
      act(() => client().send(new ListExecutionsCommand({ stateMachineArn, nextToken: token }))),
      { name: 'InvalidToken' },
    );
  }
});

test('the SDK integrations: Pascal case in machines, text for times, errors with their prefix', async () => {
  const resource = (name: string) => `arn:aws:states:::aws-sdk:${name}`;
  const arn = await create(
    'sdk',
    text({
      A: {
        Type: 'Task',
        Resource: resource('ssm:sendCommand'),
        Arguments: { DocumentName: 'AWS-RunPatchBaseline' },
        Assign: { at: '{% $states.result.Command.RequestedDateTime %}' },
        Next: 'B',
      },
      B: {
        Type: 'Task',
        Resource: resource('inspector2:listFindings'),
        Arguments: { FilterCriteria: { Severity: [{ Comparison: 'EQUALS', Value: 'HIGH' }] } },
        Output: {
          severity: '{% $states.result.Findings[0].Severity %}',
          group: '{% $states.result.Findings[0].Resources[0].Tags.group %}',
          at: '{% $at %}',
        },
        Next: 'C',
      },
      C: {
        Type: 'Task',
        Resource: resource('sfn:describeExecution'),
        Arguments: { ExecutionArn: 'arn:aws:states:us-east-1:123456789012:execution:a:b' },
        Catch: [{ ErrorEquals: ['Sfn.ExecutionDoesNotExistException'], Output: '{% $states.input %}', Next: 'D' }],
        End: true,
      },
      D: { Type: 'Succeed' },
    }),
  );
  const { status, output, cause } = await finished(arn);
  assert.equal(status, 'SUCCEEDED', cause);
  assert.deepEqual(JSON.parse(String(output)), { severity: 'HIGH', group: 'web', at: '2026-01-02T03:04:05.000Z' });
  assert.deepEqual(seen, [
    { DocumentName: 'AWS-RunPatchBaseline' },
    { filterCriteria: { severity: [{ comparison: 'EQUALS', value: 'HIGH' }] } },
  ]);
});

test('the history: types, ids, the event before within a branch, both ways in pages', async () => {
  const branch = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } });
  const arn = await create('told', text({ P: { Type: 'Parallel', Branches: [branch('L'), branch('R')], End: true } }));
  const { executionArn } = await finished(arn, { n: 1 });
  const page = (more: object) => act(() => client().send(new GetExecutionHistoryCommand({ executionArn, ...more })));
  const { events = [] } = await page({});
  const row = ({ id, previousEventId, type }: HistoryEvent) => `${id} ${previousEventId} ${type}`;
  assert.deepEqual(events.map(row), [
    '1 0 ExecutionStarted',
    '2 0 ParallelStateEntered',
    '3 2 ParallelStateStarted',
    '4 3 PassStateEntered',
    '5 3 PassStateEntered',
    '6 4 PassStateExited',
    '7 5 PassStateExited',
    '8 7 ParallelStateSucceeded',
    '9 8 ParallelStateExited',
    '10 9 ExecutionSucceeded',
  ]);
  assert.equal(events[0]?.executionStartedEventDetails?.roleArn, roleArn);
  assert.equal(events[0]?.executionStartedEventDetails?.input, '{"n":1}');
  assert.equal(events[3]?.stateEnteredEventDetails?.name, 'L');
  const back: string[] = [];
  for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
    const answer = await page({ reverseOrder: true, maxResults: 4, ...(nextToken && { nextToken }) });
    back.push(...(answer.events ?? []).map(row));
    nextToken = answer.nextToken;
  }
  assert.deepEqual(back, events.map(row).reverse());
});
