/** Where the served rehearsal is: in the region and account of its first caller, if nobody named them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const { AWS_REGION: _region, AWS_DEFAULT_REGION: _default, ...env } = process.env;

/** Serves in a process of its own, as clients find it, while `work` asks. Returns the lines that were printed. */
async function served(flags: string[], work: (ask: (region: string, key: string) => Promise<string>) => Promise<void>) {
  const server = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...flags], { env });
  const lines: string[] = [];
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`exit ${code}: ${lines.join('\n')}`)));
      createInterface(server.stdout).on('line', (line) => {
        lines.push(line);
        if (line.includes('  try ')) resolve(new URL(lines[0]?.replace('patchwright serves ', '') ?? '').port);
      });
    });
    await work((region, key) => asked(port, region, key));
  } finally {
    const over = once(server, 'close');
    server.kill('SIGTERM');
    await over;
  }
  return lines;
}

/** The ARN of a machine of the product's, or what was said instead. */
function asked(port: string, region: string, key: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20240831/${region}/states/aws4_request, SignedHeaders=host, Signature=0`;
  const headers = { authorization, 'x-amz-target': 'AWSStepFunctions.ListStateMachines' };
  return new Promise((resolve, reject) => {
    const one = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false }, async (answer) => {
      const body = JSON.parse(Buffer.concat(await answer.toArray()).toString());
      resolve(body.stateMachines?.[0]?.stateMachineArn ?? body.message);
    });
    one.on('error', reject);
    one.end('{}');
  });
}

test('the first caller says where it is, also if several come at once; then it stays', async () => {
  const lines = await served([], async (ask) => {
    const both = await Promise.all([ask('us-east-2', '210987654321'), ask('us-east-2', '210987654321')]);
    for (const arn of both)
      assert.equal(arn, 'arn:aws:states:us-east-2:210987654321:stateMachine:patchwright-dev-campaign');
    assert.match(await ask('eu-central-1', '210987654321'), /not rehearsed: the region eu-central-1/);
    assert.match(await ask('us-east-2', '123456789012'), /not rehearsed: the account 123456789012/);
    assert.match(await ask('us-east-2', '210987654321'), /us-east-2:210987654321/);
  });
  assert.equal(lines.filter((line) => line.startsWith('patchwright serves')).length, 2, 'it says anew what is in it');
  assert.equal(new Set(lines.filter((line) => line.startsWith('patchwright serves'))).size, 1, 'at the same address');
});

test('a caller from where it is anyway moves nothing, nor does one after him', async () => {
  const lines = await served([], async (ask) => {
    assert.match(await ask('eu-central-1', 'AKIA'), /eu-central-1:123456789012/);
    assert.match(await ask('us-east-2', 'AKIA'), /not rehearsed: the region us-east-2/);
  });
  assert.equal(lines.filter((line) => line.startsWith('patchwright serves')).length, 1);
});

test('a region that was named stays', async () => {
  await served(['--region', 'eu-west-1'], async (ask) => {
    assert.match(await ask('us-east-2', 'AKIA'), /the product is installed in eu-west-1/);
    assert.match(await ask('eu-west-1', 'AKIA'), /eu-west-1:123456789012/);
  });
});
