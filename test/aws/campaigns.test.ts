import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, beforeEach, test } from 'node:test';
import { campaigns } from '#aws/campaigns.ts';
import { intents } from '#aws/intents.ts';
import type { Approval, Lease, Trigger } from '#domain/campaign/records.ts';
import type { Intent } from '#domain/patch/records.ts';
import { type Answer, all, type Call, error, inVirtualTime, wire } from './wire.ts';

const aws = await wire();
process.env.TABLE_NAME = 'patchwright';

/** An embedded DynamoDB; the wire passes every call on to it, and may lose an answer. */
const dynalite = createRequire(import.meta.url)('dynalite');
const table = dynalite({ createTableMs: 0, deleteTableMs: 0 });
await new Promise<void>((ready) => table.listen(0, '127.0.0.1', ready));
const { port } = table.address();
after(() => table.close());

const TABLE = {
  TableName: 'patchwright',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
};

async function direct(operation: string, body: object): Promise<{ status: number; body: string }> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=a, Signature=b',
    'x-amz-date': '20260101T000000Z',
  };
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.text() };
}

const through = ({ operation, body }: Call): Promise<Answer> => direct(operation, body);

beforeEach(async () => {
  await direct('DeleteTable', { TableName: 'patchwright' });
  for (let status = 0; status !== 200; ) ({ status } = await direct('CreateTable', TABLE));
  for (let text = ''; !text.includes('ACTIVE'); )
    text = (await direct('DescribeTable', { TableName: 'patchwright' })).body;
  aws.plays(through);
});

const trigger: Trigger = {
  kind: 'schedule',
  id: 'arn:schedule/2026-03-01T02:00',
  at: '2026-03-01T02:00:00.000Z',
  by: 'arn',
};

const free: Lease = {
  group: 'web',
  version: 0,
  holder: null,
  noted: [trigger],
  lastOpenedAt: null,
  lastClosed: null,
  lastProof: null,
};

const intent = (wave: number, ring = 'canary'): Intent => ({
  campaign: 'c1',
  ring,
  wave,
  instances: ['i-0'],
  comment: `c1/${ring}/${wave}`,
  at: '2026-03-01T02:00:00.000Z',
  state: 'intended',
  commandId: null,
  words: '',
});

const ask: Approval = {
  campaign: 'c1',
  group: 'web',
  ring: 'fleet',
  scopeHash: 'scope',
  askedAt: '2026-03-01T02:00:00.000Z',
  expiresAt: '2026-03-02T02:00:00.000Z',
  decide: 'link',
  linkHash: null,
  taskToken: 'token-1',
  decision: null,
  by: null,
  decidedAt: null,
};

test('always 3: of two who write a lease of the same version, one does', async () => {
  assert.equal(await campaigns.lease('web'), null);
  assert.deepEqual(
    await Promise.all([campaigns.writeLease(free), campaigns.writeLease(free)]).then((both) => both.sort()),
    [false, true],
  );
  const read = (await campaigns.lease('web')) ?? assert.fail();
  assert.deepEqual(read, { ...free, version: 1 });
  assert.equal(await campaigns.writeLease({ ...read, noted: [] }), true);
  assert.equal(await campaigns.writeLease(read), false);
  assert.deepEqual(await campaigns.lease('web'), { ...free, noted: [], version: 2 });
});

test('a lease whose first write got no answer is written, and known to be ours', async () => {
  let lost = false;
  aws.plays(async (call) => {
    const answer = await through(call);
    if (call.operation !== 'PutItem' || lost) return answer;
    lost = true;
    return 'hang up';
  });
  assert.equal(await inVirtualTime(() => campaigns.writeLease(free)), true);
  assert.deepEqual(aws.operations(), ['PutItem', 'PutItem', 'GetItem']);
});

