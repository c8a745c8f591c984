/** Topics and their subscriptions, by AWS's own client. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  type SubscribeCommandInput,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Rehearsal } from '#rehearsal/api.ts';
import { DAY, openSample, START } from '../../sample.ts';

const ARN = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
const TopicArn = ARN('sns', 'topics-dev-news');
const QUEUE = ARN('sqs', 'topics-dev-letters');
let rehearsal: Rehearsal;
let sns: SNSClient;

beforeEach(async () => {
  rehearsal = await openSample({ serverless: 'topics.yml' });
  sns = new SNSClient({});
});
afterEach(() => rehearsal.close());

const act = <T>(work: () => Promise<T>) => rehearsal.act('operator', work);
const subscribe = (more: Partial<SubscribeCommandInput>) =>
  act(() => sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE, ...more })));
const publish = (more: Partial<PublishCommandInput> = {}) =>
  act(() => sns.send(new PublishCommand({ TopicArn, Message: 'hello', ...more })));
const kind = (StringValue: string) => ({ kind: { DataType: 'String', StringValue } });
const received = async () => {
  const command = new ReceiveMessageCommand({
    QueueUrl: 'topics-dev-letters',
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  return (await act(() => new SQSClient({ useQueueUrlAsEndpoint: false }).send(command))).Messages ?? [];
};
/** As a person's browser asks: no signature. */
const page = async (path: string) => {
  const answer = await act(() => fetch(path.startsWith('http') ? path : `${rehearsal.endpoint}${path}`));
  return { status: answer.status, text: await answer.text() };
};
const inboxes = async () => JSON.parse((await page('/inbox')).text).inboxes;

test('a queue gets the envelope, and only what its policy lets through', async () => {
  const Attributes = { FilterPolicy: JSON.stringify({ kind: ['lost', { prefix: 'hal' }] }) };
  const { SubscriptionArn = '' } = await subscribe({ Attributes });
  assert.match(SubscriptionArn, /^arn:aws:sns:eu-central-1:123456789012:topics-dev-news:[\da-f-]{36}$/);
  for (const one of ['halted', 'plan', 'lost']) await publish({ MessageAttributes: kind(one), Subject: one });
  await publish();
  const bodies = (await received()).map(({ Body = '' }) => JSON.parse(Body));
  assert.deepEqual(
    bodies.map(({ Type, Subject, MessageAttributes }) => [Type, Subject, MessageAttributes.kind]),
    [
      ['Notification', 'halted', { Type: 'String', Value: 'halted' }],
      ['Notification', 'lost', { Type: 'String', Value: 'lost' }],
    ],
  );
  const { Message, TopicArn: from, Timestamp, MessageId, UnsubscribeURL } = bodies[0];
  assert.deepEqual([Message, from, Timestamp], ['hello', TopicArn, new Date(START).toISOString()]);
  assert.equal(MessageId, rehearsal.inbox[0]?.messageId);
  assert.equal(new URL(UnsubscribeURL).searchParams.get('SubscriptionArn'), SubscriptionArn);
  assert.equal(rehearsal.inbox.length, 4, 'people get all of it');
});

test('raw: the message itself, its attributes as those of the queue; more than ten are too many', async () => {
  await subscribe({ Attributes: { RawMessageDelivery: 'true' } });
  await publish({ MessageAttributes: kind('plan') });
  const ten = Array.from({ length: 11 }, (_, at) => [`a${at}`, { DataType: 'Number', StringValue: '1' }]);
  await publish({ MessageAttributes: Object.fromEntries(ten) });
  const messages = await received();
  assert.deepEqual(
    messages.map(({ Body, MessageAttributes }) => [Body, MessageAttributes]),
    [['hello', kind('plan')]],
  );
  assert.equal(rehearsal.timeline.filter(({ kind }) => kind === 'undelivered').length, 1);
});

