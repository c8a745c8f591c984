import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Operator } from '#aws/operator.ts';
import { purge, refuseWhileOpen, whatStays } from '../../../cli/deployment/around.ts';
import { before } from '../../../cli/deployment/before.ts';

const stack = { name: 'patchwright-dev', stage: 'dev', region: 'eu-central-1', account: '1' };
const lease = (holder: object | null) => JSON.stringify({ holder });
const error = (name: string, message = name) => Object.assign(new Error(message), { name });
const throwing = (name: string, message?: string) => async () => {
  throw error(name, message);
};

describe('a deployment under open campaigns', () => {
  test('is refused, with their names and the remedies', async () => {
    const leases = async () => [lease({ campaign: 'web-1' }), lease(null)];
    await assert.rejects(refuseWhileOpen({ leases }, stack, 'deploy'), /^Error: web-1 is open: .*--param open=ignore/s);
  });

  test('passes where none is, and where there is no table yet', async () => {
    await refuseWhileOpen({ leases: async () => [lease(null)] }, stack, 'deploy');
    await refuseWhileOpen({ leases: throwing('ResourceNotFoundException') }, stack, 'deploy');
  });

  test('does not pass where nobody can tell', async () => {
    const leases = throwing('AccessDeniedException');
    await assert.rejects(refuseWhileOpen({ leases }, stack, 'remove'), { name: 'AccessDeniedException' });
  });
});

describe('removal', () => {
  test('says what stays, and how a development stage is cleared', () => {
    assert.match(whatStays(stack).join('\n'), /patchwright-dev-evidence-1-eu-central-1[\s\S]*purge/);
    assert.doesNotMatch(whatStays({ ...stack, stage: 'prod' }).join('\n'), /purge/);
  });

  const aws = (more: object) =>
    ({
      stack: throwing('ValidationError', 'Stack with id patchwright-dev does not exist'),
      leases: async () => [],
      deleteTable: throwing('ResourceNotFoundException'),
      deleteBucket: async () => {},
      keys: async (description: string) => (description.startsWith('patchwright-dev,') ? ['k1'] : []),
      deleteKey: async () => ({}),
      ...more,
    }) as unknown as Operator;

  test('purge deletes bucket, table and key, and what is gone is no error', async () => {
    const said: string[] = [];
    await purge(aws({}), stack, (line) => said.push(line));
    assert.deepEqual(said, [
      'deleted the bucket patchwright-dev-evidence-1-eu-central-1',
      'no table patchwright-dev',
      'the key k1 goes in 7 days',
    ]);
  });

  test('purge is for development alone, not under a stack, and stops where AWS refuses', async () => {
    for (const stage of ['prod', 'development', 'production-dev'])
      await assert.rejects(
        purge(aws({}), { ...stack, stage }, () => {}),
        /is none of them/,
      );
    await assert.rejects(
      purge(aws({ stack: async () => ({}) }), stack, () => {}),
      /remove it first/,
    );
    const refused = aws({ deleteBucket: throwing('AccessDenied') });
    await assert.rejects(
      purge(refused, stack, () => {}),
      { name: 'AccessDenied' },
    );
  });
});

