import assert from 'node:assert/strict';
import { test } from 'node:test';
import { othersWhy } from '#domain/membership.ts';

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
