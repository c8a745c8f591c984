import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { concurrency } from '#aws/concurrency.ts';
import { AwsRefused } from '#domain/errors.ts';
import { error, wire } from './wire.ts';

const aws = await wire();
const ours = () => concurrency(new LambdaClient({}));

test('the calls that Lambda runs at a time for the account, and those that no function keeps', async () => {
  aws.plays(() => ({ body: { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 995 } } }));
  assert.deepEqual(await ours().account(), { all: 1000, unreserved: 995 });
  assert.match(aws.calls[0]?.path ?? '', /account-settings/);
});

test('what one function keeps: none where it keeps none, or is not there', async () => {
  const answers = [
    { body: { ReservedConcurrentExecutions: 5 } },
    { body: {} },
    error(404, 'ResourceNotFoundException', 'Function not found'),
  ];
  for (const [answer, kept] of [5, 0, 0].map((kept, at) => [answers[at], kept] as const)) {
    aws.plays(() => answer ?? 'hang up');
    assert.equal(await ours().keptFor('patchwright-dev-answerApproval'), kept);
  }
});

test('who may not ask is told so', async () => {
  aws.plays(() => error(403, 'AccessDeniedException', 'no'));
  await assert.rejects(ours().account(), AwsRefused);
  await assert.rejects(ours().keptFor('patchwright-dev-answerApproval'), AwsRefused);
});
