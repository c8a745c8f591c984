import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isThrottling, pages, translated } from '#aws/call.ts';
import { inspector } from '#aws/inspector.ts';
import { all, error, inVirtualTime, wire } from './wire.ts';

const aws = await wire();
const status = () => inspector.enabled();

for (const [what, answer, name] of [
  ['a permission that is missing', error(403, 'AccessDeniedException'), 'AwsRefused'],
  ['a request that is not valid', error(400, 'ValidationException'), 'AwsRefused'],
  ['an error of AWS that the model does not know', error(400, 'BrandNewException'), 'AwsRefused'],
] as const) {
  test(`${what} is ${name}, without another attempt`, async () => {
    aws.plays(() => answer);
    await assert.rejects(status(), { name, message: /^inspector2:BatchGetAccountStatus: / });
    assert.equal(aws.calls.length, 1);
  });
}

test('what is not of AWS passes as it is', async () => {
  const mistake = new TypeError('ours');
  await assert.rejects(
    all(
      pages(async () => {
        throw mistake;
      }),
    ),
    mistake,
  );
});

test('a token that comes again is an error, not an endless list', async () => {
  const list = pages(async () => ({ items: [1], next: 'same' }));
  await assert.rejects(all(list), { name: 'AwsUnavailable' });
});

test('an empty token ends the list, as some of SSM have it', async () => {
  assert.deepEqual(await all(pages(async () => ({ items: [1, 2], next: '' }))), [1, 2]);
});

for (const [what, answer] of [
  ['throttling', error(400, 'ThrottlingException')],
  ['an error of AWS', error(500, 'InternalServerException')],
  ['a gateway that gives a page of HTML', { status: 502, body: '<html>bad gateway</html>' }],
  ['a connection that is cut', 'hang up' as const],
] as const) {
  test(`${what} is AwsUnavailable, after attempts in virtual time`, async () => {
    aws.plays(() => answer);
    await assert.rejects(inVirtualTime(status), { name: 'AwsUnavailable' });
    assert.equal(aws.calls.length, 10);
  });
}

test('a read that is throttled at first gives its answer', async () => {
  let turn = 0;
  aws.plays(() => {
    turn += 1;
    if (turn < 3) return error(400, 'ThrottlingException');
    return { body: { accounts: [{ resourceState: { ec2: { status: 'ENABLED' } } }] } };
  });
  assert.equal(await inVirtualTime(status), true);
});

test('a refusal under virtual time is one call', async () => {
  aws.plays(() => error(403, 'AccessDeniedException'));
  await assert.rejects(inVirtualTime(status), { name: 'AwsRefused' });
  assert.equal(aws.calls.length, 1);
});

/** As the services' models and guides spell it: 400 with these names, or 429 with any. */
const THROTTLED = [
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];
test('a throttle passes, however a service spells it', () => {
  for (const name of THROTTLED) {
    const thrown = Object.assign(new Error('slower'), { name, $metadata: { httpStatusCode: 400 } });
    assert.ok(isThrottling(thrown), name);
    assert.equal((translated('ssm:SendCommand', thrown) as Error).name, 'AwsUnavailable', name);
  }
});