test('a table that cannot be reached is an error, never a lost race', async () => {
  aws.plays(() => error(400, 'com.amazonaws.dynamodb.v20120810#AccessDeniedException'));
  await assert.rejects(campaigns.writeLease(free), { name: 'AwsRefused' });
  await assert.rejects(campaigns.killSwitch(), { name: 'AwsRefused' });
});

test('all leases are listed, and nothing else', async () => {
  await intents.add(intent(1));
  for (const group of ['web', 'batch']) await campaigns.writeLease({ ...free, group });
  const leases = await all(campaigns.leases());
  assert.deepEqual(
    leases.map(({ group }) => group),
    ['batch', 'web'],
  );
});

test('a trigger counts once, and again for the campaign that it started', async () => {
  assert.equal(await campaigns.claimTrigger(trigger, 'c1'), true);
  assert.equal(await campaigns.claimTrigger(trigger, 'c1'), true);
  assert.equal(await campaigns.claimTrigger(trigger, 'c2'), false);
  assert.equal(await campaigns.claimTrigger({ ...trigger, id: 'another' }, 'c2'), true);
  assert.equal(aws.calls[0]?.body.Item.expires.N, String(Date.parse('2027-04-05T02:00:00Z') / 1000));
});

test('always 4: an intent of a ring and wave is added once, and updated only where it is', async () => {
  assert.equal(await intents.add(intent(1)), true);
  assert.equal(await intents.add({ ...intent(1), comment: 'again' }), false);
  await intents.update({ ...intent(1), state: 'sent', commandId: 'cmd' });
  assert.deepEqual(await all(intents.of('c1', 'canary')), [{ ...intent(1), state: 'sent', commandId: 'cmd' }]);
  await assert.rejects(intents.update(intent(2)), { name: 'BrokenRecord' });
});

test('intents come by ring in the order of waves, or all of a campaign', async () => {
  for (const wave of [10, 9, 1000, 100]) await intents.add(intent(wave));
  await intents.add(intent(1, 'canary2'));
  await intents.add({ ...intent(1), campaign: 'c2' });
  await campaigns.putApproval(ask);
  const of = async (ring?: string) => (await all(intents.of('c1', ring))).map(({ comment }) => comment);
  assert.deepEqual(await of('canary'), ['c1/canary/9', 'c1/canary/10', 'c1/canary/100', 'c1/canary/1000']);
  assert.deepEqual(await of(), ['c1/canary/9', 'c1/canary/10', 'c1/canary/100', 'c1/canary/1000', 'c1/canary2/1']);
});

test('lists of more than one page are read to the end', async () => {
  const words = 'w'.repeat(300_000);
  for (let wave = 1; wave <= 8; wave++) await intents.add({ ...intent(wave), words });
  aws.calls.length = 0;
  assert.equal((await all(intents.of('c1', 'canary'))).length, 8);
  assert.ok(aws.calls.length > 1);
  for (const { body } of aws.calls) assert.equal(body.ConsistentRead, true);
});

test('an approval is decided once', async () => {
  assert.equal(await campaigns.approval('c1', 'fleet'), null);
  await campaigns.putApproval(ask);
  const yes: Approval = { ...ask, decision: 'yes', by: 'ann', decidedAt: '2026-03-01T03:00:00.000Z' };
  assert.equal(await campaigns.decide(yes), true);
  assert.equal(await campaigns.decide({ ...yes, decision: 'no' }), false);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), yes);
});

test('a decision on an ask that was replaced does not count for the later one', async () => {
  await campaigns.putApproval(ask);
  const later = { ...ask, scopeHash: 'wider', taskToken: 'token-2', askedAt: '2026-03-01T04:00:00.000Z' };
  await campaigns.putApproval(later);
  assert.equal(await campaigns.decide({ ...ask, decision: 'yes' }), false);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), later);
});