describe('before anything is packaged or changed', () => {
  const who = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/ann' };
  const missing = throwing('ValidationError', 'Stack with id patchwright-dev does not exist');
  const account = (status: string | null, more: Partial<Operator> = {}) => {
    const aws = {
      identity: async () => who,
      stack: status === null ? missing : async () => ({ status }),
      leases: throwing('ResourceNotFoundException'),
      ...more,
    };
    return async () => aws;
  };

  test('it says who deploys, and where; a first deployment there is named as one', async () => {
    const place = 'Stage dev in 123456789012 eu-central-1, as arn:aws:iam::123456789012:user/ann';
    assert.deepEqual(await before('deploy', stack, account('UPDATE_COMPLETE')), [place]);
    assert.deepEqual(await before('deploy', stack, account('UPDATE_ROLLBACK_COMPLETE')), [place]);
    const [first, second] = await before('deploy', stack, account(null));
    assert.equal(first, place);
    assert.match(second ?? '', /^No stack patchwright-dev there yet/);
    assert.deepEqual(await before('purge', stack, account(null)), [place]);
    assert.deepEqual(await before('deploy', stack, account('UPDATE_COMPLETE'), 'eu-central-1'), [place]);
    const [, other] = await before('deploy', stack, account('UPDATE_COMPLETE'), 'us-east-1');
    assert.match(other ?? '', /^The environment says us-east-1: give --region us-east-1 to mean that/);
  });

  test('nothing to remove where no stack is: the place is named', async () => {
    const refused =
      /no stack patchwright-dev in 123456789012 eu-central-1: nothing to remove\. Remedy: give the --stage/;
    await assert.rejects(before('remove', stack, account(null)), refused);
  });

  test('what a removed stack left is in the way of a deployment, and the way out is named', async () => {
    const left = account(null, { leases: async () => [] });
    const there =
      /the table patchwright-dev in 123456789012 eu-central-1 is there, its stack is not: .*npm run purge -- --stage dev/;
    await assert.rejects(before('deploy', stack, left), there);
    await assert.rejects(before('deploy', { ...stack, stage: 'prod' }, left), /has to be imported into the stack/);
    assert.equal((await before('purge', stack, left)).length, 1);
  });

  const stuck: [status: string, remedy: RegExp][] = [
    ['ROLLBACK_COMPLETE', /npm run remove -- --stage dev --region eu-central-1, then deploy again/],
    ['DELETE_FAILED', /npm run remove/],
    ['UPDATE_ROLLBACK_FAILED', /aws cloudformation continue-update-rollback --stack-name patchwright-dev --region eu-/],
    ['UPDATE_IN_PROGRESS', /somebody is at it/],
  ];
  for (const [status, remedy] of stuck)
    test(`a stack that is ${status} is not deployed over, and the way out is named`, async () => {
      await assert.rejects(before('deploy', stack, account(status)), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`^the stack patchwright-dev in 123456789012 eu-central-1 is ${status}: `),
        );
        assert.match(error.message, remedy);
        return true;
      });
      if (status !== 'UPDATE_IN_PROGRESS') assert.equal((await before('remove', stack, account(status))).length, 1);
    });

  const nobody: [name: string, error: Error, words: RegExp][] = [
    [
      'credentials that are refused',
      error('InvalidClientTokenId', 'The security token included in the request is invalid.'),
      /in eu-central-1 \(InvalidClientTokenId: .*invalid\)\. Remedy: sign in anew: .*off by default/,
    ],
    [
      'a Region that does not answer',
      error('Error', 'getaddrinfo ENOTFOUND sts.eu-nowhere-9.amazonaws.com'),
      /Remedy: look at the name of the Region/,
    ],
    [
      'a profile that is none',
      Object.assign(error('ServerlessError', 'AWS profile "x" doesn\'t seem to be configured'), {
        code: 'UNRECOGNIZED_AWS_PROFILE',
      }),
      /AWS profile "x" .*Remedy: name another by --aws-profile/,
    ],
  ];
  for (const [name, thrown, words] of nobody)
    test(name, async () => {
      const identity = () => Promise.reject(thrown);
      await assert.rejects(before('deploy', stack, account(null, { identity })), words);
    });

  test('without credentials deploy, remove and purge say what is missing, ask nothing, package nothing', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    const place = mkdtempSync(join(tmpdir(), 'patchwright-nobody-'));
    try {
      const env = {
        PATH: process.env.PATH,
        HOME: place,
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        SLS_TELEMETRY_DISABLED: '1',
      };
      for (const command of ['deploy', 'remove', 'purge']) {
        const { code, text } = await osls(command, env);
        assert.equal(code, 1, command);
        assert.match(text, /no AWS credentials: none in the environment.*Remedy: sign in .*Nothing was changed\./);
        assert.doesNotMatch(text, /\n {4}at |Packaging/);
      }
      assert.deepEqual(asked, []);
    } finally {
      server.close();
      rmSync(place, { recursive: true });
    }
  });
});

async function osls(command: string, env: Record<string, string | undefined>): Promise<{ code: number; text: string }> {
  const root = join(import.meta.dirname, '../../..');
  const args = [join(root, 'node_modules/.bin/osls'), command];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text })));
}
