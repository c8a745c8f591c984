import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Operator } from '#aws/operator.ts';
import { purge, refuseWhileOpen, whatStays } from '../../cli/deployment/around.ts';

const stack = { name: 'patchwright-dev', stage: 'dev', region: 'eu-central-1', account: '1' };
const lease = (holder: object | null) => JSON.stringify({ holder });
const error = (name: string, message = name) => Object.assign(new Error(message), { name });
const throwing = (name: string, message?: string) => async () => {
  throw error(name, message);
};

describe('a deployment under open campaigns', () => {
  test('is refused, with their names and the remedies', async () => {
    const leases = async () => [lease({ campaign: 'web-1' }), lease(null)];
    await assert.rejects(refuseWhileOpen({ leases }, stack, 'deploy'), /^Error: web-1 is open: .*--param open=ignore/s);
  });

  test('passes where none is, and where there is no table yet', async () => {
    await refuseWhileOpen({ leases: async () => [lease(null)] }, stack, 'deploy');
    await refuseWhileOpen({ leases: throwing('ResourceNotFoundException') }, stack, 'deploy');
  });

  test('does not pass where nobody can tell', async () => {
    const leases = throwing('AccessDeniedException');
    await assert.rejects(refuseWhileOpen({ leases }, stack, 'remove'), { name: 'AccessDeniedException' });
  });
});

describe('removal', () => {
  test('says what stays, and how a development stage is cleared', () => {
    assert.match(whatStays(stack).join('\n'), /patchwright-dev-evidence-1-eu-central-1[\s\S]*purge/);
    assert.doesNotMatch(whatStays({ ...stack, stage: 'prod' }).join('\n'), /purge/);
  });

  const aws = (more: object) =>
    ({
      stack: throwing('ValidationError', 'Stack with id patchwright-dev does not exist'),
      leases: async () => [],
      deleteTable: throwing('ResourceNotFoundException'),
      deleteBucket: async () => {},
      keys: async (description: string) => (description.startsWith('patchwright-dev,') ? ['k1'] : []),
      deleteKey: async () => ({}),
      ...more,
    }) as unknown as Operator;

  test('purge deletes bucket, table and key, and what is gone is no error', async () => {
    const said: string[] = [];
    await purge(aws({}), stack, (line) => said.push(line));
    assert.deepEqual(said, [
      'deleted the bucket patchwright-dev-evidence-1-eu-central-1',
      'no table patchwright-dev',
      'the key k1 goes in 7 days',
    ]);
  });

  test('purge is for development alone, not under a stack, and stops where AWS refuses', async () => {
    for (const stage of ['prod', 'development', 'production-dev'])
      await assert.rejects(
        purge(aws({}), { ...stack, stage }, () => {}),
        /is none of them/,
      );
    await assert.rejects(
      purge(aws({ stack: async () => ({}) }), stack, () => {}),
      /remove it first/,
    );
    const refused = aws({ deleteBucket: throwing('AccessDenied') });
    await assert.rejects(
      purge(refused, stack, () => {}),
      { name: 'AccessDenied' },
    );
  });
});
