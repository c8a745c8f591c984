import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedules } from '#aws/schedules.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { wire } from './wire.ts';

const aws = await wire();
process.env.STAGE = 'prod';

test('when the schedule of a group was made, by the name that the stack gives it', async () => {
  aws.plays(() => ({ body: { Name: 'patchwright-prod-web', CreationDate: 1_725_148_800 } }));
  assert.equal(await schedules.madeAt('web'), '2024-09-01T00:00:00.000Z');
  assert.match(aws.calls.at(-1)?.path ?? '', /^\/schedules\/patchwright-prod-web$/);
});

test('one that is not there was never made', async () => {
  const body = { Message: 'Schedule patchwright-prod-web does not exist.' };
  aws.plays(() => ({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body }));
  assert.equal(await schedules.madeAt('web'), null);
});

for (const [status, code, error] of [
  [403, 'AccessDeniedException', AwsRefused],
  [429, 'ThrottlingException', AwsUnavailable],
  [500, 'InternalServerException', AwsUnavailable],
] as const)
  test(`${code} is thrown: it is no news of the schedule`, async () => {
    aws.plays(() => ({ status, headers: { 'x-amzn-errortype': code }, body: { Message: 'no' } }));
    await assert.rejects(schedules.madeAt('web'), error);
  });