test('a policy on the body sees the text of its own protocol', async () => {
  await subscribe({ Attributes: { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"after":{"HIGH":[2]}}' } });
  const Message = JSON.stringify({ default: '{"after":{"HIGH":1}}', sqs: '{"after":{"HIGH":2}}' });
  await publish({ Message, MessageStructure: 'json' });
  await publish({ Message: '{"after":{"HIGH":1}}' });
  assert.deepEqual(
    (await received()).map(({ Body = '' }) => JSON.parse(Body).Message),
    ['{"after":{"HIGH":2}}'],
  );
});

test('a function is called', async () => {
  const { SubscriptionArn } = await subscribe({
    Protocol: 'lambda',
    Endpoint: ARN('lambda', 'function:topics-dev-hear'),
  });
  await publish({ Subject: 'news', MessageAttributes: kind('plan') });
  await rehearsal.run(() => rehearsal.logs.length > 0);
  const [record] = JSON.parse(rehearsal.logs[0]?.line ?? '{}').Records;
  assert.deepEqual([record.EventSource, record.EventSubscriptionArn], ['aws:sns', SubscriptionArn]);
  const { Message, Subject, MessageAttributes } = record.Sns;
  assert.deepEqual([Message, Subject, MessageAttributes.kind.Value], ['hello', 'news', 'plan']);
});

test('mail waits for its confirmation, and has an inbox to read', async () => {
  const mail = { Protocol: 'email', Endpoint: 'ann@example.org' };
  assert.equal((await subscribe(mail)).SubscriptionArn, 'pending confirmation');
  const { SubscriptionArn: arn = '' } = await subscribe({ ...mail, ReturnSubscriptionArn: true });
  await publish();
  const listed = await act(() => sns.send(new ListSubscriptionsByTopicCommand({ TopicArn })));
  assert.deepEqual(
    listed.Subscriptions?.map(({ Endpoint, SubscriptionArn }) => [Endpoint, /^arn:/.test(SubscriptionArn ?? '')]),
    [
      ['people@example.com', true],
      ['ann@example.org', false],
    ],
  );
  await assert.rejects(
    act(() => sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }))),
    /pending confirmation/,
  );

  const own = (await inboxes()).find(({ endpoint }: { endpoint: string }) => endpoint === 'ann@example.org');
  assert.deepEqual([own.pending, own.subscription, own.mails], [true, arn, 2]);
  const [first] = JSON.parse((await page(own.path)).text).mails;
  const [, Token = ''] = /Token=([\da-f]{288})/.exec(first.body) ?? [];
  const confirm = (given: string) => act(() => sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: given })));
  await assert.rejects(confirm(Token.replaceAll(/./g, '0')), { name: 'InvalidParameterException', message: /Token/ });
  for (const _ of [1, 2]) assert.equal((await confirm(Token)).SubscriptionArn, arn);
  await publish({ Subject: 'after it' });
  const { mails, pending } = JSON.parse((await page(own.path)).text);
  assert.deepEqual([pending, mails.at(-1).subject, mails.at(-1).body, mails.length], [false, 'after it', 'hello', 3]);
  assert.equal((await page('/inbox/nobody')).status, 404);
  const scope =
    'AWS4-HMAC-SHA256 Credential=AKIA/20240901/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0';
  const bucket = await act(() => fetch(`${rehearsal.endpoint}/inbox/x`, { headers: { authorization: scope } }));
  assert.match(await bucket.text(), /NoSuchBucket/, 'whoever signs means a bucket');
});

test('the links of a mail: one confirms, one takes away, but not where only a signature may', async () => {
  await subscribe({ Protocol: 'email-json', Endpoint: 'ann@example.org' });
  const { path, subscription } = (await inboxes()).at(-1);
  const asked = JSON.parse(JSON.parse((await page(path)).text).mails[0].body);
  assert.equal(asked.Type, 'SubscriptionConfirmation');
  assert.match((await page(asked.SubscribeURL)).text, /<SubscriptionArn>arn:/);
  await publish();
  const told = JSON.parse(JSON.parse((await page(path)).text).mails[1].body);
  assert.equal((await page(told.UnsubscribeURL)).status, 200);
  assert.ok(!(await inboxes()).some((one: { subscription: string }) => one.subscription === subscription));

  await subscribe({ Protocol: 'email-json', Endpoint: 'bob@example.org' });
  const bob = (await inboxes()).at(-1);
  const { Token } = JSON.parse(JSON.parse((await page(bob.path)).text).mails[0].body);
  const AuthenticateOnUnsubscribe = 'true';
  await act(() => sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token, AuthenticateOnUnsubscribe })));
  assert.equal((await page(`/?Action=Unsubscribe&SubscriptionArn=${bob.subscription}`)).status, 403);
  await act(() => sns.send(new UnsubscribeCommand({ SubscriptionArn: bob.subscription })));
  await act(() => sns.send(new UnsubscribeCommand({ SubscriptionArn: bob.subscription })));
  assert.equal((await inboxes()).length, 2, 'the people of two topics');
});

test('what nobody confirms is gone after two days', async () => {
  await subscribe({ Protocol: 'email', Endpoint: 'ann@example.org' });
  const count = async () => {
    const { Attributes } = await act(() => sns.send(new GetTopicAttributesCommand({ TopicArn })));
    return [Attributes?.SubscriptionsConfirmed, Attributes?.SubscriptionsPending];
  };
  assert.deepEqual(await count(), ['1', '1']);
  rehearsal.clock.after(2 * DAY, 'two days', () => {});
  await rehearsal.run(() => rehearsal.clock.now() >= START + 2 * DAY);
  assert.deepEqual(await count(), ['1', '0']);
});

