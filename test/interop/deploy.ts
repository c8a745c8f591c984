/**
 * Deploys the packaged service into ministack, an emulator that is not ours, after and before deployments that fail half-way, puts a finding event, sees
 * the campaign that it starts take the lease there, and removes the stack again. Usage: node test/interop/deploy.ts <ministack> <folder of the package>
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { copyWith, edit, failing, type Resource, standing } from './half-way.ts';

const root = new URL('../..', import.meta.url).pathname;
const PORT = process.env.MINISTACK_PORT ?? '4566';
const ENDPOINT = `http://127.0.0.1:${PORT}`;
const REGION = 'eu-central-1';
const aws = {
  AWS_ENDPOINT_URL: ENDPOINT,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};
Object.assign(process.env, aws);
const client = { region: REGION, endpoint: ENDPOINT };
const started: ChildProcess[] = [];
const PACKAGE = process.argv[3] ?? '.serverless';
const STACK = 'patchwright-dev';
const ACCOUNT = '000000000000';
const EVIDENCE = `${STACK}-evidence-${ACCOUNT}-${REGION}`;
const ITEM = { pk: { S: 'interop' }, sk: { S: 'kept' } };
const SOURCE = 'interop.inspector2';
const sample = JSON.parse(readFileSync(join(root, 'events/finding.sample.json'), 'utf8'));
sample.detail.awsAccountId = ACCOUNT; // a finding of another account than the stack's starts nothing
const since = Date.now();

/** Types and shapes that ministack 1.5.33 refuses, taken out of the packaged template for it. */
const REFUSED: { why: string; is: (resource: Resource) => boolean }[] = [
  { why: 'an unknown type', is: ({ Type }) => ['AWS::SSM::Document', 'AWS::SSM::PatchBaseline'].includes(Type) },
  { why: 'metric math', is: ({ Properties }) => Properties.Metrics !== undefined },
];

try {
  await main(process.argv[2] ?? 'ministack');
} finally {
  for (const child of started) child.kill();
}

async function main(ministack: string): Promise<void> {
  const quiet = { SFTP_ENABLED: '0', IOT_MTLS_ENABLED: '0', SFN_WAIT_SCALE: '0.05' }; // waits of a campaign, twenty times as fast
  const directory = join(tmpdir(), `patchwright-ministack-${process.pid}`);
  start(ministack, [], { BIND_HOST: '127.0.0.1', GATEWAY_PORT: PORT, TMPDIR: directory, ...quiet }, 'ignore');
  await until('ministack answers', async () => (await fetch(`${ENDPOINT}/_ministack/health`)).ok);
  const world = start(process.execPath, [join(root, 'test/interop/world.ts')], {}, 'pipe');
  const [address] = (await once(world.stdout ?? process.stdin, 'data')) as [Buffer];
  say(`the rehearsal's EC2, SSM and Inspector answer at ${String(address).trim()}`);

  prune(String(address).trim());
  await halfWay();

  const id = await putFinding();
  say(`put the finding event ${id}`);
  const lease = await until('a campaign holds the lease of web', async () => {
    const held = await leaseOf('web');
    return held?.holder?.state === 'open' && held;
  });
  say(`start-campaigns started ${lease.holder.campaign}, and OpenCampaign took the lease at ${lease.holder.openedAt}`);
  const machine = (await new SFNClient(client).send(new ListStateMachinesCommand({}))).stateMachines ?? [];
  const stateMachineArn = machine.find(({ name }) => name === 'patchwright-dev-campaign')?.stateMachineArn;
  const { executions = [] } = await new SFNClient(client).send(new ListExecutionsCommand({ stateMachineArn }));
  say(`executions: ${executions.map(({ name, status }) => `${name} ${status}`).join(', ')}`);
  if (executions.length !== 1) throw new Error('one finding event, one execution');

  for (const command of ['deploy', 'remove']) {
    const { status, text } = tried(command); // refused before it packages
    if (status === 0 || !text.includes(lease.holder.campaign)) throw new Error(`${command} under an open campaign`);
    say(`${command} is refused while ${lease.holder.campaign} is open`);
  }
  osls('remove', '--param', 'open=ignore');
  const { TableNames = [] } = await new DynamoDBClient(client).send(new ListTablesCommand({}));
  const { Buckets = [] } = await new S3Client({ ...client, forcePathStyle: true }).send(new ListBucketsCommand({}));
  const left = [...TableNames, ...Buckets.map(({ Name }) => Name ?? '')].filter((name) =>
    name.startsWith('patchwright'),
  );
  say(`removed; what is left: ${left.join(', ') || 'nothing'}`);
  const wanted = [STACK, EVIDENCE];
  if (left.sort().join() !== wanted.join()) throw new Error(`table and evidence were to stay, and nothing else`);
  const again = tried('deploy');
  if (again.status === 0 || !again.text.includes('npm run purge')) throw new Error(`over what stayed:\n${again.text}`);
  say('deploying over what stayed is refused, and the refusal names purge');
  osls('purge');
  const { TableNames: tables = [] } = await new DynamoDBClient(client).send(new ListTablesCommand({}));
  if (tables.length > 0) throw new Error(`purge left ${tables}`);
  rmSync(directory, { recursive: true, force: true });
}

