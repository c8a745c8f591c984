import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscriptions } from '#aws/subscriptions.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { wire } from './wire.ts';

const aws = await wire();
process.env.NOTICES_TOPIC_ARN = 'arn:aws:sns:eu-central-1:1:notices';
process.env.APPROVALS_TOPIC_ARN = 'arn:aws:sns:eu-central-1:1:approvals';

const headers = { 'content-type': 'text/xml' };

function page(arns: string[], next = '') {
  const members = arns.map((arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn></member>`).join('');
  const token = next && `<NextToken>${next}</NextToken>`;
  const result = `<ListSubscriptionsByTopicResult><Subscriptions>${members}</Subscriptions>${token}</ListSubscriptionsByTopicResult>`;
  return { headers, body: `<ListSubscriptionsByTopicResponse>${result}</ListSubscriptionsByTopicResponse>` };
}

test('counts the confirmed and the pending of all pages; what is deleted counts as neither', async () => {
  aws.plays(({ body }) =>
    body.NextToken
      ? page(['arn:aws:sns:eu-central-1:1:approvals:a', 'Deleted'])
      : page(['PendingConfirmation', 'arn:aws:sns:eu-central-1:1:approvals:b'], 'more'),
  );
  assert.deepEqual(await subscriptions.of('approvals'), { confirmed: 2, pending: 1 });
  assert.deepEqual(
    aws.calls.slice(-2).map(({ body }) => [body.TopicArn, body.NextToken]),
    [
      ['arn:aws:sns:eu-central-1:1:approvals', undefined],
      ['arn:aws:sns:eu-central-1:1:approvals', 'more'],
    ],
  );
});

test('nobody: none of either', async () => {
  aws.plays(() => page([]));
  assert.deepEqual(await subscriptions.of('notices'), { confirmed: 0, pending: 0 });
  assert.equal(aws.calls.at(-1)?.body.TopicArn, 'arn:aws:sns:eu-central-1:1:notices');
});

for (const [status, code, error] of [
  [403, 'AuthorizationError', AwsRefused],
  [404, 'NotFound', AwsRefused],
  [500, 'InternalError', AwsUnavailable],
] as const)
  test(`${code} is thrown, and no number`, async () => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
    aws.plays(() => ({ status, headers, body }));
    await assert.rejects(subscriptions.of('notices'), error);
  });
