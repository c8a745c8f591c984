/** What a machine calls is judged, counted and struck by faults as all calls are, under the machine's role. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import {
  CreateStateMachineCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AwsFault, type Fake } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openSample } from '../../sample.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:sample-dev-notices';

async function run(name: string, Arguments: unknown, faults: EngineFault[] = [], fakes: Fake[] = []) {
  const rehearsal = await openSample({ faults, fakes });
  const answered: { caller: string; call: string; input: unknown }[] = [];
  const listen = (message: unknown) => answered.push(message as (typeof answered)[number]);
  subscribe('rehearsal:answered', listen);
  try {
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'T',
      States: { T: { Type: 'Task', Resource: `arn:aws:states:::${name}`, Arguments, End: true } },
    });
    const roleArn = 'arn:aws:iam::123456789012:role/any';
    await rehearsal.act('operator', async () => {
      const sfn = new SFNClient({});
      const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn }));
      await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'x' }));
    });
    await rehearsal.run(() => rehearsal.executions().every(({ status }) => status !== 'RUNNING'));
    const { status, output, error, cause, arn } = rehearsal.executions()[0] ?? {};
    const own = answered.filter(({ caller }) => caller === 'states:m');
    const { events = [] } = await rehearsal.act('operator', () =>
      new SFNClient({}).send(new GetExecutionHistoryCommand({ executionArn: arn })),
    );
    return { status, output, error, cause, own, events, calls: rehearsal.callsByCaller };
  } finally {
    unsubscribe('rehearsal:answered', listen);
    await rehearsal.close();
  }
}
const open = (value: unknown) => `{% ${JSON.stringify(value)} %}`; // not known before it runs

const refused: [string, string, unknown, string, RegExp][] = [
  [
    'an unknown member',
    'aws-sdk:ssm:getParameter',
    open({ Name: 'colour', Nope: 1 }),
    'States.Runtime',
    /#2\)\. The Arguments .* could not be used to start the Task: \[The field "Nope" is not supported by Step Functions\]/,
  ],
  [
    'a missing member',
    'aws-sdk:ssm:getParameter',
    open({}),
    'States.Runtime',
    /The field 'Name' is required but was missing/,
  ],
  [
    'another type',
    'sns:publish',
    open({ TopicArn: 1, Message: 'm' }),
    'States.Runtime',
    /The value for the field 'TopicArn' must be a STRING/,
  ],
  [
    'the case of the API',
    'aws-sdk:sfn:describeExecution',
    open({ executionArn: 'x' }),
    'States.Runtime',
    /"executionArn" is not supported/,
  ],
  [
    'a limit',
    'aws-sdk:sfn:listStateMachines',
    open({ MaxResults: 1001 }),
    'Sfn.SfnException',
    /'maxResults' failed to satisfy constraint.*\(Service: Sfn, Status Code: 400, Request ID: [0-9a-f-]{36}\)/,
  ],
  [
    'an error of the model',
    'aws-sdk:ssm:getParameter',
    { Name: 'nope' },
    'Ssm.ParameterNotFoundException',
    /no nope \(Service: Ssm, /,
  ],
  [
    'a topic that is not there',
    'sns:publish',
    { TopicArn: `${TOPIC}x`, Message: 'm' },
    'SNS.NotFoundException',
    /\(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; /,
  ],
  [
    'no entries',
    'events:putEvents',
    open({ Entries: [] }),
    'EventBridge.AmazonEventBridgeException',
    /'entries' failed to satisfy/,
  ],
  [
    'an entry that is refused',
    'events:putEvents',
    { Entries: [{ Source: 'aws.x', DetailType: 'd', Detail: {} }] },
    'EventBridge.FailedEntry',
    /NotAuthorizedForSource/,
  ],
];
for (const [what, name, given, code, words] of refused)
  test(`a machine's call is judged: ${what}`, async () => {
    const { status, error, cause } = await run(name, given);
    assert.deepEqual([status, error], ['FAILED', code], String(cause));
    assert.match(String(cause), words);
  });

test('what can be read before is refused when the machine is made', async () => {
  await assert.rejects(run('aws-sdk:ssm:getParameter', { Name: '{% $x %}', Nope: 1 }), {
    name: 'InvalidDefinition',
    message: /SCHEMA_VALIDATION_FAILED: The field "Nope" is not supported by Step Functions at \/States\/T\/Arguments/,
  });
  await assert.rejects(run('lambda:invoke', { Payload: {} }), { message: /'FunctionName' is required/ });
});

test('a machine’s calls are counted, and shown with what they asked', async () => {
  const { status, own, calls } = await run('sns:publish', { TopicArn: TOPIC, Message: { a: 1 } });
  assert.equal(status, 'SUCCEEDED');
  assert.equal(calls.get('states:m|sns.Publish'), 1);
  assert.deepEqual(
    own.map(({ call, input }) => [call, input]),
    [['sns.Publish', { TopicArn: TOPIC, Message: '{"a":1}' }]],
  );
});

for (const [fault, code] of [
  [{ do: 'throttle', operation: 'ssm.GetParameter', function: 'states' }, 'Ssm.SsmException'],
  [
    { do: 'fail-call', operation: 'ssm.*', error: 'ParameterNotFound', function: 'states:m' },
    'Ssm.ParameterNotFoundException',
  ],
  [{ do: 'lose-response', operation: 'ssm.GetParameter' }, 'Ssm.InternalServerErrorException'],
] as [EngineFault, string][])
  test(`a fault strikes a machine's call: ${fault.do}`, async () => {
    const { error } = await run('aws-sdk:ssm:getParameter', { Name: 'colour' }, [fault]);
    assert.equal(error, code);
  });

/** What the service answers, and what a task is told of it. */
const answering = (answer: () => unknown): Fake => ({ service: 'ssm', operations: { GetParameter: answer } });
const parameter = (bytes: number) => ({ Parameter: { Name: 'p', Value: 'x'.repeat(bytes) } });

for (const [what, name] of [
  ['of a call', 'aws-sdk:ssm:getParameter'],
  ['of a request with a token', 'aws-sdk:ssm:getParameter.waitForTaskToken'],
] as const)
  test(`a result ${what} over 256 KiB fails the task, and the history can still be read`, async () => {
    const Name = '{% $length($states.context.Task.Token) > 0 ? "p" : "p" %}'; // a token has to be handed to somebody
    const { error, events } = await run(name, { Name }, [], [answering(() => parameter(300_000))]);
    assert.equal(error, 'States.DataLimitExceeded');
    const [failed] = events.filter(({ type }) => type === 'TaskFailed');
    assert.match(
      failed?.taskFailedEventDetails?.cause ?? '',
      /^The state\/task 'T' returned a result with a size exceeding/,
    );
    assert.ok(!events.some(({ type }) => type === 'TaskSucceeded' || type === 'TaskSubmitted'));
  });

test('an error whose message is longer than AWS tells is told so far, and the history can still be read', async () => {
  const long = () => {
    throw new AwsFault('ParameterNotFound', 'n'.repeat(100_000));
  };
  const { cause, events } = await run('aws-sdk:ssm:getParameter', { Name: 'p' }, [], [answering(long)]);
  assert.equal(cause?.length, 32_768);
  assert.equal(events.at(-1)?.executionFailedEventDetails?.cause, cause);
});
