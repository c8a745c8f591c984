import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { accountCommands } from '../../../cli/account/commands.ts';

const root = join(import.meta.dirname, '../../..');
const place = mkdtempSync(join(tmpdir(), 'patchwright-bad-'));
/** Refuses everything, as AWS does whoever may do nothing. */
const refusing = createServer((_request, response) => {
  const body =
    '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>';
  response.writeHead(403, { 'content-type': 'text/xml' }).end(body);
});
let endpoint = '';
before(async () => {
  await new Promise<void>((ready) => refusing.listen(0, '127.0.0.1', ready));
  endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
});
after(() => {
  refusing.close();
  rmSync(place, { recursive: true });
});

const NOBODY = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};
const SOMEBODY = {
  ...NOBODY,
  AWS_ACCESS_KEY_ID: 'AKIDTEST',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_REGION: 'eu-central-1',
};

function patchwright(env: Record<string, string | undefined>, ...args: string[]) {
  const child = spawn(process.execPath, ['cli/main.ts', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('what a command against an account is given and cannot use ends in 2, before anybody asks AWS', () => {
  const faulty = join(place, 'policy.yml');
  writeFileSync(faulty, 'version: 1\ngroups:\n  web: { oss: [DEBIAN] }\n');
  const rows: [args: string[], message: RegExp][] = [
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['check', '--policy', 'nope.yml'], /nope\.yml:1:1 cannot be read \(ENOENT\)/],
    [['check', '--policy', faulty], /policy\.yml:3:\d+ groups\.web\.oss: unknown key; did you mean os\?/],
    [['check', '--stage', 'a b'], /'a b' is invalid\. Give letters, digits and dashes/],
    [['check', '--endpoint-url', 'localhost:80'], /Give a URL, for example http/],
    [['check', '--region', 'frankfurt'], /--region frankfurt: is no Region\. Remedy: write for example eu-central-1/],
    [['plan'], /missing required argument 'group'/],
    [['plan', 'payroll'], /policy\.yml: has no group payroll\. Remedy: name one of web, batch, or add it/],
    [['start', 'payroll'], /has no group payroll/],
    [['start', 'web', 'batch'], /too many arguments/],
    [['status', 'a;b'], /Give the name of a group/],
    [['stop', '--now'], /unknown option '--now'/],
    [['resume', '--stage'], /option '--stage <name>' argument missing/],
    [['report'], /missing required argument 'campaign'/],
    [['report', 'web', '--out', 'cli'], /--out cli: holds files that no rehearsal wrote.*Remedy/],
    [['waivers', 'payroll'], /has no group payroll/],
  ];
  for (const [args, message] of rows) {
    it(`patchwright ${args.join(' ').replace(place, '…')}`, async () => {
      const { code, out, err } = await patchwright(NOBODY, ...args);
      assert.match(err, message);
      assert.deepEqual([code, out], [2, '']);
      assert.doesNotMatch(err, /\n {4}at /, 'a stack trace is no message');
    });
  }
});

describe('what AWS refuses ends in 6, with its words and a remedy', () => {
  const rows: [name: string, env: Record<string, string | undefined>, args: () => string[], message: RegExp][] = [
    ['no Region', NOBODY, () => ['status'], /no Region is set\n.*Remedy: give --region/],
    [
      'no credentials',
      { ...NOBODY, AWS_REGION: 'eu-central-1' },
      () => ['status'],
      /sts:GetCallerIdentity: CredentialsProviderError.*\n.*Remedy: sign in/,
    ],
    [
      'an unknown profile',
      SOMEBODY,
      () => ['status', '--profile', 'nope'],
      /CredentialsProviderError.*\n.*Remedy: sign in .*--profile/,
    ],
    [
      'no permission',
      SOMEBODY,
      () => ['stop', '--endpoint-url', endpoint],
      /sts:GetCallerIdentity: AccessDenied: not you\n.*Remedy: allow the caller/,
    ],
    [
      'nobody at the endpoint',
      SOMEBODY,
      () => ['check', '--endpoint-url', 'http://127.0.0.1:9'],
      /ECONNREFUSED.*\n.*Remedy: look whether the endpoint/,
    ],
  ];
  for (const [name, env, args, message] of rows) {
    it(name, async () => {
      const { code, out, err } = await patchwright(env, ...args());
      assert.match(err, message);
      assert.deepEqual([code, out], [6, '']);
      assert.doesNotMatch(err, /\n {4}at /);
    });
  }
});

it('help has examples for every command, and no line wider than a terminal', async () => {
  const { code, out } = await patchwright(NOBODY, '--help');
  const helps = [out, ...accountCommands().map(helpOf)];
  assert.equal(code, 0);
  for (const help of helps) {
    assert.match(help, /Examples?:\n {2}patchwright /);
    assert.deepEqual(
      help.split('\n').filter((line) => line.length > 80),
      [],
    );
  }
  for (const command of accountCommands()) assert.match(out, new RegExp(`^ {2}${command.name()}\\b`, 'm'));
});

function helpOf(command: Command): string {
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  command.configureOutput({ writeOut, getOutHelpWidth: () => 80 }).outputHelp();
  return help;
}
