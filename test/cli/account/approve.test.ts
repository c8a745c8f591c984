import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { test } from 'node:test';
import { CAMPAIGN, type Waiting, waiting } from '../../campaigns/waiting.ts';

/** Runs the command as a process of its own, against the gateway, its clock set to the rehearsal's. */
function patchwright({ rehearsal }: Waiting, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: 'approver',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
  const place = ['--region', rehearsal.region, '--endpoint-url', rehearsal.endpoint];
  return new Promise((resolve) => {
    const main = new URL('../../../cli/main.ts', import.meta.url).pathname;
    const clock = `data:text/javascript,Date.now = () => ${rehearsal.clock.now()}`;
    execFile(process.execPath, ['--import', clock, main, ...args, ...place], { env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test('approve from another process: the execution goes on, and the evidence names the caller', () =>
  waiting({ decide: 'iam' }, async (stage) => {
    const { code, out, err } = await patchwright(stage, 'approve', CAMPAIGN, 'fleet', '--json');
    assert.deepEqual([code, err], [0, '']);
    const said = JSON.parse(out);
    assert.deepEqual([said.decision, said.what, said.delivered], ['yes', 'recorded', true]);
    assert.match(said.by, /^arn:aws:(iam|sts)::123456789012:/);
    const again = await patchwright(stage, 'approve', CAMPAIGN, 'fleet');
    assert.equal(again.code, 0);
    assert.match(again.out, /Approved: fleet of web, as it was recorded before, by arn:aws/);
    const denied = await patchwright(stage, 'deny', CAMPAIGN, 'fleet');
    assert.deepEqual([denied.code, denied.out], [2, '']);
    assert.match(denied.err, /was approved by arn:aws.* before, and that stands/);
    assert.equal(await stage.toTheEnd(), 'Completed');
    const record = Buffer.from(stage.rehearsal.evidence().get(`web/${CAMPAIGN}/campaign.json`) ?? []).toString();
    assert.equal(JSON.parse(record).approvals[0].by, said.by);
  }));

test('deny; and what nobody asked for is bad input', () =>
  waiting({}, async (stage) => {
    const foreign = await patchwright(stage, 'deny', 'web-2', 'fleet');
    assert.equal(foreign.code, 2);
    assert.match(foreign.err, /no approval of the ring fleet was asked for in the campaign web-2. Remedy: /);
    const { code, out } = await patchwright(stage, 'deny', CAMPAIGN, 'fleet');
    assert.equal(code, 0);
    assert.match(out, /^Denied: fleet of web, by arn:aws/);
    assert.equal(await stage.toTheEnd(), 'Denied');
  }));