/** A first deployment that fails, the good one after it, the same again, a changed one over it, and one that fails over that. */
async function halfWay(): Promise<void> {
  const half = copyWith(PACKAGE, 'failing', failing);
  const changed = copyWith(PACKAGE, 'changed', ({ Resources }) => {
    const lambda = Resources.CheckDueLambdaFunction;
    if (lambda) lambda.Properties.MemorySize = 1024;
  });
  const failed = async () => {
    const { status, text } = tried('deploy', '--package', half);
    if (status === 0 || !text.includes('HalfWay')) throw new Error(`it was to fail:\n${text}`);
    const after = await standing(client, STACK);
    if (after.status !== 'UPDATE_ROLLBACK_COMPLETE') throw new Error(`the stack is ${after.status}:\n${text}`);
    return after;
  };
  const left = await failed();
  if (left.names.length + left.keys.length > 0)
    throw new Error(`a failed first deployment left ${left.names} ${left.keys}`);
  say('a first deployment that fails half-way is rolled back, and leaves nothing under a name of ours');

  osls('deploy', '--package', PACKAGE);
  say('the good one needed no cleaning up');
  const before = await standing(client, STACK);
  await note('kept');
  osls('deploy', '--package', PACKAGE, '--force');
  osls('deploy', '--package', changed);
  await same(before, 'a second deployment, and a changed one');
  await failed();
  await same(before, 'one that fails half-way');
}

async function note(text: string): Promise<void> {
  const data = { S: text };
  await new DynamoDBClient(client).send(new PutItemCommand({ TableName: STACK, Item: { ...ITEM, data } }));
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: EVIDENCE, Key: 'interop', Body: text }));
}

/** The same names, the same key, and what was written in table and bucket is there. */
async function same(before: Awaited<ReturnType<typeof standing>>, what: string): Promise<void> {
  const { names, keys } = await standing(client, STACK);
  const { Item } = await new DynamoDBClient(client).send(new GetItemCommand({ TableName: STACK, Key: ITEM }));
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: EVIDENCE, Key: 'interop' }));
  const kept = [Item?.data?.S, await Body?.transformToString()];
  if (JSON.stringify([names, keys, kept]) !== JSON.stringify([before.names, before.keys, ['kept', 'kept']]))
    throw new Error(`${what} over the first: ${names} ${keys} ${kept}; before: ${before.names} ${before.keys}`);
  say(`${what} over the first: ${names.length} names, the key, and what table and bucket hold are as before`);
}

function prune(address: string): void {
  edit(PACKAGE, (template) => {
    for (const [id, resource] of Object.entries(template.Resources)) {
      const refused = REFUSED.find(({ is }) => is(resource));
      if (refused) {
        say(`left out: ${id} (${resource.Type}): ${refused.why}`);
        delete template.Resources[id];
      } else if (resource.Type === 'AWS::Lambda::Function') {
        const ours = ['EC2', 'SSM', 'INSPECTOR2'].map((service) => [`AWS_ENDPOINT_URL_${service}`, address]);
        Object.assign(resource.Properties.Environment.Variables, Object.fromEntries(ours));
      } else if (id === 'FindingRule') {
        // As AWS does, ministack lets nobody put an event of a source aws.*: this one matches ours and hands on the true event.
        resource.Properties.EventPattern.source = [SOURCE];
        resource.Properties.Targets[0].Input = JSON.stringify(sample);
      } else if (resource.Type === 'AWS::Lambda::EventSourceMapping') {
        resource.Properties.MaximumBatchingWindowInSeconds = 1; // nobody waits five minutes for this
      }
    }
  });
}

async function putFinding(): Promise<string> {
  const Entries = [{ Source: SOURCE, DetailType: sample['detail-type'], Detail: JSON.stringify(sample.detail) }];
  const answer = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20240101/${REGION}/events/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ Entries }),
  });
  const { Entries: put } = (await answer.json()) as { Entries: { EventId: string }[] };
  if (!put[0]?.EventId) throw new Error(`PutEvents: ${JSON.stringify(put)}`);
  return put[0].EventId;
}

async function leaseOf(group: string) {
  const { Items = [] } = await new DynamoDBClient(client).send(
    new QueryCommand({
      TableName: 'patchwright-dev',
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': { S: 'lease' }, ':sk': { S: `group#${group}` } },
    }),
  );
  const data = Items[0]?.data?.S;
  return data === undefined ? null : JSON.parse(data);
}

function tried(...command: string[]): { status: number | null; text: string } {
  const at = Date.now();
  const args = [join(root, 'node_modules/.bin/osls'), ...command];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  say(`osls ${command.join(' ')}: exit ${status}, ${Math.round((Date.now() - at) / 1000)} s`);
  return { status, text: stdout + stderr };
}

function osls(...command: string[]): void {
  const at = Date.now();
  execFileSync(process.execPath, [join(root, 'node_modules/.bin/osls'), ...command], {
    cwd: root,
    env: { ...process.env, SLS_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  say(`osls ${command.join(' ')}: ${Math.round((Date.now() - at) / 1000)} s`);
}

function start(command: string, args: string[], env: Record<string, string>, stdout: 'ignore' | 'pipe'): ChildProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, process.env.INTEROP_DEBUG ? 'inherit' : 'ignore'],
  });
  started.push(child);
  return child;
}

async function until<T>(what: string, ask: () => Promise<T | false | null | undefined>): Promise<T> {
  for (let tries = 0; tries < 240; tries++) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`waited two minutes in vain: ${what}`);
}

function say(text: string): void {
  process.stdout.write(`[${String(Math.round((Date.now() - since) / 1000)).padStart(3)} s] ${text}\n`);
}
