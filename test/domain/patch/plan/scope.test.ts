import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Managed, Member } from '#domain/patch/model.ts';
import { planRing } from '#domain/patch/plan/plan-ring.ts';
import { recheck, type Scope, scopeHash } from '#domain/patch/plan/scope.ts';
import { AT, baseline, finding, groupPolicy, host, patch } from '../../fleet.ts';

const scope: Scope = {
  policyHash: 'p',
  rings: [
    { ring: 'canary', hosts: ['i-1', 'i-2'] },
    { ring: 'fleet', hosts: ['i-3', 'i-4'] },
  ],
  baselines: [baseline('DEBIAN'), baseline('AMAZON_LINUX_2023')],
  reboot: 'RebootIfNeeded',
  proofMode: 'EC2_SSM_AGENT_BASED',
};

suite('the scope hash', () => {
  test('does not depend on the order of hosts and baselines', () => {
    const rings = scope.rings.map(({ ring, hosts }) => ({ ring, hosts: [...hosts].reverse() }));
    assert.equal(scopeHash({ ...scope, rings, baselines: [...scope.baselines].reverse() }), scopeHash(scope));
  });

  const changes: [what: string, changed: Partial<Scope>][] = [
    ['the policy', { policyHash: 'q' }],
    ['a host more', { rings: [{ ring: 'canary', hosts: ['i-1', 'i-2', 'i-9'] }, ...scope.rings.slice(1)] }],
    ['a host less', { rings: [{ ring: 'canary', hosts: ['i-1'] }, ...scope.rings.slice(1)] }],
    [
      'a host in another ring',
      {
        rings: [
          { ring: 'canary', hosts: ['i-1'] },
          { ring: 'fleet', hosts: ['i-2', 'i-3', 'i-4'] },
        ],
      },
    ],
    ['the order of rings', { rings: [...scope.rings].reverse() }],
    ["a baseline's id", { baselines: [baseline('DEBIAN', { id: 'pb-x' }), baseline('AMAZON_LINUX_2023')] }],
    ["a baseline's content", { baselines: [baseline('DEBIAN', { contentHash: 'x' }), baseline('AMAZON_LINUX_2023')] }],
    ['a baseline less', { baselines: [baseline('DEBIAN')] }],
    ['the reboot', { reboot: 'NoReboot' }],
    ['the proof mode', { proofMode: 'EC2_AGENTLESS' }],
  ];
  for (const [what, changed] of changes) {
    test(`changes with ${what}`, () => assert.notEqual(scopeHash({ ...scope, ...changed }), scopeHash(scope)));
  }

  test("a baseline's name is not what will be done", () => {
    const baselines = [baseline('DEBIAN', { name: 'x' }), baseline('AMAZON_LINUX_2023')];
    assert.equal(scopeHash({ ...scope, baselines }), scopeHash(scope));
  });
});

suite('the recheck before a ring', () => {
  const group = groupPolicy();
  const patches = [patch('openssl', '3.0.14-1~deb12u2')];
  const ids = ['i-1', 'i-2'];
  const { ring } = planRing(
    group,
    1,
    ids.map((id) => host(id, { patches, findings: [finding({ instance: id })] })),
    { at: AT, baselines: new Map([['DEBIAN', baseline('DEBIAN')]]), provenOses: ['DEBIAN'], laterOses: [] },
  );
  const now = (member: Partial<Member> | null, managed: Partial<Managed> | null) => {
    const [other, changed] = [host('i-1'), host('i-2')];
    const members = new Map([['i-1', other.member]]);
    const nodes = new Map<string, Managed>();
    if (other.managed) nodes.set('i-1', other.managed);
    if (member) members.set('i-2', { ...changed.member, ...member });
    if (managed && changed.managed) nodes.set('i-2', { ...changed.managed, ...managed });
    return recheck(ring, group, members, nodes);
  };

  const rows: [what: string, member: Partial<Member> | null, managed: Partial<Managed> | null, words: RegExp][] = [
    ['gone', null, {}, /terminated/],
    ['terminated', { state: 'terminated' }, {}, /terminated/],
    ['stopped', { state: 'stopping' }, {}, /is stopping now/],
    [
      'its tag moved to another ring',
      { tags: { PatchGroup: 'web', Ring: 'canary' } },
      {},
      /left the ring fleet for canary/,
    ],
    ['run by a service now', { managedBy: 'eks.amazonaws.com' }, {}, /eks\.amazonaws\.com runs i-2/],
    [
      'of a scaling group now',
      { tags: { PatchGroup: 'web', Ring: 'fleet', 'aws:autoscaling:groupName': 'asg' } },
      {},
      /scaling group asg/,
    ],
    ['its tag is gone', { tags: { PatchGroup: 'web' } }, {}, /left the ring fleet since/],
    ['of another group', { tags: { 'Patch Group': 'db', Ring: 'fleet' } }, {}, /left the patch group web since/],
    ['unmanaged', {}, null, /no longer a managed node/],
    ['offline', {}, { ping: 'ConnectionLost' }, /not heard of \(ConnectionLost\)/],
    ['another OS', {}, { os: 'UBUNTU' }, /planned with DEBIAN and runs UBUNTU/],
  ];
  for (const [what, member, managed, words] of rows) {
    test(`dropped: ${what}`, () => {
      const { still, dropped } = now(member, managed);
      assert.deepEqual(still, ['i-1']);
      assert.equal(dropped[0]?.id, 'i-2');
      assert.match(dropped[0]?.words ?? '', words);
    });
  }

  test('dropped: its tags are of two rings now', () => {
    const twice = groupPolicy();
    for (const each of twice.rings) each.tag = { key: each.name, value: 'yes' };
    const members = new Map(
      ids.map((id) => [
        id,
        { ...host(id).member, tags: { PatchGroup: 'web', fleet: 'yes', ...(id === 'i-2' ? { canary: 'yes' } : {}) } },
      ]),
    );
    const nodes = new Map(ids.flatMap((id) => (host(id).managed ? [[id, host(id).managed as Managed] as const] : [])));
    const { still, dropped } = recheck(ring, twice, members, nodes);
    assert.deepEqual(still, ['i-1']);
    assert.match(dropped[0]?.words ?? '', /rings canary and fleet now/);
  });

  test('nothing changed, nothing dropped, nobody added', () =>
    assert.deepEqual(now({}, {}), { still: ids, dropped: [] }));
});
