import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInGroup, isTerminated, othersWhy, ringsOf } from '#domain/patch/membership.ts';
import type { Member } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';

const group = {
  name: 'web',
  rings: [
    { name: 'canary', tag: { key: 'Ring', value: 'canary' } },
    { name: 'late', tag: { key: 'Night', value: 'late' } },
  ],
} as unknown as GroupPolicy;

test('both spellings of the tag name a patch group, each alone, and in its own letters', () => {
  assert.ok(isInGroup('web', { tags: { PatchGroup: 'web' } }));
  assert.ok(isInGroup('web', { tags: { 'Patch Group': 'web' } }));
  for (const tags of [{}, { PatchGroup: 'Web' }, { 'Patch group': 'web' }, { Group: 'web' }])
    assert.ok(!isInGroup('web', { tags: tags as Record<string, string> }), JSON.stringify(tags));
});

test('a host is in each ring whose tag it carries', () => {
  assert.deepEqual(ringsOf(group, { tags: { Ring: 'canary' } }), ['canary']);
  assert.deepEqual(ringsOf(group, { tags: { Ring: 'canary', Night: 'late' } }), ['canary', 'late']);
  assert.deepEqual(ringsOf(group, { tags: { Ring: 'late' } }), []);
});

test('terminated is what EC2 says is, or is about to be, and what it forgot', () => {
  const is = (state: Member['state']) => isTerminated({ state } as Member);
  assert.deepEqual([is('terminated'), is('shutting-down'), isTerminated(null)], [true, true, true]);
  for (const state of ['pending', 'running', 'stopping', 'stopped'] as const) assert.equal(is(state), false);
});

const host = (tags: Record<string, string>, managedBy?: string) => ({
  id: 'i-1',
  tags,
  ...(managedBy && { managedBy }),
});

for (const [key, words] of [
  ['aws:autoscaling:groupName', 'the scaling group x'],
  ['eks:cluster-name', 'the EKS cluster x'],
  ['aws:eks:cluster-name', 'the EKS cluster x'],
  ['aws:elasticmapreduce:job-flow-id', 'the EMR cluster x'],
  ['elasticbeanstalk:environment-name', 'the Elastic Beanstalk environment x'],
] as const) {
  test(`trap 33: a host with the tag ${key} is replaced, unless the policy has it patched in place`, () => {
    const found = othersWhy(host({ [key]: 'x', PatchGroup: 'web' }), 'list');
    assert.equal(found?.why, 'replaced');
    assert.ok(found.words.includes(words));
    assert.equal(othersWhy(host({ [key]: 'x' }), 'patch'), null);
  });
}

test('trap 32: what a service runs is never ours, whatever the policy says of the replaced', () => {
  for (const replaced of ['list', 'patch'] as const) {
    const tags = { 'aws:autoscaling:groupName': 'x' };
    assert.equal(othersWhy(host(tags, 'eks.amazonaws.com'), replaced)?.why, 'managed-by');
  }
});

test('other tags say nothing', () => {
  assert.equal(othersWhy(host({ PatchGroup: 'web', Ring: 'fleet', 'autoscaling:groupName': 'x' }), 'list'), null);
});
