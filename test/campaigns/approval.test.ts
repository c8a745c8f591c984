import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { answerOf } from '#domain/campaign/approval.ts';
import type { Approval, CampaignRecord } from '#domain/campaign/records.ts';
import { CAMPAIGN, STARTER, type Waiting, waiting } from './waiting.ts';

const record = ({ rehearsal }: Waiting): CampaignRecord =>
  JSON.parse(Buffer.from(rehearsal.evidence().get(`web/${CAMPAIGN}/campaign.json`) ?? []).toString());

test('a yes through the link: the campaign goes on, and its evidence has no secret and no token', () =>
  waiting({}, async (stage) => {
    const { post, word, link, toTheEnd, rehearsal } = stage;
    assert.equal((await post({ decision: 'yes', word })).status, 200);
    assert.equal(await toTheEnd(), 'Completed');
    const [approval] = record(stage).approvals;
    assert.deepEqual([approval?.decision, approval?.by], ['yes', '203.0.113.7 by mail link']);
    assert.deepEqual([approval?.taskToken, approval?.linkHash], [null, null]);
    const secret = new URL(link).searchParams.get('s') ?? 'none';
    for (const [path, content] of rehearsal.evidence())
      assert.ok(!Buffer.from(content).toString('latin1').includes(secret), path);
    assert.ok(!rehearsal.logs.some(({ line }) => line.includes(secret)), 'the secret is in no log');
    assert.ok(rehearsal.logs.some(({ caller, line }) => caller === 'answerApproval' && line.includes('"visited"')));
    assert.equal((await post({ decision: 'yes', word })).status, 200, 'said again after the end, taken kindly');
    assert.equal((await post({ decision: 'no', word })).status, 409);
  }));

test('always 5: a yes that came while the ask was about to be retried is the answer to the retry, which asks nobody again', () =>
  waiting({ faults: [{ do: 'crash', function: 'askApproval' }] }, async (stage) => {
    const { post, word, toTheEnd, rehearsal } = stage;
    assert.equal((await post({ decision: 'yes', word })).status, 200);
    assert.equal(await toTheEnd(), 'Completed');
    assert.equal(rehearsal.callsByCaller.get('askApproval|states.SendTaskSuccess'), 1);
    const [approval] = record(stage).approvals;
    assert.deepEqual([approval?.decision, approval?.by], ['yes', '203.0.113.7 by mail link']);
    assert.equal(rehearsal.inbox.filter(({ attributes }) => attributes.kind === 'approval').length, 1);
  }));

test('a no through the link: no further host is changed', () =>
  waiting({}, async (stage) => {
    assert.equal((await stage.post({ decision: 'no', word: stage.word })).status, 200);
    assert.equal(await stage.toTheEnd(), 'Denied');
    assert.match(record(stage).why, /fleet was denied by 203\.0\.113\.7 by mail link/);
  }));

