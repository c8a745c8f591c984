/** Mistakes over HTTP that the tables of the models do not hold: bodies that are no structure, depth inside a text, pages of every protocol. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { serveUntil } from '../../cli/serve/serve.ts';

const FLAGS = { port: 0, host: '127.0.0.1', scenario: 'default', policy: 'policy.yml', clock: 'virtual' };
const stop = new AbortController();
let served: Promise<void>;
let port = '';

before(async () => {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  served = serveUntil(stop.signal, { ...FLAGS, region: 'eu-central-1' }, (line) => {
    if (line.startsWith('patchwright serves ')) port = new URL(line.replace('patchwright serves ', '')).port;
    if (line.includes('  try ')) resolve();
  });
  served.catch(reject);
  await ready;
});
after(async () => {
  stop.abort();
  await served;
});

interface Raw {
  service: string;
  target?: string;
  method?: string;
  path?: string;
  body?: string;
}

function ask({ service, target, method = 'POST', path = '/', body = '' }: Raw) {
  const authorization = `AWS4-HMAC-SHA256 Credential=ANY/20240831/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, ...(target && { 'x-amz-target': `X.${target}` }) };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(await answer.toArray()).toString() }),
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const json = (value: unknown) => JSON.stringify(value);
const form = (value: Record<string, string>) => new URLSearchParams(value).toString();
const goesOn = async () =>
  assert.equal((await ask({ service: 'ssm', target: 'ListCommands', body: '{}' })).status, 200);

const TOKEN = 'b2YgYW5vdGhlciBsaXN0LzE';
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:patchwright-dev-notices';
const ROLE = 'arn:aws:iam::123456789012:role/x';
const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:patchwright-dev-campaign';
const EVIDENCE = '/patchwright-dev-evidence-123456789012-eu-central-1?list-type=2&';
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const EVENT = { id: '1', account: '1', source: 'a', time: '2024-01-01T00:00:00Z', region: 'x', resources: [] };
const deepEvent = json({ ...EVENT, 'detail-type': 'b' }).replace(/}$/, `,"detail":{"a":${DEEP}}}`);

const ec2 = (Action: string, more: Record<string, string>): Raw => ({
  service: 'ec2',
  body: form({ Action, ...more }),
});
const sns = (Action: string, more: Record<string, string>): Raw => ({
  service: 'sns',
  body: form({ Action, ...more }),
});
const json1 = (service: string, target: string, input: object): Raw => ({ service, target, body: json(input) });
const get = (service: string, path: string): Raw => ({ service, method: 'GET', path });

const NO_STRUCTURES = ['null', '[1]', '"x"', '1'].flatMap((body): [string, Raw, string][] => [
  ...(['ssm ListCommands', 'sqs ListQueues', 'states ListStateMachines', 'monitoring DescribeAlarms'] as const).map(
    (named): [string, Raw, string] => {
      const [service = '', target = ''] = named.split(' ');
      return [`${named}: a body that is ${body}`, { service, target, body }, 'SerializationException'];
    },
  ),
  [
    `inspector2: a body that is ${body}`,
    { service: 'inspector2', path: '/findings/list', body },
    'SerializationException',
  ],
  [`scheduler: a body that is ${body}`, { service: 'scheduler', path: '/schedules/x', body }, 'SerializationException'],
]);
const PAGES: [string, Raw, string][] = [
  ...['DescribeInstances', 'DescribeTags'].flatMap((action): [string, Raw, string][] => [
    [`${action}: pages of 4`, ec2(action, { MaxResults: '4' }), 'InvalidParameterValue'],
    [`${action}: pages of 1001`, ec2(action, { MaxResults: '1001' }), 'InvalidParameterValue'],
    [`${action}: a token of another list`, ec2(action, { NextToken: TOKEN }), 'InvalidNextToken'],
  ]),
  ...['ListTopics', 'ListSubscriptions', 'ListSubscriptionsByTopic'].map((action): [string, Raw, string] => [
    `${action}: a token of another list`,
    sns(action, { NextToken: TOKEN, ...(action.endsWith('ByTopic') && { TopicArn: TOPIC }) }),
    'InvalidParameter',
  ]),
  ...['DescribeAlarms', 'DescribeAlarmHistory'].flatMap((target): [string, Raw, string][] => [
    [`${target}: pages of 0`, json1('monitoring', target, { MaxRecords: 0 }), 'ValidationError'],
    [`${target}: pages of 101`, json1('monitoring', target, { MaxRecords: 101 }), 'ValidationError'],
    [`${target}: a token of another list`, json1('monitoring', target, { NextToken: TOKEN }), 'InvalidNextToken'],
  ]),
  ...['MaxResults=0', 'MaxResults=101', `NextToken=${TOKEN}`].map((query): [string, Raw, string] => [
    `ListSchedules: ${query}`,
    get('scheduler', `/schedules?${query}`),
    'ValidationException',
  ]),
  ['ListQueues: pages of 1001', json1('sqs', 'ListQueues', { MaxResults: 1001 }), 'InvalidParameterValue'],
  ['ListQueues: a token', json1('sqs', 'ListQueues', { MaxResults: 9, NextToken: TOKEN }), 'InvalidParameterValue'],
  ...['max-keys=-1', 'max-keys=x', `continuation-token=${TOKEN}`].map((query): [string, Raw, string] => [
    `ListObjectsV2: ${query}`,
    get('s3', EVIDENCE + query),
    'InvalidArgument',
  ]),
];
const OTHERS: [string, Raw, string][] = [
  [
    'TestEventPattern: an event nested too deep',
    json1('events', 'TestEventPattern', { EventPattern: '{"source":["a"]}', Event: deepEvent }),
    'SerializationException',
  ],
  [
    'CreateStateMachine: a definition nested too deep',
    json1('states', 'CreateStateMachine', { name: 'deep', roleArn: ROLE, definition: DEEP }),
    'InvalidDefinition',
  ],
  [
    'UpdateStateMachine: a definition with a fault',
    json1('states', 'UpdateStateMachine', {
      stateMachineArn: MACHINE,
      definition: json({ QueryLanguage: 'JSONata', StartAt: 'B', States: { A: { Type: 'Succeed' } } }),
    }),
    'InvalidDefinition',
  ],
  ['scheduler: a body nested too deep', { service: 'scheduler', path: '/schedules/x', body: DEEP }, 'Serialization'],
];

for (const [what, raw, code] of [...NO_STRUCTURES, ...PAGES, ...OTHERS])
  test(what, async () => {
    const answer = await ask(raw);
    assert.equal(answer.status, 400, answer.body.slice(0, 300));
    assert.match(answer.body, new RegExp(`(__type":"|<Code>)${code}`));
    await goesOn();
  });

test('PutEvents: a detail nested too deep is malformed, and the entry beside it is put', async () => {
  const entry = { Source: 'a', DetailType: 'b' };
  const Entries = [
    { ...entry, Detail: `{"a":${DEEP}}` },
    { ...entry, Detail: '{}' },
  ];
  const { body } = await ask(json1('events', 'PutEvents', { Entries }));
  const told = JSON.parse(body);
  assert.equal(told.FailedEntryCount, 1, body.slice(0, 300));
  assert.equal(told.Entries[0].ErrorCode, 'MalformedDetail');
  assert.match(told.Entries[1].EventId, /./);
  await goesOn();
});

test('SQS: a message and a batch over 1 MiB', async () => {
  const { QueueUrl } = JSON.parse((await ask(json1('sqs', 'CreateQueue', { QueueName: 'large' }))).body);
  const message = await ask(json1('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x'.repeat(1_048_577) }));
  assert.match(message.body, /InvalidParameterValue/);
  const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: `${at}`, MessageBody: 'x'.repeat(104_858) }));
  const batch = await ask(json1('sqs', 'SendMessageBatch', { QueueUrl, Entries }));
  assert.equal(batch.status, 400);
  assert.match(batch.body, /BatchRequestTooLong/);
  assert.deepEqual(JSON.parse((await ask(json1('sqs', 'ReceiveMessage', { QueueUrl }))).body), {});
  await goesOn();
});
