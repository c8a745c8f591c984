import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { sqsFake } from '#rehearsal/services/sqs/api.ts';
import { Sqs } from '#rehearsal/services/sqs/sqs.ts';

const ARN = 'arn:aws:sqs:eu-central-1:123456789012:';
const source = { arn: `${ARN}work`, functionKey: 'worker', batchSize: 3, windowSeconds: 300, maximumConcurrency: 2 };
const queues = [
  {
    name: 'work',
    properties: { VisibilityTimeout: 60, RedrivePolicy: { deadLetterTargetArn: `${ARN}dead`, maxReceiveCount: 2 } },
  },
  { name: 'dead', properties: {} },
];

function opened(answer: (ids: string[]) => unknown) {
  const clock = new VirtualClock(0);
  const batches: { at: number; bodies: string[] }[] = [];
  const invoke = async (_key: string, event: unknown) => {
    const { Records } = event as { Records: { messageId: string; body: string }[] };
    batches.push({ at: clock.now(), bodies: Records.map(({ body }) => body) });
    return answer(Records.map(({ messageId }) => messageId));
  };
  const place = { endpoint: 'http://127.0.0.1:1', account: '123456789012', region: 'eu-central-1' };
  const sqs = new Sqs(queues, [source], { clock, chance: chanceOf(1), invoke, poll: () => {}, note: () => {}, place });
  /** Lets everything happen that is due, however far away. */
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (clock.step());
  };
  return { sqs, batches, settle };
}

const STRANGER = { name: 'outside', account: '123456789012', region: 'eu-central-1' };
// biome-ignore lint/suspicious/noExplicitAny: each operation has AWS's own shapes
function ask(sqs: Sqs, operation: string, input: object): any {
  return sqsFake(sqs).operations[operation]?.(input, STRANGER);
}

test('trap 26: a batch waits for its window, or goes when it is full', async () => {
  const { sqs, batches, settle } = opened(() => ({}));
  for (const body of ['a', 'b', 'c', 'd']) sqs.send('work', body);
  await settle();
  assert.deepEqual(batches, [
    { at: 0, bodies: ['a', 'b', 'c'] },
    { at: 300_000, bodies: ['d'] },
  ]);
});

test('what a function could not do comes again after its visibility, and at last is dead', async () => {
  const { sqs, batches, settle } = opened(([id]) => ({ batchItemFailures: [{ itemIdentifier: id }] }));
  sqs.send('work', 'bad');
  await settle();
  assert.deepEqual(
    batches.map(({ at }) => at),
    [300_000, 660_000],
  );
  assert.deepEqual(
    sqs.letters('dead').map(({ body }) => body),
    ['bad'],
  );
});

test('a function that throws has done none of its batch', async () => {
  const { sqs, batches, settle } = opened(() => {
    throw new Error('dead');
  });
  sqs.send('work', 'a');
  sqs.send('work', 'b');
  await settle();
  assert.equal(batches.length, 2);
  assert.equal(sqs.letters('dead').length, 2);
});

test('what lies in a queue that nobody takes from stays there, with its attributes', () => {
  const { sqs } = opened(() => ({}));
  const reason = { DataType: 'String', StringValue: 'no JSON' };
  ask(sqs, 'SendMessage', { QueueUrl: 'https://x/1/dead', MessageBody: '{', MessageAttributes: { reason } });
  assert.deepEqual(
    sqs.letters('dead').map(({ body, attributes }) => [body, attributes.reason]),
    [['{', 'no JSON']],
  );
  assert.throws(() => sqs.send('nowhere', ''), /does not exist: nowhere/);
});
