import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baselines } from '#aws/baselines.ts';
import { type Answer, error, wire } from './wire.ts';

const aws = await wire();

const DEFAULT = 'arn:aws:ssm:eu-central-1:111122223333:patchbaseline/pb-0default';

const content = {
  Name: 'web-debian',
  OperatingSystem: 'DEBIAN',
  GlobalFilters: { PatchFilters: [{ Key: 'PRODUCT', Values: ['Debian12'] }] },
  ApprovalRules: {
    PatchRules: [
      {
        PatchFilterGroup: { PatchFilters: [{ Key: 'PRIORITY', Values: ['Required', 'Important'] }] },
        ApproveAfterDays: 7,
        EnableNonSecurity: true,
      },
      { PatchFilterGroup: { PatchFilters: [{ Key: 'SECTION', Values: ['*'] }] }, ApproveUntilDate: '2026-01-31' },
    ],
  },
  ApprovedPatches: ['b', 'a'],
  RejectedPatches: ['linux-image-*'],
  RejectedPatchesAction: 'BLOCK',
};

function plays(registered: Answer, whole: object = content): void {
  aws.plays(({ operation }) => {
    if (operation === 'GetPatchBaselineForPatchGroup') return registered;
    if (operation === 'GetDefaultPatchBaseline') return { body: { BaselineId: DEFAULT } };
    return { body: whole };
  });
}

test('the registered baseline comes with its rules, asked for by operating system', async () => {
  plays({ body: { BaselineId: 'pb-1', PatchGroup: 'web' } });
  const { contentHash, ...baseline } = await baselines.forGroup('web', 'DEBIAN');
  assert.deepEqual(baseline, {
    id: 'pb-1',
    name: 'web-debian',
    os: 'DEBIAN',
    source: 'group',
    owner: 'Self',
    globalFilters: { PRODUCT: ['Debian12'] },
    rules: [
      {
        filters: { PRIORITY: ['Required', 'Important'] },
        approveAfterDays: 7,
        approveUntil: null,
        enableNonSecurity: true,
      },
      { filters: { SECTION: ['*'] }, approveAfterDays: null, approveUntil: '2026-01-31', enableNonSecurity: false },
    ],
    approved: ['a', 'b'],
    rejected: ['linux-image-*'],
  });
  assert.match(contentHash, /^[0-9a-f]{64}$/);
  assert.deepEqual(aws.calls[0]?.body, { PatchGroup: 'web', OperatingSystem: 'DEBIAN' });
});

for (const [what, answer] of [
  ['no id', { body: { PatchGroup: 'web' } }],
  ['an error', error(400, 'DoesNotExistException')],
  ['the default itself', { body: { BaselineId: 'pb-0default' } }],
] as const) {
  test(`a group without a baseline (${what}) gets the account’s default, read by its whole ARN`, async () => {
    plays(answer, { ...content, Name: 'AWS-DebianDefaultPatchBaseline' });
    const { id, source, owner } = await baselines.forGroup('web', 'DEBIAN');
    assert.deepEqual([id, source, owner], [DEFAULT, 'default', 'AWS']);
    assert.deepEqual(
      aws.calls.map(({ body }) => body),
      [{ PatchGroup: 'web', OperatingSystem: 'DEBIAN' }, { OperatingSystem: 'DEBIAN' }, { BaselineId: DEFAULT }],
    );
  });
}

test('a baseline that may not be read is an error, not a default', async () => {
  plays(error(400, 'AccessDeniedException'));
  await assert.rejects(baselines.forGroup('web', 'DEBIAN'), { name: 'AwsRefused' });
});

test('the content hash changes with whatever decides, and with nothing else', async () => {
  const hash = async (whole: object) => {
    plays({ body: { BaselineId: 'pb-1' } }, whole);
    return (await baselines.forGroup('web', 'DEBIAN')).contentHash;
  };
  const first = await hash(content);
  assert.equal(await hash({ ...content, Name: 'renamed', Description: 'x', ApprovedPatches: ['a', 'b'] }), first);
  for (const change of [
    { ApprovedPatches: ['a'] },
    { RejectedPatches: [] },
    { RejectedPatchesAction: 'ALLOW_AS_DEPENDENCY' },
    { ApprovalRules: { PatchRules: [] } },
    { GlobalFilters: { PatchFilters: [] } },
    { Sources: [{ Name: 'mirror', Products: ['*'], Configuration: 'deb http://mirror/' }] },
  ]) {
    assert.notEqual(await hash({ ...content, ...change }), first, JSON.stringify(change));
  }
});
