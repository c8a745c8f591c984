/** A stranger at the served rehearsal: raw HTTP, as no SDK would send it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BadInput } from '../../../cli/bad-input.ts';
import type { ServeFlags } from '../../../cli/serve/serve.ts';
import { serveUntil } from '../../../cli/serve/serve.ts';

const FLAGS: ServeFlags = {
  port: 0,
  host: '127.0.0.1',
  scenario: 'default',
  policy: 'policy.yml',
  clock: 'virtual',
  region: 'eu-central-1',
};
const lines: string[] = [];
const stop = new AbortController();
let served: Promise<void>;
let endpoint = '';

before(async () => {
  await new Promise<void>((resolve, reject) => {
    served = serveUntil(stop.signal, FLAGS, (line) => {
      lines.push(line);
      if (line.includes('  try ')) resolve();
    });
    served.catch(reject);
  });
  endpoint = lines[0]?.replace('patchwright serves ', '') ?? '';
});
after(async () => {
  stop.abort();
  await served;
});

interface Raw {
  service: string;
  target?: string;
  path?: string;
  method?: string;
  body?: string | Buffer;
  key?: string;
  region?: string;
  signed?: boolean;
}

function ask({
  service,
  target,
  path = '/',
  method = 'POST',
  body = '',
  key = 'AKIASTRANGER',
  region = 'eu-central-1',
  signed = true,
}: Raw) {
  const scope = `AWS4-HMAC-SHA256 Credential=${key}/20240831/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { ...(signed && { authorization: scope }), ...(target && { 'x-amz-target': `X.${target}` }) };
  const { hostname, port } = new URL(endpoint);
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('it says what is in it', () => {
  const text = lines.join('\n');
  for (const words of [
    /^patchwright serves http:\/\/127\.0\.0\.1:\d+$/m,
    /fleet {6}32 hosts: web 24, batch 8/,
    /machine {4}campaign arn:/,
    /evidence {3}s3:\/\//,
    /any credentials/,
  ])
    assert.match(text, words);
});

const json = (value: unknown) => JSON.stringify(value);
const form = (value: Record<string, string>) => new URLSearchParams(value).toString();
const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:patchwright-dev-campaign';

for (const [what, raw, status, words] of [
  ['malformed JSON', { service: 'ssm', target: 'ListCommands', body: '{"MaxResults":' }, 400, 'SerializationException'],
  ['JSON that is no structure', { service: 'ssm', target: 'ListCommands', body: '[1]' }, 400, 'SerializationException'],
  [
    'a body of bytes',
    { service: 'ssm', target: 'ListCommands', body: Buffer.from([0xff, 0xfe, 0]) },
    400,
    'SerializationException',
  ],
  ['no operation at all', { service: 'ssm' }, 400, 'UnknownOperationException'],
  [
    'an operation that nobody plays',
    { service: 'ssm', target: 'DeleteParameter', body: '{}' },
    400,
    'not rehearsed: ssm.DeleteParameter',
  ],
  ['a service that nobody plays', { service: 'glacier', body: '{}' }, 400, 'not rehearsed: the service glacier'],
  ['a request that is not signed', { service: 'ssm', signed: false }, 400, 'not signed'],
  [
    'another region',
    { service: 'ssm', region: 'us-east-1', target: 'ListCommands', body: '{}' },
    400,
    'installed in eu-central-1',
  ],
  [
    'another account',
    { service: 'ssm', key: '999999999999', target: 'ListCommands', body: '{}' },
    400,
    'installed in 123456789012',
  ],
  [
    'a page out of range',
    { service: 'inspector2', path: '/findings/list', body: json({ maxResults: 1000 }) },
    400,
    'ValidationException',
  ],
  [
    'a token of another list',
    { service: 'inspector2', path: '/findings/list', body: json({ nextToken: 'x' }) },
    400,
    'ValidationException',
  ],
  [
    'a path that cannot be decoded',
    { service: 'scheduler', method: 'GET', path: '/schedules/%zz' },
    400,
    'SerializationException',
  ],
  [
    'a malformed form',
    { service: 'ec2', body: 'Action=DescribeInstances&Filter.1.Name&Filter.=&=&Filter.1.Value.x.y=1' },
    400,
    'Parameter',
  ],
  ['a form without an action', { service: 'sns', body: form({ Topic: 'x' }) }, 400, 'UnknownOperationException'],
  [
    'a form that lacks a member',
    { service: 'sns', body: form({ Action: 'Publish', TopicArn: 'arn:aws:sns:x' }) },
    400,
    'InvalidParameter',
  ],
  [
    'a member of every object',
    { service: 'ssm', target: 'ListCommands', body: '{"__proto__":{"MaxResults":1},"constructor":1}' },
    400,
    'ValidationException',
  ],
  [
    'a body over the limit',
    { service: 'ssm', target: 'ListCommands', body: Buffer.alloc(9 * 1024 * 1024, 0x20) },
    413,
    'RequestEntityTooLarge',
  ],
  [
    'an input over 256 KiB',
    {
      service: 'states',
      target: 'StartExecution',
      body: json({ stateMachineArn: MACHINE, input: json('x'.repeat(262_144)) }),
    },
    400,
    'ValidationException',
  ],
  [
    'a task token that is none',
    { service: 'states', target: 'SendTaskSuccess', body: json({ taskToken: 'x', output: '{}' }) },
    400,
    'InvalidToken',
  ],
  [
    'a name that no execution may have',
    { service: 'states', target: 'StartExecution', body: json({ stateMachineArn: MACHINE, name: 'a b' }) },
    400,
    'InvalidName',
  ],
  [
    'eleven events',
    { service: 'events', target: 'PutEvents', body: json({ Entries: Array(11).fill({}) }) },
    400,
    'ValidationException',
  ],
] as [string, Raw, number, string][])
  test(`bad input gets AWS's error, and the server goes on: ${what}`, async () => {
    const answer = await ask(raw);
    assert.equal(answer.status, status, answer.body);
    assert.ok(answer.body.includes(words), answer.body);
    assert.doesNotMatch(answer.body, /RehearsalDefect/);
    assert.equal((await ask({ service: 'ssm', target: 'ListCommands', body: '{}' })).status, 200);
  });

test('half a request holds up nobody: a campaign runs to its approval meanwhile', async () => {
  const { hostname, port } = new URL(endpoint);
  const half = connect(Number(port), hostname);
  half.write(
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nauthorization: Credential=a/1/eu-central-1/ssm/aws4_request\r\n\r\n{',
  );
  const trigger = { kind: 'person', id: 'test', at: '2024-08-31T20:00:00.000Z', by: 'test' };
  const input = json({ contract: 1, group: 'web', trigger });
  const asked = new Promise<void>((resolve, reject) => {
    const push = lines.push.bind(lines);
    lines.push = (...more: string[]) => {
      if (more.some((line) => /state-entered +web-test AskApproval/.test(line))) resolve();
      if (more.some((line) => /execution +web-test (?!RUNNING)/.test(line))) reject(new Error(more.join()));
      return push(...more);
    };
  });
  const started = await ask({
    service: 'states',
    target: 'StartExecution',
    body: json({ stateMachineArn: MACHINE, name: 'web-test', input }),
  });
  assert.equal(started.status, 200, started.body);
  await asked;
  half.destroy();
});

test('a pace that is none and a scenario that is none are told, with the remedy', async () => {
  for (const [flags, words] of [
    [{ clock: 'fast' }, /--clock fast: is no pace\. Remedy/],
    [{ scenario: 'nowhere' }, /--scenario nowhere: .*Remedy/],
  ] as const)
    await assert.rejects(
      serveUntil(AbortSignal.abort(), { ...FLAGS, ...flags }, () => undefined),
      (error: Error) => error instanceof BadInput && words.test(error.message),
    );
});

test('a port that is taken is a clear error, and exit 2', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [main, 'serve', '--port', String(port)], { encoding: 'utf8' });
  other.close();
  assert.match(stderr, new RegExp(`patchwright: --port ${port}: something answers there already. Remedy: `));
  assert.equal(status, 2);
});
