import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '#domain/campaign/ports.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { Visit } from '#domain/campaign/visit.ts';
import { decideApproval } from '../../../functions/campaign/decide-approval.ts';
import { ASKED, anApproval, LATE, SCOPE, SOON } from '../../domain/approval-fixture.ts';
import { campaignsInMemory, evidenceInMemory } from '../in-memory.ts';

const STARTER = 'arn:aws:sts::123456789012:assumed-role/ops/starter';
const OTHER = 'arn:aws:sts::123456789012:assumed-role/approvers/ann';
const SAID = { campaign: 'web-1', ring: 'fleet', decision: 'yes', askedAt: ASKED, scopeHash: SCOPE };

async function asked(change: Partial<Approval> = {}) {
  const campaigns = campaignsInMemory();
  const evidence = evidenceInMemory();
  const approval = anApproval({ decide: 'iam', decideAt: 'https://x.example/', ...change });
  await campaigns.putApproval(approval);
  await evidence.write(approval, 'plan.json', { scopeHash: SCOPE });
  await evidence.write(approval, 'opened.json', { trigger: { kind: 'person', id: 'x', at: ASKED, by: STARTER } });
  const woken: unknown[] = [];
  const engine = { answer: async (...args: unknown[]) => woken.push(args) > 0 } as unknown as Engine;
  const call = async (body: unknown, more: Partial<Visit> = {}, now = SOON) => {
    const visit: Visit = {
      method: 'POST',
      path: '/',
      query: {},
      contentType: 'application/json',
      body: typeof body === 'string' || body === null ? body : JSON.stringify(body),
      sourceIp: '203.0.113.7',
      caller: OTHER,
      userAgent: '',
      ...more,
    };
    const { status, body: text, log } = await decideApproval(visit, { campaigns, engine, evidence }, now);
    return { status, log, told: JSON.parse(text) };
  };
  return { call, woken, stored: () => campaigns.approval('web-1', 'fleet') };
}

test('always 5: a decision by credentials is written under the ARN that Lambda gives, and wakes the campaign', async () => {
  const { call, stored, woken } = await asked();
  const { status, told, log } = await call({ ...SAID, by: STARTER, way: 'link' });
  assert.deepEqual([status, told.what, told.delivered], [200, 'recorded', true]);
  const { decision, by, way, decidedAt } = (await stored()) ?? anApproval();
  assert.deepEqual([decision, by, way, decidedAt], ['yes', OTHER, 'iam', SOON]);
  assert.equal(woken.length, 1);
  assert.deepEqual(log, { what: 'recorded', approval: 'web-1.fleet', caller: OTHER, decision: 'yes' });
  for (const secret of ['taskToken', 'linkHash', 'decideAt']) assert.ok(!told.approval[secret], secret);
  const again = await call(SAID, { caller: 'arn:aws:iam::123456789012:user/bob' });
  assert.deepEqual([again.status, again.told.what, again.told.approval.by], [200, 'repeated', OTHER]);
  assert.deepEqual((await call({ ...SAID, decision: 'no' })).told.what, 'opposite');
});

test('always 5: what may not decide decides nothing, each with its status', async () => {
  const table: [string, number, unknown, Partial<Visit>, string?][] = [
    ['starter', 403, SAID, { caller: STARTER }],
    ['starter', 403, SAID, { caller: 'arn:aws:sts::123456789012:assumed-role/ops/another-session' }],
    ['nobody', 403, SAID, { caller: null }],
    ['method', 405, SAID, { method: 'GET' }],
    ['bad-request', 400, 'yes', {}],
    ['bad-request', 400, null, {}],
    ['bad-request', 400, { ...SAID, decision: 'silence' }, {}],
    ['not-asked', 404, { ...SAID, campaign: 'web-2' }, {}],
    ['not-asked', 404, { ...SAID, ring: 'canary' }, {}],
    ['replaced', 409, { ...SAID, askedAt: SOON }, {}],
    ['widened', 409, { ...SAID, scopeHash: 'x' }, {}],
    ['late', 410, SAID, {}, LATE],
  ];
  for (const [what, status, body, more, now] of table) {
    const { call, stored, woken } = await asked();
    const answer = await call(body, more, now);
    assert.deepEqual([answer.status, answer.told.what], [status, what]);
    assert.deepEqual([(await stored())?.decision, woken], [null, []], what);
  }
  const { call } = await asked();
  assert.equal(
    (await call({ ...SAID, decision: 'no' }, { caller: STARTER })).told.what,
    'recorded',
    'who starts may stop',
  );
  assert.equal(
    (await (await asked({ decide: 'link' })).call(SAID)).told.what,
    'recorded',
    'also where a link would do',
  );
});