test('trap 11, always 5: a scanner over a live approval (HEAD, GET, links, forms without the word, a hundred in a row) changes nothing', () =>
  waiting({}, async ({ rehearsal, link, get, post, word, state, toTheEnd }) => {
    const before = await state();
    const page = await get();
    assert.equal(page.status, 200);
    assert.equal((await rehearsal.visit({ method: 'HEAD', url: link })).body, '');
    for (const [, href] of page.body.matchAll(/href="([^"]+)"/g)) await get(new URL(href ?? '', link).href);
    const statuses = new Map<number, number>();
    for (let i = 0; i < 100; i++) {
      const fields: Record<string, string>[] = [{}, { decision: 'yes' }, { decision: 'yes', word: 'yes' }, { word }];
      const { status } = await post(fields[i % fields.length] ?? {});
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert.deepEqual([...statuses], [[422, 100]]);
    const json = { headers: { 'content-type': 'application/json' } };
    assert.equal((await post({ decision: 'yes', word }, json)).status, 415);
    assert.equal((await post({ decision: 'yes', word, more: 'x'.repeat(11_000) })).status, 413);
    assert.equal((await post({ decision: 'yes', word }, { link: link.replace('web-1', 'web-2') })).status, 403);
    assert.equal((await rehearsal.visit({ method: 'DELETE', url: link })).status, 405);
    assert.equal(await state(), before);
    assert.equal(await toTheEnd(), 'Denied', 'silence');
    assert.equal((await post({ decision: 'yes', word })).status, 410);
  }));

const THROTTLED = {
  do: 'throttle',
  operation: 'states.SendTaskSuccess',
  function: 'answerApproval',
  times: 99,
} as const;

test('a lost wake-up: the decision stands, the sweeper wakes the campaign with it', () =>
  waiting({ faults: [THROTTLED] }, async ({ rehearsal, post, word, approval, toTheEnd }) => {
    assert.equal((await post({ decision: 'yes', word })).status, 202);
    assert.equal((await approval()).decision, 'yes');
    assert.equal(await toTheEnd(), 'Completed');
    assert.ok((rehearsal.callsByCaller.get('sweepLeases|states.SendTaskSuccess') ?? 0) > 0);
    assert.equal((await approval()).taskToken, null);
  }));

describe('with AWS credentials', () => {
  test('who started it by hand may not approve it; another person may, and the evidence names them', () =>
    waiting({ decide: 'iam' }, async (stage) => {
      const { post, word, get, byArn } = stage;
      assert.equal((await post({ decision: 'yes', word })).status, 403);
      assert.match((await get()).body, /patchwright approve web-1 fleet/);
      assert.deepEqual(await byArn(STARTER, 'yes'), { status: 403, what: 'starter' });
      assert.equal((await stage.approval()).decision, null);
      const arn = 'arn:aws:sts::123456789012:assumed-role/admin/alice';
      assert.equal((await byArn(arn, 'yes')).what, 'recorded');
      assert.deepEqual(await byArn(arn, 'no'), { status: 409, what: 'opposite' });
      assert.equal(await stage.toTheEnd(), 'Completed');
      const [approval] = record(stage).approvals;
      assert.deepEqual([approval?.by, approval?.way], [arn, 'iam']);
      assert.ok(!('decideAt' in (approval ?? {})));
    }));

  test('who started it may stop it; an approval that nobody asked for is not there', () =>
    waiting({}, async (stage) => {
      assert.equal((await stage.byArn(STARTER, 'no')).what, 'recorded');
      assert.equal(await stage.toTheEnd(), 'Denied');
      assert.deepEqual(await stage.byArn(STARTER, 'no', { campaign: 'web-2' }), { status: 404, what: 'not-asked' });
    }));

  test('always 5: without a signature nobody gets as far as the function', () =>
    waiting({ decide: 'iam' }, async ({ rehearsal, approval }) => {
      const { decideAt: url = '', askedAt, scopeHash } = await approval();
      const body = JSON.stringify({ campaign: CAMPAIGN, ring: 'fleet', decision: 'yes', askedAt, scopeHash });
      assert.equal((await rehearsal.visit({ method: 'POST', url, body })).status, 403);
      assert.equal((await approval()).decision, null);
    }));
});

describe('trap 47, always 5: whoever reads the task token out of the history and wakes the campaign decides nothing', () => {
  const wakes: [string, (asked: Approval, other: Approval) => unknown][] = [
    [
      'with the scope hash, under another name',
      ({ scopeHash }) => ({ decision: 'yes', scopeHash, by: 'arn:aws:iam::123456789012:user/other' }),
    ],
    ['with a wrong hash', () => ({ decision: 'yes', scopeHash: 'x', by: 'ann' })],
    ['with no decision', () => ({})],
    ['with no words at all', () => null],
    ['with the decision of another ask', (_asked, other) => answerOf(other)],
  ];
  for (const [what, output] of wakes)
    for (const decide of ['iam', 'link'] as const)
      test(`${what}, decide: ${decide}`, () =>
        waiting({ decide }, async (stage) => {
          const { rehearsal, approval, toTheEnd } = stage;
          const asked = await approval();
          const token = await tokenIn(rehearsal);
          assert.equal(token, asked.taskToken);
          const other: Approval = {
            ...asked,
            ring: 'canary',
            decision: 'yes',
            by: 'ann',
            way: 'iam',
            decidedAt: asked.askedAt,
          };
          await rehearsal.act('operator', async () => {
            await campaigns.putApproval({ ...other, decision: null });
            await campaigns.decide(other);
            await engine.answer(token, output(asked, other));
          });
          assert.equal(await toTheEnd(), 'Denied');
          assert.match(
            record(stage).why,
            /fleet was denied by nobody: the campaign was woken, and no decision stood in/,
          );
        }));

  test('nor does a yes by link that somebody wrote past the page, where the policy asks for credentials', () =>
    waiting({ decide: 'iam' }, async (stage) => {
      const asked = await stage.approval();
      const forged: Approval = {
        ...asked,
        decision: 'yes',
        by: '203.0.113.7 by mail link',
        way: 'link',
        decidedAt: asked.askedAt,
      };
      await stage.rehearsal.act('operator', async () => {
        assert.ok(await campaigns.decide(forged));
        await engine.answer(asked.taskToken ?? '', answerOf(forged));
      });
      assert.equal(await stage.toTheEnd(), 'Denied');
      assert.match(record(stage).why, /but it was given by a link, and the policy asks for AWS credentials/);
    }));
});

/** As anybody finds it who may read the execution's history. */
async function tokenIn(rehearsal: Waiting['rehearsal']): Promise<string> {
  const executionArn = rehearsal.executions().find(({ machine }) => machine === 'campaign')?.arn;
  const { events = [] } = await rehearsal.act('operator', () =>
    new SFNClient({}).send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true })),
  );
  const scheduled = events.find(({ taskScheduledEventDetails: of }) => of?.resource === 'invoke.waitForTaskToken');
  return JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '{}').Payload.taskToken;
}