test('a retried ask takes back neither a decision nor a later ask', async () => {
  const later = { ...ask, taskToken: 'token-2', askedAt: '2026-03-01T04:00:00.000Z' };
  assert.equal(await campaigns.putApproval(later), true);
  assert.equal(await campaigns.putApproval(ask), false, 'a run that hung');
  assert.equal(await campaigns.putApproval({ ...later, taskToken: 'token-3' }), true);
  const yes: Approval = { ...later, decision: 'yes', by: 'ann', decidedAt: '2026-03-01T05:00:00.000Z' };
  assert.equal(await campaigns.decide(yes), true);
  assert.equal(await campaigns.putApproval({ ...later, askedAt: '2026-03-01T06:00:00.000Z' }), false);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), yes);
});

test('all asks of a campaign are listed, and a decided one is written over while it is the same ask', async () => {
  await campaigns.putApproval(ask);
  await campaigns.putApproval({ ...ask, ring: 'late' });
  await campaigns.putApproval({ ...ask, campaign: 'c2' });
  assert.deepEqual(
    (await all(campaigns.approvals('c1'))).map(({ ring }) => ring),
    ['fleet', 'late'],
  );
  const decided: Approval = { ...ask, decision: 'yes', by: 'ann', taskToken: null };
  assert.equal(await campaigns.updateApproval(decided), true);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), decided);
  assert.equal(await campaigns.updateApproval({ ...decided, askedAt: '2026-03-01T04:00:00.000Z' }), false);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), decided);
});

test('what a closed campaign has in the table expires, and is otherwise as it was', async () => {
  for (const wave of [1, 2]) await intents.add(intent(wave));
  await intents.add({ ...intent(1), campaign: 'c2' });
  await campaigns.putApproval(ask);
  await campaigns.expire('c1', '2026-06-01T00:00:00.500Z');
  await campaigns.expire('c1', '2026-06-01T00:00:00.500Z');
  await campaigns.expire('c3', '2026-06-01T00:00:00.500Z');
  const { Items } = JSON.parse((await direct('Scan', { TableName: 'patchwright' })).body);
  const expiring = Items.map((item: Record<string, { S: string; N: string }>) => [
    item.pk?.S,
    item.sk?.S,
    item.expires?.N,
  ]);
  const on = String(Date.parse('2026-06-01T00:00:00Z') / 1000);
  assert.deepEqual(expiring.sort(), [
    ['approval#c1', 'approval#fleet', on],
    ['campaign#c1', 'intent#canary#000001', on],
    ['campaign#c1', 'intent#canary#000002', on],
    ['campaign#c2', 'intent#canary#000001', undefined],
  ]);
  assert.deepEqual(await campaigns.approval('c1', 'fleet'), ask);
  assert.equal((await all(intents.of('c1'))).length, 2);
});

test('always 5: the kill switch says go only if it was set to go', async () => {
  assert.equal(await campaigns.killSwitch(), 'stop');
  await campaigns.setKillSwitch('go', 'ann', '2026-03-01T02:00:00.000Z');
  assert.equal(await campaigns.killSwitch(), 'go');
  await campaigns.setKillSwitch('stop', 'ann', '2026-03-01T02:00:00.000Z');
  assert.equal(await campaigns.killSwitch(), 'stop');
});

test('without the table’s name the error says which variable is missing', async () => {
  delete process.env.TABLE_NAME;
  try {
    await assert.rejects(campaigns.lease('web'), { name: 'NotConfigured', message: /TABLE_NAME/ });
  } finally {
    process.env.TABLE_NAME = 'patchwright';
  }
});

test('always 5: every read of the table is consistent: leases, approvals, the kill switch, lists', async () => {
  aws.calls.length = 0;
  await campaigns.lease('web');
  await campaigns.approval('c1', 'fleet');
  await campaigns.killSwitch();
  await all(campaigns.leases());
  await all(intents.of('c1'));
  await all(campaigns.approvals('c1'));
  assert.equal(aws.calls.length, 6);
  for (const { body } of aws.calls) assert.equal(body.ConsistentRead, true);
});
