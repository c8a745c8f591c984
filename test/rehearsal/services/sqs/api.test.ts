/** Queues, as clients outside use them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { sqsFake } from '#rehearsal/services/sqs/api.ts';
import { Sqs } from '#rehearsal/services/sqs/sqs.ts';

const place = { endpoint: 'http://127.0.0.1:1', account: '123456789012', region: 'eu-central-1' };
const ARN = 'arn:aws:sqs:eu-central-1:123456789012:';
const QueueUrl = 'http://127.0.0.1:1/123456789012/letters';
const RedrivePolicy = { deadLetterTargetArn: `${ARN}dead`, maxReceiveCount: 2 };

function opened() {
  const clock = new VirtualClock(0);
  const queues = [
    { name: 'letters', properties: { RedrivePolicy } },
    { name: 'dead', properties: {} },
  ];
  const parts = { clock, chance: chanceOf(1), invoke: async () => null, poll: () => {}, note: () => {}, place };
  const sqs = new Sqs(queues, [], parts);
  const caller = { name: 'outside', account: place.account, region: place.region };
  // biome-ignore lint/suspicious/noExplicitAny: each operation has AWS's own shapes
  const ask = async (operation: string, input: object): Promise<any> =>
    sqsFake(sqs).operations[operation]?.(input, caller);
  const send = (MessageBody: string) => ask('SendMessage', { QueueUrl, MessageBody });
  const receive = async (more: object = {}) => (await ask('ReceiveMessage', { QueueUrl, ...more })).Messages ?? [];
  const pass = (ms: number) => {
    const until = clock.now() + ms;
    clock.after(ms, 'time', () => {});
    while (clock.now() < until) assert.ok(clock.step(), 'nothing is left to happen');
  };
  return { sqs, ask, send, receive, pass };
}

const refused = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;

test('what is received is hidden, comes again, and at last is dead', async () => {
  const { sqs, send, receive, pass } = opened();
  await send('one');
  const [first] = await receive({ AttributeNames: ['All'] });
  assert.deepEqual([first.Body, first.MD5OfBody], ['one', 'f97c5d29941bfb1b2fdab0874906ab82']);
  assert.equal(first.Attributes.ApproximateReceiveCount, '1');
  assert.deepEqual(await receive(), []);
  pass(30_000);
  const [second] = await receive({ VisibilityTimeout: 5 });
  assert.deepEqual([second.MessageId, second.ReceiptHandle === first.ReceiptHandle], [first.MessageId, false]);
  pass(5_000);
  assert.deepEqual(await receive(), []);
  assert.deepEqual(
    sqs.letters('dead').map(({ body, messageId }) => [body, messageId]),
    [['one', first.MessageId]],
  );
});

test('what is deleted never comes again; its visibility can be made longer or end', async () => {
  const { ask, send, receive, pass } = opened();
  await send('one');
  const [{ ReceiptHandle }] = await receive();
  await ask('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 100 });
  pass(60_000);
  assert.deepEqual(await receive(), []);
  await ask('DeleteMessage', { QueueUrl, ReceiptHandle });
  pass(100_000);
  assert.deepEqual(await receive(), []);
  await assert.rejects(
    ask('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 1 }),
    refused('MessageNotInflight'),
  );
  await assert.rejects(ask('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' }), refused('ReceiptHandleIsInvalid'));
});

test('a long poll ends with a message, or with its time', async () => {
  const { send, receive, pass } = opened();
  const one = receive({ WaitTimeSeconds: 20 });
  await send('one');
  assert.equal((await one).length, 1);
  const none = receive({ WaitTimeSeconds: 20 });
  let over = false;
  none.then(() => {
    over = true;
  });
  pass(19_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(over, false);
  pass(1_000);
  assert.deepEqual(await none, []);
});

test('ten at a time, and attributes only those that were asked for', async () => {
  const { ask, receive } = opened();
  const Entries = Array.from({ length: 10 }, (_, at) => ({
    Id: `e${at}`,
    MessageBody: at === 3 ? '' : `body ${at}`,
    MessageAttributes: {
      'by.who': { DataType: 'String', StringValue: 'me' },
      n: { DataType: 'Number', StringValue: '1' },
    },
  }));
  const { Successful, Failed } = await ask('SendMessageBatch', { QueueUrl, Entries });
  assert.deepEqual([Successful.length, Failed[0].Id, Failed[0].Code], [9, 'e3', 'MissingParameter']);
  const messages = await receive({ MaxNumberOfMessages: 10, MessageAttributeNames: ['by.*'] });
  assert.deepEqual([messages.length, Object.keys(messages[0].MessageAttributes)], [9, ['by.who']]);
  const handles = messages.map(({ ReceiptHandle }: { ReceiptHandle: string }, at: number) => ({
    Id: `d${at}`,
    ReceiptHandle,
  }));
  assert.equal((await ask('DeleteMessageBatch', { QueueUrl, Entries: handles })).Successful.length, 9);
  for (const [code, entries] of [
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', [...handles, ...handles]],
    ['BatchEntryIdsNotDistinct', [handles[0], handles[0]]],
  ] as const)
    await assert.rejects(ask('DeleteMessageBatch', { QueueUrl, Entries: entries }), refused(code));
});

test('a queue of a stranger: made, found, asked, and gone', async () => {
  const { ask } = opened();
  const Attributes = { VisibilityTimeout: '7', DelaySeconds: '3' };
  const { QueueUrl: url } = await ask('CreateQueue', { QueueName: 'mine', Attributes });
  assert.equal(url, 'http://127.0.0.1:1/123456789012/mine');
  assert.equal((await ask('CreateQueue', { QueueName: 'mine', Attributes })).QueueUrl, url);
  await assert.rejects(
    ask('CreateQueue', { QueueName: 'mine', Attributes: { VisibilityTimeout: '8' } }),
    refused('QueueNameExists'),
  );
  assert.equal((await ask('GetQueueUrl', { QueueName: 'mine' })).QueueUrl, url);
  assert.deepEqual((await ask('ListQueues', { QueueNamePrefix: 'm' })).QueueUrls, [url]);
  const { QueueUrls, NextToken } = await ask('ListQueues', { MaxResults: 2 });
  assert.equal(QueueUrls.length, 2);
  assert.deepEqual((await ask('ListQueues', { MaxResults: 2, NextToken })).QueueUrls, [url]);
  await ask('SendMessage', { QueueUrl: url, MessageBody: 'later' });
  const shown = (await ask('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] })).Attributes;
  assert.deepEqual(
    [shown.QueueArn, shown.VisibilityTimeout, shown.DelaySeconds, shown.ApproximateNumberOfMessages],
    [`${ARN}mine`, '7', '3', '0'],
  );
  assert.deepEqual(await ask('GetQueueAttributes', { QueueUrl: url }), {});
  await ask('DeleteQueue', { QueueUrl: url });
  await assert.rejects(ask('GetQueueUrl', { QueueName: 'mine' }), refused('QueueDoesNotExist'));
});

const QueueName = 'mine';
for (const [what, operation, input, code] of [
  ['a name', 'CreateQueue', { QueueName: 'a b' }, 'InvalidParameterValue'],
  ['FIFO', 'CreateQueue', { QueueName: 'a.fifo' }, 'UnknownOperationException'],
  ['a number', 'CreateQueue', { QueueName, Attributes: { DelaySeconds: '901' } }, 'InvalidAttributeValue'],
  ['an attribute', 'CreateQueue', { QueueName, Attributes: { FifoQueue: 'true' } }, 'UnknownOperationException'],
  ['a count', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
  ['a wait', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 21 }, 'InvalidParameterValue'],
  ['an empty message', 'SendMessage', { QueueUrl, MessageBody: '' }, 'MissingParameter'],
  ['a long one', 'SendMessage', { QueueUrl, MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
  ['a queue of nobody', 'SendMessage', { QueueUrl: 'nowhere', MessageBody: 'x' }, 'QueueDoesNotExist'],
] as const)
  test(`refused: ${what}`, () => assert.rejects(opened().ask(operation, input), refused(code)));
