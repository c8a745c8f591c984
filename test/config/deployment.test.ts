import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purge, type Request, refuseWhileOpen, whatStays } from '#config/deployment.ts';

const stack = { name: 'patchwright-dev', stage: 'dev', region: 'eu-central-1' };
const missing = (code: string) => Object.assign(new Error('not there'), { code });
const lease = (holder: object | null) => ({ data: { S: JSON.stringify({ holder }) } });

/** An AWS of answers; an Error is thrown. */
function answering(answers: Record<string, unknown[]>): Request & { calls: string[] } {
  const calls: string[] = [];
  const request = async (service: string, method: string) => {
    const call = `${service}.${method}`;
    calls.push(call);
    const answer = answers[call]?.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return Object.assign(request, { calls });
}

describe('a deployment under open campaigns', () => {
  test('is refused, with their names and the remedies', async () => {
    const request = answering({ 'DynamoDB.query': [{ Items: [lease({ campaign: 'web-1' }), lease(null)] }] });
    await assert.rejects(refuseWhileOpen(request, stack, 'deploy'), /web-1 is open: .*--param open=ignore/s);
  });

  test('passes where none is, and where there is no table yet', async () => {
    await refuseWhileOpen(answering({ 'DynamoDB.query': [{ Items: [lease(null)] }] }), stack, 'deploy');
    await refuseWhileOpen(answering({ 'DynamoDB.query': [missing('ResourceNotFoundException')] }), stack, 'deploy');
  });

  test('does not pass where nobody can tell', async () => {
    const request = answering({ 'DynamoDB.query': [missing('AccessDeniedException')] });
    await assert.rejects(refuseWhileOpen(request, stack, 'remove'), { code: 'AccessDeniedException' });
  });
});

describe('removal', () => {
  test('says what stays, and how a development stage is cleared', async () => {
    const request = answering({ 'STS.getCallerIdentity': [{ Account: '123456789012' }, { Account: '123456789012' }] });
    const lines = (await whatStays(request, stack)).join('\n');
    assert.match(lines, /patchwright-dev-evidence-123456789012-eu-central-1/);
    assert.match(lines, /purge/);
    assert.doesNotMatch((await whatStays(request, { ...stack, stage: 'prod' })).join('\n'), /purge/);
  });

  test('purge is for development alone, and not under a stack', async () => {
    const prod = answering({});
    await assert.rejects(
      purge(prod, { ...stack, stage: 'prod' }, () => {}),
      /prod is none of them/,
    );
    assert.deepEqual(prod.calls, []);
    await assert.rejects(
      purge(answering({}), { ...stack, stage: 'development' }, () => {}),
      /none of them/,
    );
    await assert.rejects(
      purge(answering({ 'CloudFormation.describeStacks': [{}] }), stack, () => {}),
      /remove it first/,
    );
  });

  test('purge empties the bucket of all versions, deletes table and key, and what is gone is no error', async () => {
    const request = answering({
      'CloudFormation.describeStacks': [new Error('Stack with id patchwright-dev does not exist')],
      'STS.getCallerIdentity': [{ Account: '1' }],
      'S3.listObjectVersions': [
        { Versions: [{ Key: 'a', VersionId: '1' }], DeleteMarkers: [{ Key: 'b', VersionId: '2' }] },
        { Versions: null },
      ],
      'DynamoDB.deleteTable': [missing('ResourceNotFoundException')],
      'KMS.listKeys': [{ Keys: [{ KeyId: 'k1' }], NextMarker: 'more' }, { Keys: [{ KeyId: 'k2' }] }],
      'KMS.describeKey': [
        { KeyMetadata: { Description: 'patchwright-dev, evidence, topics, queues and logs', KeyState: 'Enabled' } },
        { KeyMetadata: { Description: 'patchwright-prod, evidence, topics, queues and logs', KeyState: 'Enabled' } },
      ],
    });
    const said: string[] = [];
    await purge(request, stack, (line) => said.push(line));
    assert.deepEqual(said, [
      'deleted the bucket patchwright-dev-evidence-1-eu-central-1',
      'no table patchwright-dev',
      'the key k1 goes in 7 days',
    ]);
    assert.equal(request.calls.filter((call) => call === 'KMS.scheduleKeyDeletion').length, 1);
  });
});
