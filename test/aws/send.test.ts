import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patching } from '#aws/patching.ts';
import { SendRefused } from '#domain/errors.ts';
import type { SendRequest } from '#domain/patch/ports.ts';
import { error, wire } from './wire.ts';

const aws = await wire();
process.env.RESCAN_DOCUMENT_NAME = 'patchwright-dev-rescan-vm';

const request: SendRequest = {
  document: 'patch',
  instances: ['i-0', 'i-1'],
  comment: 'campaign/canary/1',
  operation: 'Install',
  snapshotId: '11111111-2222-3333-4444-555555555555',
  reboot: 'RebootIfNeeded',
  stepSeconds: 7200,
  deliverySeconds: 600,
};

test('a wave is sent by explicit ids, all at once, with its settings', async () => {
  aws.answers({ Command: { CommandId: 'c-1' } });
  assert.equal(await patching.send(request), 'c-1');
  assert.deepEqual(aws.calls[0]?.body, {
    DocumentName: 'AWS-RunPatchBaseline',
    InstanceIds: ['i-0', 'i-1'],
    Comment: 'campaign/canary/1',
    TimeoutSeconds: 600,
    MaxConcurrency: '100%',
    MaxErrors: '100%',
    Parameters: {
      Operation: ['Install'],
      SnapshotId: ['11111111-2222-3333-4444-555555555555'],
      RebootOption: ['RebootIfNeeded'],
      StepTimeoutSeconds: ['7200'],
    },
  });
});

test('trap 23: a re-scan refreshes the association on the chosen hosts, or runs our own document', async () => {
  aws.answers({ Command: { CommandId: 'c-1' } });
  const asked = { instances: ['i-0'], comment: 'x', deliverySeconds: 30 };
  await patching.send({ ...asked, document: 'refresh-association', associations: ['a', 'b'] });
  await patching.send({ ...asked, document: 'rescan-vm' });
  assert.deepEqual(
    aws.calls.map(({ body }) => [body.DocumentName, body.Parameters]),
    [
      ['AWS-RefreshAssociation', { associationIds: ['a', 'b'] }],
      ['patchwright-dev-rescan-vm', {}],
    ],
  );
});

for (const [what, answer] of [
  ['an error of AWS', error(500, 'InternalServerError')],
  ['a gateway in between', { status: 503, body: '<html>' }],
  ['a cut connection', 'hang up' as const],
  ['an answer that cannot be read', { status: 200, body: '{"Command":' }],
  ['a request that came in too slowly', error(408, 'RequestTimeout')],
] as const) {
  test(`trap 5, always 4: ${what} leaves it open whether something runs, and is not tried again`, async () => {
    aws.plays(() => answer);
    await assert.rejects(patching.send(request), (thrown: Error) => {
      assert.ok(!(thrown instanceof SendRefused));
      assert.equal(thrown.name, 'AwsUnavailable');
      return true;
    });
    assert.equal(aws.calls.length, 1);
  });
}

for (const [type, retryable] of [
  ['ThrottlingException', true],
  ['TooManyRequestsException', true],
  ['InvalidInstanceId', false],
  ['InvalidParameters', false],
  ['UnsupportedPlatformType', false],
  ['AccessDeniedException', false],
  ['ValidationException', false],
] as const) {
  test(`trap 5: ${type} is a refusal: nothing runs, ${retryable ? 'later it may' : 'and never will'}`, async () => {
    aws.plays(() => error(400, type));
    await assert.rejects(patching.send(request), { name: 'SendRefused', retryable });
    assert.equal(aws.calls.length, 1);
  });
}

for (const count of [0, 51]) {
  test(`trap 22: ${count} instances are refused before anything is sent`, async () => {
    const instances = Array.from({ length: count }, (_, n) => `i-${n}`);
    await assert.rejects(patching.send({ ...request, instances }), { name: 'SendRefused', retryable: false });
    assert.equal(aws.calls.length, 0);
  });
}

test('trap 22: fifty go in one command', async () => {
  aws.answers({ Command: { CommandId: 'c-1' } });
  await patching.send({ ...request, instances: Array.from({ length: 50 }, (_, n) => `i-${n}`) });
  assert.equal(aws.calls[0]?.body.InstanceIds.length, 50);
});
