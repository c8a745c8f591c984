import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notices } from '#aws/notices.ts';
import type { Notice } from '#domain/campaign/records.ts';
import { wire } from './wire.ts';

const aws = await wire();
process.env.NOTICES_TOPIC_ARN = 'arn:aws:sns:eu-central-1:1:notices';
process.env.APPROVALS_TOPIC_ARN = 'arn:aws:sns:eu-central-1:1:approvals';

const notice: Notice = {
  id: 'c1/delta',
  kind: 'delta',
  topic: 'notices',
  group: 'web',
  campaign: 'c1',
  subject: 'web: 12 fixed',
  body: 'Twelve findings were fixed.\nFünf bleiben.',
  data: { fixed: 12 },
  attributes: { outcome: 'Completed', empty: '' },
};

const published = async (changes: Partial<Notice> = {}) => {
  const body = '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>';
  aws.plays(() => ({ headers: { 'content-type': 'text/xml' }, body }));
  await notices.publish({ ...notice, ...changes });
  return aws.calls.at(-1)?.body ?? assert.fail();
};

test('a notice goes to its topic, with its text for mail, its data as JSON for machines, its subject for phones', async () => {
  const sent = await published();
  assert.equal(sent.TopicArn, 'arn:aws:sns:eu-central-1:1:notices');
  assert.equal(sent.Subject, 'web: 12 fixed');
  assert.equal(sent.MessageStructure, 'json');
  const { default: machines, ...people } = JSON.parse(sent.Message);
  assert.deepEqual(people, { email: notice.body, 'email-json': notice.body, sms: notice.subject });
  const { id, subject, kind, group, campaign } = notice;
  assert.deepEqual(JSON.parse(machines), { id, subject, kind, group, campaign, fixed: 12 });
  assert.equal((await published({ topic: 'approvals' })).TopicArn, 'arn:aws:sns:eu-central-1:1:approvals');
});

test('its id is an attribute, so that a repeat is known; empty attributes, which SNS refuses, are left out', async () => {
  const sent = await published();
  const attributes = Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((n) => [
      sent[`MessageAttributes.entry.${n}.Name`],
      sent[`MessageAttributes.entry.${n}.Value.StringValue`],
    ]),
  );
  delete attributes.undefined;
  assert.deepEqual(attributes, { id: 'c1/delta', kind: 'delta', group: 'web', campaign: 'c1', outcome: 'Completed' });
});

test('a subject that SNS would refuse is made fit', async () => {
  const { Subject } = await published({ subject: `wéb\nline ${'x'.repeat(200)}` });
  assert.match(Subject, /^w b line x+$/);
  assert.equal(Subject.length, 99);
});

for (const [what, body] of [
  ['plain text', 'x'.repeat(400_000)],
  ['characters of four bytes', `x${'🔧'.repeat(100_000)}`],
  ['text that JSON makes longer', '"\n'.repeat(100_000)],
] as const) {
  test(`a message over 256 KiB of ${what} is cut, and says so`, async () => {
    const sent = await published({ body });
    assert.ok(Buffer.byteLength(sent.Message) < 262_144);
    assert.ok(Buffer.byteLength(sent.Message) > 180_000);
    const { email } = JSON.parse(sent.Message);
    assert.match(email, /Cut here/);
    assert.ok(email.isWellFormed());
  });
}

test('data too long for SNS are left to the evidence, and the text stays', async () => {
  const { Message } = await published({ data: { verdicts: 'x'.repeat(300_000) } });
  const { default: machines, email } = JSON.parse(Message);
  assert.equal(email, notice.body);
  const { cut, ...named } = JSON.parse(machines);
  assert.match(cut, /read the evidence/);
  assert.equal(named.id, notice.id);
});
