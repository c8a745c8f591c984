import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { check } from '../../../cli/account/check.ts';
import { turnSwitch } from '../../../cli/account/kill-switch.ts';
import { namesOf } from '../../../cli/account/open.ts';
import { plan } from '../../../cli/account/plan.ts';
import { report } from '../../../cli/account/report.ts';
import { start } from '../../../cli/account/start.ts';
import { status } from '../../../cli/account/status.ts';
import { waivers } from '../../../cli/account/waivers.ts';
import { BadInput } from '../../../cli/bad-input.ts';
import { verify } from '../../../cli/verify/verify.ts';
import { inAccount, POLICY, tooWide } from './rehearsed.ts';

const place = mkdtempSync(join(tmpdir(), 'patchwright-commands-'));
after(() => rmSync(place, { recursive: true }));
const policy = { policy: POLICY };

it('a first campaign, from check to report, by commands alone', async () => {
  await inAccount('default', async ({ rehearsal, open, ask, lines }) => {
    const tell = async (work: Parameters<typeof lines>[0]) => {
      const { answer, text } = await lines(work);
      assert.deepEqual(tooWide(text), []);
      assert.doesNotThrow(() => JSON.parse(JSON.stringify(answer.document)));
      return { answer, text };
    };

    const deployment = await ask(open);
    for (const [name, value] of Object.entries(deployment.names)) {
      assert.equal(value, rehearsal.env[name], `${name} as serverless.yml has it`);
    }

    const checked = await tell(() => check(policy, open));
    assert.equal(checked.answer.exit, 1);
    assert.match(
      checked.text,
      /mend web: i-\w+ in no ring: never patched\n +Remedy: tag them Ring=canary or Ring=fleet/,
    );
    assert.match(checked.text, /mend web: i-\w+ not managed by SSM\n +Remedy: run the SSM agent/);
    assert.match(checked.text, /mind web: Inspector does not see i-\w+ \(STALE_INVENTORY\): 95%/);
    assert.match(checked.text, /mind kill switch: it says stop/);
    assert.match(checked.text, /ok {3}permissions: arn:aws:sts::123456789012:assumed-role\/rehearsal\/operator/);

    const before = sends(rehearsal.calls);
    const blind = await tell(() => plan('web', policy, open));
    assert.equal(sends(rehearsal.calls), before, 'a plan sends nothing unless asked');
    assert.deepEqual([blind.answer.exit, (blind.answer.document as { decision: string }).decision], [0, 'Unknown']);
    assert.match(blind.text, /not known without a patch scan/);

    const scanned = await tell(() => plan('web', { ...policy, scan: true }, open));
    assert.match(scanned.text, /should fix 456 of 892/);
    assert.match(scanned.text, /canary: 3 hosts in 2 waves of at most 2, soak 4 h: fixes 72/);
    const [scope] = /Scope \w{12}/.exec(scanned.text) ?? [];
    const believed = await tell(() => plan('web', policy, open));
    assert.ok(scope && believed.text.includes(scope), 'the last scans give the plan of a new one');

    assert.match(
      (await tell(() => waivers('web', policy, open))).text,
      /openssl-sessions.*\n {2}in force.*24 open findings accepted/,
    );
    await tell(async () => turnSwitch('go', await open()));
    const begun = await tell(() => start('web', policy, open));
    const { campaign, trigger } = begun.answer.document as { campaign: string; trigger: { by: string; kind: string } };
    assert.deepEqual([trigger.kind, trigger.by], ['person', deployment.arn]);

    await rehearsal.run(() => rehearsal.inbox.some(({ attributes }) => attributes.kind === 'approval'));
    const asked = await tell(() => status('web'));
    assert.match(asked.text, /canary: 3 of 3 patched; pass/);
    assert.match(asked.text, new RegExp(`asks for a yes to fleet until .*\\n +patchwright approve ${campaign} fleet`));
    const stopped = await tell(async () => turnSwitch('stop', await open()));
    assert.match(stopped.text, new RegExp(`${campaign} halts before its next wave`));

    await rehearsal.run(() => rehearsal.executions().every((each) => each.status !== 'RUNNING'));
    assert.match((await tell(() => status('web'))).text, /web: idle, last Denied/);

    const out = join(place, 'evidence');
    const read = await tell(() => report('web', { out }, open));
    assert.equal(read.answer.exit, 4);
    assert.match(read.text, /^web: denied; 72 fixed/);
    assert.equal(JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8')).campaign, campaign);
    assert.ok(existsSync(join(out, 'before', 'canary.jsonl.gz')) && readdirSync(out).includes('manifest.json'));
    const verified = await verify(out);
    assert.deepEqual(
      verified.map((each) => [each.campaign, each.differences]),
      [[campaign, []]],
    );
    await assert.rejects(
      ask(() => report('web', { out }, open)),
      BadInput,
    );
    await assert.rejects(
      ask(() => report('web-20200101T000000Z', {}, open)),
      /is not closed, or never was/,
    );
    await assert.rejects(
      ask(() => report('nope-1', {}, open)),
      /no group had such a campaign/,
    );
    await assert.rejects(
      ask(() => status('batch')),
      /batch: never had a campaign here/,
    );
  });
});

function sends(calls: ReadonlyMap<string, number>): number {
  return calls.get('ssm.SendCommand') ?? 0;
}

it('names of another stage, account and partition', () => {
  const names = namesOf({ stage: 'prod', account: '210987654321', region: 'us-gov-west-1', partition: 'aws-us-gov' });
  assert.equal(names.EVIDENCE_BUCKET, 'patchwright-prod-evidence-210987654321-us-gov-west-1');
  assert.match(
    names.CAMPAIGN_MACHINE_ARN,
    /^arn:aws-us-gov:states:us-gov-west-1:210987654321:stateMachine:patchwright-prod-campaign$/,
  );
});
