import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { translated } from '#aws/call.ts';
import { accountCommands } from '../../../cli/account/commands.ts';
import { plan } from '../../../cli/account/plan.ts';
import { remedyWords } from '../../../cli/account/remedy.ts';
import { inAccount, POLICY } from './rehearsed.ts';

const root = join(import.meta.dirname, '../../..');
const ARGS: Record<string, string[]> = {
  plan: ['web'],
  start: ['web'],
  approve: ['web-1', 'fleet'],
  deny: ['web-1', 'fleet'],
  report: ['web'],
};
const COMMANDS = accountCommands().map((command) => [command.name(), ...(ARGS[command.name()] ?? [])]);

/** An account without any deployment: it knows who asks, and has nothing. Counts what is asked of it, by service. */
const asked: string[] = [];
const empty = createServer((request, response) => {
  const [, service = ''] = /\/([a-z0-9]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
  asked.push(service);
  request.resume();
  if (service === 'sts') {
    const who = '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/ann</Arn><UserId>A</UserId>';
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${who}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
  } else if (service === 'dynamodb') {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(
      JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
        message: 'Requested resource not found',
      }),
    );
  } else {
    const code = '<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error>';
    response.writeHead(403, { 'content-type': 'text/xml' }).end(`<ErrorResponse>${code}</ErrorResponse>`);
  }
});
let endpoint = '';
before(async () => {
  await new Promise<void>((ready) => empty.listen(0, '127.0.0.1', ready));
  endpoint = `http://127.0.0.1:${(empty.address() as AddressInfo).port}`;
});
after(() => empty.close());

const NOBODY = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** What these say comes from the hosts and from policy.yml: they serve before a deployment too. */
const NEED_NO_DEPLOYMENT = ['plan', 'waivers'];

interface Ended {
  args: string[];
  out: string;
  err: string;
  code: number;
}

async function each(env: Record<string, string | undefined>, more: string[]): Promise<Ended[]> {
  asked.splice(0);
  const script = join(import.meta.dirname, 'one-after-the-other.ts');
  const all = JSON.stringify(COMMANDS.map((command) => [...command, ...more]));
  const child = spawn(process.execPath, [script, all], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await new Promise((resolve) => child.on('close', resolve));
  const ended = JSON.parse(text) as Ended[];
  assert.equal(ended.length, COMMANDS.length);
  return ended;
}

test('without credentials every command says what is missing and the remedy, ends in 6, and has asked nothing', async () => {
  const env = { ...NOBODY, AWS_ENDPOINT_URL: endpoint };
  for (const { args, out, err, code } of await each(env, ['--region', 'eu-central-1'])) {
    assert.deepEqual([code, out], [6, ''], args.join(' '));
    assert.match(err, /^patchwright: .*Could not load credentials.*\npatchwright: Remedy: sign in .*--profile\n$/);
  }
  assert.deepEqual(asked, []);
});

test('where nothing is deployed every command names the stage and the Region that it looked at, ends in 6, and changes nothing', async () => {
  const env = { ...NOBODY, AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'none' };
  const flags = ['--region', 'eu-west-1', '--stage', 'prod', '--endpoint-url', endpoint];
  const needing = (all: Ended[]) => all.filter(({ args: [name = ''] }) => !NEED_NO_DEPLOYMENT.includes(name));
  const where = /no\s+deployment\s+of\s+stage\s+prod\s+in\s+123456789012\s+eu-west-1:/;
  for (const { args, out, err, code } of needing(await each(env, flags))) {
    const told = args[0] === 'check' ? out : err;
    assert.match(told, where, args.join(' '));
    assert.match(told, /Remedy:\s+give\s+the\s+--stage\s+and\s+--region\s+that\s+were\s+deployed/);
    assert.equal(code, args[0] === 'check' ? 1 : 6, args.join(' '));
    assert.doesNotMatch(err, /\n {4}at /);
  }
  assert.ok(asked.includes('dynamodb'));
  assert.ok(!asked.includes('states'), 'nothing was started');
});

test('a plan of a group that has no hosts here says where it looked', () =>
  inAccount('aborted', async ({ open, lines }) => {
    const empty = await lines(() => plan('batch', { policy: POLICY }, open));
    assert.match(
      empty.text,
      /No instance has the patch group tag batch\.\nLooked in 123456789012 eu-central-1: give --region/,
    );
    assert.equal(empty.answer.exit, 3);
    const full = await lines(() => plan('web', { policy: POLICY }, open));
    assert.doesNotMatch(full.text, /Looked in/);
  }));

test('a Region that nobody answers for: the remedy begins with its name', () => {
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND sts.eu-nowhere-9.amazonaws.com'), {
    code: 'ENOTFOUND',
  });
  const words = remedyWords(translated('sts:GetCallerIdentity', unknown));
  assert.match(words?.[0] ?? '', /ENOTFOUND sts\.eu-nowhere-9\.amazonaws\.com/);
  assert.match(words?.[1] ?? '', /^Remedy: look at the name of the Region/);
});
