import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '#domain/campaign/ports.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { Visit } from '#domain/campaign/visit.ts';
import { answerApproval } from '../../../functions/campaign/answer-approval.ts';
import { anApproval, aQuestion, LATE, SCOPE, SECRET, SOON } from '../../domain/approval-fixture.ts';
import { campaignsInMemory, evidenceInMemory } from '../in-memory.ts';

const FORM = 'application/x-www-form-urlencoded';

/** A page with one approval behind it, and a count of what a visit touched. */
async function page(change: Partial<Approval> = {}) {
  const campaigns = campaignsInMemory();
  const evidence = evidenceInMemory();
  const approval = anApproval(change);
  await campaigns.putApproval(approval);
  await evidence.write(approval, 'plan.json', { scopeHash: SCOPE });
  await evidence.write(approval, 'approvals/fleet.json', aQuestion());
  const touched: string[] = [];
  const engine = { answer: async () => touched.push('answer') > 0 } as unknown as Engine;
  const ports = {
    engine,
    campaigns: {
      ...campaigns,
      approval(campaign: string, ring: string) {
        touched.push('read');
        return campaigns.approval(campaign, ring);
      },
    },
    evidence: {
      ...evidence,
      read<T>(...of: Parameters<typeof evidence.read>) {
        touched.push('evidence');
        return evidence.read<T>(...of);
      },
    },
  };
  const visit = (more: Partial<Visit> = {}, now = SOON) =>
    answerApproval(
      {
        method: 'GET',
        path: '/',
        query: { a: 'web-1.fleet', s: SECRET },
        contentType: '',
        body: '',
        sourceIp: '203.0.113.7',
        caller: null,
        userAgent: 'a browser',
        ...more,
      },
      ports,
      now,
    );
  const post = (body: string | null, more: Partial<Visit> = {}, now = SOON) =>
    visit({ method: 'POST', contentType: FORM, body, ...more }, now);
  const stored = async () => (await campaigns.approval('web-1', 'fleet')) ?? anApproval();
  return { visit, post, stored, touched, approval };
}

test('trap 11: GET and HEAD show and decide nothing, however often', async () => {
  const { visit, stored, approval, touched } = await page();
  for (const method of ['GET', 'HEAD', 'GET']) assert.equal((await visit({ method })).status, 200);
  assert.deepEqual(await stored(), approval);
  assert.ok(!touched.includes('answer'));
});

test('a POST of the form with the word decides, by whom as far as it is known', async () => {
  const { post, stored } = await page();
  const { status, log } = await post('decision=yes&word=dea84c');
  assert.equal(status, 200);
  assert.deepEqual(log, { approval: 'web-1.fleet', what: 'recorded', decision: 'yes' });
  const { decision, by, decidedAt } = await stored();
  assert.deepEqual([decision, by, decidedAt], ['yes', '203.0.113.7 by mail link', SOON]);
});

test('bad input: nothing is decided, each with its status and a log line without the secret', async () => {
  const query = { a: 'web-1.fleet', s: SECRET };
  const yes = 'decision=yes&word=dea84c';
  const table: [string, number, Partial<Visit>, string?][] = [
    ['no link at all', 404, { query: {} }],
    ['a path of a browser or scanner', 404, { path: '/favicon.ico' }],
    ['a link cut short', 404, { query: { ...query, s: SECRET.slice(3) } }],
    ['an altered secret', 403, { query: { ...query, s: `B${SECRET.slice(1)}` } }],
    ['another campaign', 403, { query: { ...query, a: 'web-2.fleet' } }],
    ['another ring', 403, { query: { ...query, a: 'web-1.canary' } }],
    ['a key of the table', 404, { query: { ...query, a: 'web-1#x.fleet' } }],
    ['expired', 410, {}, LATE],
    ['no word', 422, { body: 'decision=yes' }],
    ['an empty form', 422, { body: '' }],
    ['a wrong word', 422, { body: 'decision=yes&word=dea84d' }],
    ['both decisions', 422, { body: 'decision=yes&decision=no&word=dea84c' }],
    ['JSON', 415, { contentType: 'application/json', body: '{"decision":"yes","word":"dea84c"}' }],
    ['no content type', 415, { contentType: '' }],
    ['multipart', 415, { contentType: 'multipart/form-data' }],
    ['too long a body', 413, { body: null }],
    ['PUT', 405, { method: 'PUT' }],
    ['DELETE', 405, { method: 'DELETE' }],
    ['OPTIONS', 405, { method: 'OPTIONS' }],
    ['decision in the query', 422, { query: { ...query, decision: 'yes', word: 'dea84c' }, body: '' }],
  ];
  for (const [name, status, more, now] of table) {
    const { post, stored, approval, touched } = await page();
    const answered = await post(yes, more, now);
    assert.equal(answered.status, status, name);
    assert.deepEqual(await stored(), approval, name);
    assert.ok(!touched.includes('answer'), name);
    assert.ok(answered.log.what, name);
    assert.ok(!JSON.stringify([answered.log, answered.body]).includes(SECRET), name);
  }
});

test('without the right secret one item is read, and nothing else', async () => {
  const wrong = await page();
  await wrong.post('decision=yes&word=dea84c', { query: { a: 'web-1.fleet', s: `B${SECRET.slice(1)}` } });
  assert.deepEqual(wrong.touched, ['read']);
  const long = await page();
  await long.post(null);
  await long.visit({ query: { a: 'web-1.fleet' } });
  await long.post('x', { contentType: 'text/plain' });
  assert.deepEqual(long.touched, [], 'and here not even that');
});

test('replayed: the same is taken kindly, the opposite refused, the page shows what stands', async () => {
  const { visit, post, stored } = await page();
  await post('decision=no&word=dea84c');
  const again = await post('decision=no&word=dea84c', { sourceIp: '198.51.100.1' });
  assert.equal(again.status, 200);
  assert.match(again.body, /It was recorded before/);
  assert.equal((await post('decision=yes&word=dea84c')).status, 409);
  assert.match((await visit()).body, /This was denied by 203\.0\.113\.7 by mail link/);
  assert.equal((await stored()).decision, 'no');
});

test('with decide: iam the page shows, and no POST decides', async () => {
  const { visit, post, stored, approval } = await page({ decide: 'iam' });
  assert.match((await visit()).body, /patchwright approve web-1 fleet/);
  assert.equal((await post('decision=yes&word=dea84c')).status, 403);
  assert.deepEqual(await stored(), approval);
});

test('a hundred visits in a row, and a hundred at once, of every kind, leave it as it was; then a person decides', async () => {
  const { visit, post, stored, approval } = await page();
  const visitor = (i: number) =>
    [
      () => visit(),
      () => visit({ method: 'HEAD' }),
      () => post(''),
      () => post('decision=yes&word='),
      () => post(`decision=yes&word=${i.toString(16).padStart(6, '0')}`),
    ][i % 5]?.();
  for (let i = 0; i < 100; i++) await visitor(i);
  await Promise.all(Array.from({ length: 100 }, (_, i) => visitor(i)));
  assert.deepEqual(await stored(), approval);
  assert.equal((await post('decision=yes&word=dea84c')).status, 200);
});

test('of a yes and a no at the same moment one stands, and the other is refused', async () => {
  const { post, stored } = await page();
  const [yes, no] = await Promise.all([post('decision=yes&word=dea84c'), post('decision=no&word=dea84c')]);
  assert.deepEqual([yes?.status, no?.status].sort(), [200, 409]);
  assert.equal((await stored())?.decision, yes?.status === 200 ? 'yes' : 'no');
});