test('attributes are shown and set; a second subscription of the same endpoint is the first', async () => {
  const { SubscriptionArn = '' } = await subscribe({});
  assert.equal((await subscribe({})).SubscriptionArn, SubscriptionArn);
  await assert.rejects(subscribe({ Attributes: { RawMessageDelivery: 'true' } }), /already exists with different/);
  const set = (AttributeName: string, AttributeValue: string) =>
    act(() => sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue })));
  const shown = async () =>
    (await act(() => sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })))).Attributes ?? {};
  const { FilterPolicy, FilterPolicyScope, PendingConfirmation, RawMessageDelivery } = await shown();
  assert.deepEqual(
    [FilterPolicy, FilterPolicyScope, PendingConfirmation, RawMessageDelivery],
    [undefined, undefined, 'false', 'false'],
  );
  await set('FilterPolicy', '{"kind":["lost"]}');
  assert.deepEqual(
    [(await shown()).FilterPolicy, (await shown()).FilterPolicyScope],
    ['{"kind":["lost"]}', 'MessageAttributes'],
  );
  await assert.rejects(set('FilterPolicy', '{"a":{"b":["c"]}}'), {
    name: 'InvalidParameterException',
    message: /^Invalid parameter: FilterPolicy: .*nested/,
  });
  await set('FilterPolicyScope', 'MessageBody');
  await set('FilterPolicy', '{"a":{"b":["c"]}}');
  await assert.rejects(set('FilterPolicyScope', 'MessageAttributes'), /nested/);
  await set('FilterPolicy', '');
  assert.equal((await shown()).FilterPolicy, undefined);
  await publish();
  assert.equal((await received()).length, 1);
});

test('two hundred policies of a topic, and no more', async () => {
  const Attributes = { FilterPolicy: '{"a":["b"]}' };
  const one = (at: number) => subscribe({ Endpoint: `${QUEUE}${at}`, Attributes });
  for (let at = 0; at < 200; at++) await one(at);
  await assert.rejects(one(200), { name: 'FilterPolicyLimitExceededException' });
  await subscribe({ Endpoint: `${QUEUE}200` });
  const first = await act(() => sns.send(new ListSubscriptionsByTopicCommand({ TopicArn })));
  assert.equal(first.Subscriptions?.length, 100);
  const { NextToken } = first;
  const next = await act(() => sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken })));
  assert.notEqual(next.Subscriptions?.[0]?.SubscriptionArn, first.Subscriptions?.[0]?.SubscriptionArn);
  await assert.rejects(
    act(() => sns.send(new ListSubscriptionsCommand({ NextToken }))),
    { name: 'InvalidParameterException', message: /token/ },
    'a token of another list',
  );
  assert.equal((await act(() => sns.send(new ListSubscriptionsCommand({})))).Subscriptions?.length, 100);
  assert.equal((await act(() => sns.send(new ListTopicsCommand({})))).Topics?.length, 2);
});

const Endpoint = 'ann@example.org';
const refusals: [what: string, input: Partial<SubscribeCommandInput>, name: string, words: RegExp][] = [
  ['another topic', { TopicArn: `${TopicArn}x` }, 'NotFoundException', /Topic does not exist/],
  ['no topic', { TopicArn: 'news' }, 'InvalidParameterException', /TopicArn/],
  ['a protocol of nobody', { Protocol: 'fax' }, 'InvalidParameterException', /protocol string: fax/],
  ['a protocol that nobody plays', { Protocol: 'https' }, 'UnknownOperationException', /not rehearsed: .*https/],
  ['no address', { Protocol: 'email', Endpoint: 'ann' }, 'InvalidParameterException', /Email address/],
  ['no queue', { Endpoint: 'letters' }, 'InvalidParameterException', /SQS endpoint ARN/],
  ['no function', { Protocol: 'lambda', Endpoint: 'hear' }, 'InvalidParameterException', /Lambda endpoint ARN/],
  ['an attribute of nobody', { Attributes: { Colour: 'red' } }, 'InvalidParameterException', /AttributeName/],
  ['a scope of nobody', { Attributes: { FilterPolicyScope: 'All' } }, 'InvalidParameterException', /FilterPolicyScope/],
  [
    'a policy that is none',
    { Attributes: { FilterPolicy: '{"a":[{"like":"b"}]}' } },
    'InvalidParameterException',
    /^Invalid parameter: Attributes Reason: FilterPolicy: .*Unrecognized match type like/,
  ],
  [
    'raw mail',
    { Protocol: 'email', Endpoint, Attributes: { RawMessageDelivery: 'true' } },
    'InvalidParameterException',
    /raw/,
  ],
  [
    'what nobody plays',
    { Attributes: { RedrivePolicy: '{}' } },
    'UnknownOperationException',
    /not rehearsed: .*RedrivePolicy/,
  ],
];
for (const [what, input, name, message] of refusals)
  test(`refused: ${what}`, () => assert.rejects(subscribe(input), { name, message }));

test('refused of a message: attributes without value or type, a size with them', async () => {
  const big = { MessageAttributes: { a: { DataType: 'String', StringValue: 'x'.repeat(100) } } };
  await assert.rejects(publish({ ...big, Message: 'x'.repeat(262_100) }), /too long/);
  for (const attribute of [
    { DataType: 'String', StringValue: '' },
    { DataType: 'Text', StringValue: 'x' },
    { DataType: 'Number', StringValue: 'x' },
  ])
    await assert.rejects(publish({ MessageAttributes: { a: attribute } }), { name: 'InvalidParameterValueException' });
});
