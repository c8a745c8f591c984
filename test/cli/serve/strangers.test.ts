/** What a stranger may send by mistake, over HTTP: AWS's error each time, and the server goes on. Table-driven from AWS's models. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { ServiceName } from '#rehearsal/api.ts';
import { modelOf } from '#rehearsal/models/model.ts';
import played from '#rehearsal/models/operations.json' with { type: 'json' };
import { serveUntil } from '../../../cli/serve/serve.ts';

const FLAGS = { port: 0, host: '127.0.0.1', scenario: 'default', policy: 'policy.yml', clock: 'virtual' };
const stop = new AbortController();
let served: Promise<void>;
let port = '';

before(async () => {
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  served = serveUntil(stop.signal, { ...FLAGS, region: 'eu-central-1' }, (line) => {
    if (line.startsWith('patchwright serves ')) port = new URL(line.replace('patchwright serves ', '')).port;
    if (line.includes('  try ')) resolve(line);
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
  body?: string | Buffer;
}

function ask({
  service,
  target,
  method = 'POST',
  path = '/',
  body = '',
}: Raw): Promise<{ status: number; body: string }> {
  const authorization = `AWS4-HMAC-SHA256 Credential=ANY/20240831/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, ...(target && { 'x-amz-target': `X.${target}` }) };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, async (answer) => {
      const bytes = Buffer.concat(await answer.toArray());
      resolve({ status: answer.statusCode ?? 0, body: bytes.toString() });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Time of the wall: the server's goes by with it. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
const json = (value: unknown) => JSON.stringify(value);
const call = (service: string, target: string, input: object) => ask({ service, target, body: json(input) });

/** Refused with this code and these words; and whoever comes next is served. */
async function refused(raw: Raw, code: RegExp, words = /./): Promise<void> {
  const answer = await ask(raw);
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.body.slice(0, 300)}`);
  assert.match(answer.body, code);
  assert.match(answer.body, words);
  assert.doesNotMatch(answer.body, /RehearsalDefect/);
  assert.equal((await call('ssm', 'ListCommands', {})).status, 200);
}

/** Operations of the JSON protocols that give pages: service, operation, names of its two members, the most that it gives. */
const INSPECTOR: Record<string, string> = {
  ListFindings: '/findings/list',
  ListCoverage: '/coverage/list',
  ListFilters: '/filters/list',
};
const paged = (['ssm', 'states', 'inspector2'] as const).flatMap((service) =>
  played[service].flatMap((operation) => {
    const model = modelOf(service as ServiceName);
    const { members = {}, required = [] } = model?.shapes[model.operations[operation]?.input ?? ''] ?? {};
    const size = Object.keys(members).find((name) => /^maxResults$/i.test(name));
    const token = Object.keys(members).find((name) => /^nextToken$/i.test(name));
    const most = model?.shapes[members[size ?? ''] ?? '']?.max;
    return size && token && most ? [{ service, operation, size, token, most, isFree: required.length === 0 }] : [];
  }),
);
const raw = (service: string, operation: string, input: object): Raw =>
  service === 'inspector2'
    ? { service, path: INSPECTOR[operation] ?? '/nowhere', body: json(input) }
    : { service, target: operation, body: json(input) };

test('the models name enough lists to try', () => assert.ok(paged.length >= 15, String(paged.length)));

for (const { service, operation, size, token, most, isFree } of paged) {
  test(`${service}.${operation}: a page of ${most + 1}`, () =>
    refused(raw(service, operation, { [size]: most + 1 }), /ValidationException/, /maxResults/i));
  if (isFree)
    test(`${service}.${operation}: a token of another list`, () =>
      refused(
        raw(service, operation, { [token]: 'b2YgYW5vdGhlciBsaXN0LzE' }),
        /InvalidNextToken|InvalidToken|ValidationException/,
        /token/i,
      ));
}

const DEEP = 100_000;
const ARN = 'arn:aws:states:eu-central-1:123456789012:stateMachine:patchwright-dev-campaign';
const topic = 'arn:aws:sns:eu-central-1:123456789012:patchwright-dev-notices';
const form = (value: Record<string, string>) => new URLSearchParams(value).toString();
const at = (expression: string) =>
  json({
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: ARN, RoleArn: 'arn:aws:iam::123456789012:role/x' },
  });
for (const [what, given, code, words] of [
  [
    'a body nested too deep',
    { service: 'ssm', target: 'ListCommands', body: `{"Filters":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}` },
    /SerializationException|ValidationException/,
  ],
  [
    'a document nested too deep',
    {
      service: 'events',
      target: 'TestEventPattern',
      body: json({ EventPattern: `${'{"a":'.repeat(DEEP)}["b"]${'}'.repeat(DEEP)}`, Event: '{}' }),
    },
    /InvalidEventPatternException|ValidationException/,
  ],
  [
    'a form nested too deep',
    { service: 'ec2', body: `Action=DescribeInstances&Filter${'.1'.repeat(5000)}=x` },
    /InvalidParameter|UnknownParameter|Malformed|SerializationException/,
  ],
  ['a form that is none', { service: 'sns', body: '%%%=%zz&&&=' }, /<Code>/],
  [
    'a mail over 256 KiB',
    { service: 'sns', body: form({ Action: 'Publish', TopicArn: topic, Message: 'x'.repeat(262_145) }) },
    /InvalidParameter/,
    /too long/i,
  ],
  [
    'a definition over 1 MiB',
    {
      service: 'states',
      target: 'CreateStateMachine',
      body: json({ name: 'big', definition: 'x'.repeat(1_048_577), roleArn: 'arn:aws:iam::123456789012:role/x' }),
    },
    /ValidationException/,
    /definition/,
  ],
  [
    'a definition with a fault',
    {
      service: 'states',
      target: 'CreateStateMachine',
      body: json({
        name: 'odd',
        definition: '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}',
        roleArn: 'arn:aws:iam::123456789012:role/x',
      }),
    },
    /InvalidDefinition/,
    /MISSING_TRANSITION_TARGET.*\/States\/A\/Next/,
  ],
  [
    'a pattern that event-ruler refuses',
    {
      service: 'events',
      target: 'TestEventPattern',
      body: json({ EventPattern: '{"a":[{"numeric":["<"]}]}', Event: '{}' }),
    },
    /InvalidEventPatternException/,
  ],
  [
    'a schedule that never comes',
    { service: 'scheduler', path: '/schedules/never', body: at('cron(0 3 30 2 ? *)') },
    /ValidationException/,
    /Invalid Schedule Expression/,
  ],
  [
    'events over the limit',
    {
      service: 'events',
      target: 'PutEvents',
      body: json({ Entries: [{ Source: 'a', DetailType: 'b', Detail: json({ x: 'x'.repeat(262_144) }) }] }),
    },
    /ValidationException|TooLarge|RequestEntityTooLarge/,
  ],
] as [string, Raw, RegExp, RegExp?][])
  test(what, () => refused(given, code, words));

test('a connection that is cut in the middle', async () => {
  const cut = connect(Number(port), '127.0.0.1');
  cut.write(
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nauthorization: Credential=a/1/eu-central-1/ssm/aws4_request\r\n\r\n{',
  );
  await new Promise((resolve) => cut.once('connect', resolve));
  cut.destroy();
  assert.equal((await call('ssm', 'ListCommands', {})).status, 200);
});

test('a task token that was answered, and one whose task has timed out', { timeout: 300_000 }, async () => {
  const { QueueUrl } = JSON.parse((await call('sqs', 'CreateQueue', { QueueName: 'tokens' })).body);
  const state = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: { QueueUrl, MessageBody: '{% $states.context.Task.Token %}' },
    TimeoutSeconds: '{% $states.input.seconds %}',
    End: true,
  };
  const definition = json({ QueryLanguage: 'JSONata', StartAt: 'Ask', States: { Ask: state } });
  const machine = { name: 'tokens', definition, roleArn: 'arn:aws:iam::123456789012:role/x' };
  const { stateMachineArn } = JSON.parse((await call('states', 'CreateStateMachine', machine)).body);
  const token = async (seconds: number): Promise<[string, string]> => {
    const started = await call('states', 'StartExecution', { stateMachineArn, input: json({ seconds }) });
    for (;;) {
      const { Messages } = JSON.parse((await call('sqs', 'ReceiveMessage', { QueueUrl })).body);
      if (Messages) return [JSON.parse(started.body).executionArn, Messages[0].Body];
      await pause();
    }
  };
  const [, answered] = await token(600);
  const success = (taskToken: string): Raw => ({
    service: 'states',
    target: 'SendTaskSuccess',
    body: json({ taskToken, output: '1' }),
  });
  assert.equal((await ask(success(answered))).status, 200);
  await refused(success(answered), /TaskTimedOut|InvalidToken/);
  const [execution, late] = await token(1);
  for (;;) {
    const { body } = await call('states', 'DescribeExecution', { executionArn: execution });
    if (JSON.parse(body).status !== 'RUNNING') break;
    await pause();
  }
  await refused(success(late), /TaskTimedOut/);
});
