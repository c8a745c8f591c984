import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Said } from '#domain/campaign/approval.ts';
import type { Engine, ExecutionStatus } from '#domain/campaign/ports.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { decide, deliverDecisions } from '#loops/campaign/decision.ts';
import { ASKED, anApproval, LATE, SCOPE, SOON } from '../../domain/approval-fixture.ts';
import { campaignsInMemory, evidenceInMemory } from '../../functions/in-memory.ts';

const said = (decision: 'yes' | 'no', by: string): Said => ({
  decision,
  by,
  way: 'link',
  askedAt: ASKED,
  scopeHash: SCOPE,
});

/** `good`: whether Step Functions still takes the token, or what it throws. */
async function asked(
  change: Partial<Approval> = {},
  good: boolean | Error = true,
  status: ExecutionStatus = 'RUNNING',
) {
  const campaigns = campaignsInMemory();
  const evidence = evidenceInMemory();
  const approval = anApproval(change);
  await campaigns.putApproval(approval);
  await evidence.write(approval, 'plan.json', { scopeHash: SCOPE });
  const answers: unknown[] = [];
  const engine = {
    good,
    status: async () => status,
    arn: (name: string) => `arn:${name}`,
    async answer(token: string, output: unknown) {
      if (this.good instanceof Error) throw this.good;
      answers.push([token, output]);
      return this.good;
    },
  };
  const ports = { campaigns, evidence, engine: engine as unknown as Engine };
  const stored = async () => (await campaigns.approval('web-1', 'fleet')) ?? anApproval();
  const say = async (decision: 'yes' | 'no', now = SOON, by = 'ann') =>
    decide(await stored(), said(decision, by), ports, now);
  return { say, stored, answers, ports, engine, approval, evidence, campaigns };
}

test('the decision is written first, then the machine is woken with it', async () => {
  const { say, stored, answers } = await asked();
  const { what, delivered } = await say('yes');
  assert.deepEqual([what, delivered], ['recorded', true]);
  const { decision, by, decidedAt, taskToken } = await stored();
  assert.deepEqual([decision, by, decidedAt], ['yes', 'ann', SOON]);
  assert.equal(taskToken, 'token', 'until the machine has read it');
  assert.deepEqual(answers, [['token', { decision: 'yes', scopeHash: SCOPE, by: 'ann', at: SOON }]]);
});

test('the same again is taken kindly, the opposite is refused, and the first stands', async () => {
  const { say, stored } = await asked();
  await say('no');
  assert.equal((await say('no', SOON, 'bob')).what, 'repeated');
  assert.equal((await say('yes', SOON, 'bob')).what, 'opposite');
  const { decision, by } = await stored();
  assert.deepEqual([decision, by], ['no', 'ann']);
});

test('always 5: after the time, or on a widened scope, a yes is none; a no still is', async () => {
  const late = await asked();
  assert.equal((await late.say('yes', LATE)).what, 'late');
  assert.deepEqual([(await late.stored()).decision, late.answers], [null, []]);
  const wider = await asked();
  await wider.evidence.write(wider.approval, 'plan.json', { scopeHash: 'wider' });
  assert.equal((await wider.say('yes')).what, 'widened');
  assert.deepEqual([(await wider.stored()).decision, wider.answers], [null, []]);
  assert.equal((await wider.say('no')).what, 'recorded');
  assert.equal((await asked({ decision: 'silence' }).then(({ say }) => say('yes'))).what, 'late');
});

test('of two who decide at the same time one is recorded, and the other is told', async () => {
  const { approval, ports, stored } = await asked();
  const both = await Promise.all([
    decide(approval, said('yes', 'ann'), ports, SOON),
    decide(approval, said('no', 'bob'), ports, SOON),
  ]);
  assert.deepEqual(both.map(({ what }) => what).sort(), ['opposite', 'recorded']);
  assert.equal((await stored()).by, both.find(({ what }) => what === 'recorded')?.approval.by);
});

test('an ask that was replaced meanwhile is not decided by the older one', async () => {
  const { approval, ports, campaigns, stored } = await asked();
  await campaigns.putApproval({ ...approval, askedAt: '2024-09-01T00:25:00.000Z', taskToken: 'token-2' });
  campaigns.decide = async () => false; // as the table's condition on the ask does
  assert.equal((await decide(approval, said('yes', 'ann'), ports, SOON)).what, 'replaced');
  assert.equal((await stored()).decision, null);
});

test('always 5: a yes to an earlier ask is none to the later one, also where that was decided meanwhile', async () => {
  const { approval, ports, campaigns, answers } = await asked();
  const later = { ...approval, askedAt: '2024-09-01T00:25:00.000Z', taskToken: 'token-2', scopeHash: 'wider' };
  await campaigns.putApproval(later);
  await campaigns.decide({ ...later, decision: 'yes', by: 'bob', decidedAt: '2024-09-01T00:26:00.000Z' });
  campaigns.decide = async () => false; // as the table's condition on the ask does
  const { what, delivered } = await decide(approval, said('yes', 'ann'), ports, SOON);
  assert.deepEqual([what, delivered, answers], ['replaced', false, []]);
});

test('a machine that cannot be woken now is woken from what stands: by the next click, or by the sweeper', async () => {
  const { say, stored, answers, engine, ports } = await asked({}, new AwsUnavailable('throttled'));
  assert.deepEqual(await say('yes').then(({ what, delivered }) => [what, delivered]), ['recorded', false]);
  assert.equal((await stored()).decision, 'yes', 'the decision is safe');
  await deliverDecisions('web-1', ports);
  engine.good = true;
  await deliverDecisions('web-1', ports);
  assert.deepEqual(answers, [['token', { decision: 'yes', scopeHash: SCOPE, by: 'ann', at: SOON }]]);
  assert.deepEqual(await say('yes', LATE).then(({ what, delivered }) => [what, delivered]), ['repeated', true]);
});

test('the sweeper leaves alone what nobody decided, and what the machine has read', async () => {
  const open = await asked();
  await deliverDecisions('web-1', open.ports);
  const read = await asked({ decision: 'yes', by: 'ann', taskToken: null });
  await deliverDecisions('web-1', read.ports);
  await deliverDecisions('web-2', read.ports);
  assert.deepEqual([open.answers, read.answers], [[], []]);
});

test('a token that is no longer good: the running machine reads what stands; where none runs it came too late', async () => {
  const running = await asked({}, false);
  assert.equal((await running.say('yes')).what, 'recorded');
  assert.equal((await running.stored()).decision, 'yes');
  for (const status of ['ABORTED', 'TIMED_OUT', 'FAILED', 'unknown'] as const) {
    const ended = await asked({}, false, status);
    assert.equal((await ended.say('yes')).what, 'late', status);
    const { decision, by, taskToken } = await ended.stored();
    assert.deepEqual([decision, by, taskToken], ['silence', null, null], status);
  }
});

test('what AWS refuses for good is not hidden', async () => {
  const { say, stored } = await asked({}, new AwsRefused('no permission'));
  await assert.rejects(say('yes'), { name: 'AwsRefused' });
  assert.equal((await stored()).decision, 'yes');
});
