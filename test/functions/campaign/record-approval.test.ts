import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#domain/campaign/records.ts';
import { CONTRACT } from '#domain/campaign/tasks.ts';
import { recordApproval } from '../../../functions/campaign/record-approval.ts';
import { ASKED, anApproval, LATE, SCOPE, SOON } from '../../domain/approval-fixture.ts';
import { campaignsInMemory, evidenceInMemory } from '../in-memory.ts';

const STARTER = 'arn:aws:iam::123456789012:user/starter';
const OTHER = 'arn:aws:iam::123456789012:user/other';

async function recorded(change: Partial<Approval>, answer: unknown, scopeHash = SCOPE) {
  const campaigns = campaignsInMemory();
  const evidence = evidenceInMemory();
  const approval = anApproval(change);
  await campaigns.putApproval({ ...approval, decision: null });
  if (approval.decision) await campaigns.decide(approval);
  await evidence.write(approval, 'plan.json', { scopeHash });
  const trigger = { kind: 'person', id: 'x', at: ASKED, by: STARTER };
  await evidence.write(approval, 'opened.json', { trigger });
  const input = { contract: CONTRACT, campaign: 'web-1', group: 'web', ring: 'fleet', answer };
  const result = await recordApproval(input, { campaigns, evidence }, SOON);
  assert.deepEqual(await recordApproval(input, { campaigns, evidence }, SOON), result, 'twice');
  return { ...result, stored: await campaigns.approval('web-1', 'fleet') };
}

const stands = { decision: 'yes', by: OTHER, way: 'iam', decidedAt: SOON } as const;

test('trap 47, always 5: a wake-up without a decision in the table is a no, also with token, scope hash and a name', async () => {
  const woken = { decision: 'yes', scopeHash: SCOPE, by: OTHER, at: SOON };
  for (const answer of [woken, { ...woken, scopeHash: 'wrong' }, {}, null, 'yes']) {
    for (const decide of ['iam', 'link'] as const) {
      const { decision, why, stored } = await recorded({ decide }, answer);
      assert.equal(decision, 'Denied');
      assert.match(why, /fleet was denied by nobody: the campaign was woken, and no decision stood in the table/);
      assert.deepEqual([stored?.decision, stored?.taskToken], ['no', null]);
    }
  }
  const silence = await recorded({}, { decision: 'silence' });
  assert.deepEqual([silence.decision, silence.stored?.decision], ['Denied', 'silence']);
});

test('always 5: a decision that stands counts, whatever the machine was woken with', async () => {
  for (const answer of [{ decision: 'silence' }, { decision: 'no' }, null]) {
    const { decision, why, stored } = await recorded({ ...stands, decide: 'iam' }, answer);
    assert.deepEqual([decision, why], ['Approved', `fleet was approved by ${OTHER}`]);
    assert.deepEqual([stored?.decision, stored?.taskToken], ['yes', null]);
  }
  assert.equal((await recorded({ ...stands, decision: 'no' }, { decision: 'yes' })).decision, 'Denied');
});

test('always 5: a yes that stands by somebody who may not decide is none, and says why', async () => {
  const table: [Partial<Approval>, RegExp, string?][] = [
    [{ ...stands, way: 'link', decide: 'iam' }, /but it was given by a link, and the policy asks for AWS credentials/],
    [{ ...stands, decidedAt: LATE }, /but it came too late/],
    [stands, /but it was given for another scope/, 'wider'],
    [{ ...stands, by: STARTER }, /but it was given by who started the campaign by hand/],
  ];
  for (const [change, why, scope] of table) {
    const result = await recorded(change, { decision: 'yes', scopeHash: SCOPE }, scope);
    assert.equal(result.decision, 'Denied');
    assert.match(result.why, why);
  }
});

test('an approval that nobody asked for is a broken record', async () => {
  const input = { contract: CONTRACT, campaign: 'web-1', group: 'web', ring: 'fleet', answer: null };
  const ports = { campaigns: campaignsInMemory(), evidence: evidenceInMemory() };
  await assert.rejects(recordApproval(input, ports, SOON), { name: 'BrokenRecord' });
});
