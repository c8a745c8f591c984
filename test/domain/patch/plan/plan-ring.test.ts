import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Finding, Os, SurveyedHost } from '#domain/patch/model.ts';
import { hostsOfNoRing, patchableOses, planRing } from '#domain/patch/plan/plan-ring.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import {
  AL,
  AT,
  canary,
  ringContext as context,
  counts,
  finding,
  fixable,
  groupPolicy,
  host,
  patch,
  vulnerable,
} from '../../fleet.ts';

const inZone = (id: string, zone: string) => ({ member: { ...host(id).member, zone } });

suite('a ring on paper', () => {
  test('hosts are sent by zone, then id, each with what it misses and what should be fixed', () => {
    const hosts = [
      fixable('i-3', inZone('i-3', 'a')),
      fixable('i-1', inZone('i-1', 'b')),
      fixable('i-2', inZone('i-2', 'a')),
    ];
    const { ring } = planRing(groupPolicy(), 1, hosts, context);
    assert.deepEqual(
      ring.hosts.map((each) => each.id),
      ['i-2', 'i-3', 'i-1'],
    );
    assert.deepEqual(ring.hosts[0], {
      id: 'i-2',
      os: 'DEBIAN',
      zone: 'a',
      scanMode: 'EC2_SSM_AGENT_BASED',
      missing: 1,
      expected: 1,
    });
    assert.deepEqual(ring.expected, counts({ HIGH: 3 }));
  });

  const amounts: [hosts: number, atOnce: GroupPolicy['rings'][number]['atOnce'], expected: number][] = [
    [0, { percent: 25 }, 0],
    [3, { percent: 25 }, 1],
    [9, { percent: 25 }, 2],
    [9, { count: 4 }, 4],
    [3, { count: 4 }, 3],
    [9, { percent: 100 }, 9],
  ];
  for (const [number, atOnce, expected] of amounts) {
    test(`at once: ${JSON.stringify(atOnce)} of ${number} is ${expected}`, () => {
      const policy = groupPolicy();
      for (const ring of policy.rings) ring.atOnce = atOnce;
      const hosts = Array.from({ length: number }, (_, i) => fixable(`i-${i}`));
      assert.equal(planRing(policy, 1, hosts, context).ring.atOnce, expected);
    });
  }

  test('a host with nothing to install is at level; one that waits for its reboot is not', () => {
    const waiting = [patch('openssl', '3.0.14-1~deb12u2', { status: 'InstalledPendingReboot' })];
    const hosts = [host('i-2'), fixable('i-1', { patches: waiting })];
    const { ring } = planRing(groupPolicy(), 1, hosts, context);
    assert.deepEqual(ring.atLevel, ['i-2']);
    assert.deepEqual(
      ring.hosts.map((each) => each.id),
      ['i-1'],
    );
    assert.deepEqual(planRing(groupPolicy({ reboot: 'NoReboot' }), 1, hosts, context).ring.atLevel, ['i-1', 'i-2']);
  });

  const lefts: [why: string, over: Parameters<typeof host>[1]][] = [
    ['managed-by', { member: { ...host('i-1').member, managedBy: 'eks.amazonaws.com' } }],
    ['replaced', { member: { ...host('i-1').member, tags: { 'aws:autoscaling:groupName': 'web-asg' } } }],
    ['stopped', { member: { ...host('i-1').member, state: 'stopped' } }],
    ['unmanaged', { managed: null }],
    ['not-patchable', { managed: { id: 'i-1', ping: 'Online', os: null, platform: 'Fedora 44', lastPingAt: AT } }],
    [
      'offline',
      { managed: { id: 'i-1', ping: 'ConnectionLost', os: 'DEBIAN', platform: 'Debian GNU/Linux 12', lastPingAt: AT } },
    ],
    ['unproven', { os: AL }],
    ['uncovered', { coverage: null }],
    ['scan-unknown', { patchScan: 'unknown' }],
  ];
  for (const [why, over] of lefts) {
    test(`not planned, but listed: ${why}`, () => {
      const { ring, left, fates } = planRing(groupPolicy(), 1, [fixable('i-1', over)], context);
      assert.deepEqual([ring.hosts, ring.atLevel], [[], []]);
      assert.deepEqual(
        left.map((each) => [each.id, each.ring, each.why]),
        [['i-1', 'fleet', why]],
      );
      assert.notEqual(fates[0]?.fate, 'fix');
    });
  }

  test('trap 32: what a service runs is not counted in coverage; what would be replaced is', () => {
    const member = (over: object) => ({ member: { ...host('i-1').member, ...over }, coverage: null });
    const hosts = [host('i-1', member({ managedBy: 'eks.amazonaws.com' })), host('i-2')];
    const { seen } = planRing(groupPolicy(), 1, hosts, context);
    assert.deepEqual([seen.hosts, seen.running, seen.covered], [2, 1, 1]);
    const replaced = host('i-3', member({ tags: { 'aws:autoscaling:groupName': 'a' } }));
    assert.equal(planRing(groupPolicy(), 1, [...hosts, replaced], context).seen.running, 2);
  });

  test('hosts of scaling groups and clusters are patched in place where the policy says so', () => {
    const member = { ...host('i-1').member, tags: { 'aws:autoscaling:groupName': 'web-asg' } };
    const hosts = [fixable('i-1', { member })];
    assert.equal(planRing(groupPolicy(), 1, hosts, context).ring.hosts.length, 0);
    assert.equal(planRing(groupPolicy({ replaced: 'patch' }), 1, hosts, context).ring.hosts.length, 1);
    assert.deepEqual(patchableOses(hosts, { replaced: 'list' }), []);
    assert.deepEqual(patchableOses(hosts, { replaced: 'patch' }), ['DEBIAN']);
  });

  test('the canary proves what it has; an empty one has everything to prove', () => {
    const over = { ...context, provenOses: null, laterOses: ['DEBIAN', AL] as Os[] };
    assert.deepEqual(planRing(groupPolicy(), 0, [canary('i-1')], over).ring.later, ['DEBIAN']);
    assert.deepEqual(
      planRing(groupPolicy(), 0, [host('i-1', { ring: 'canary' })], over).ring.later,
      ['DEBIAN'],
      'at level counts',
    );
    assert.deepEqual(planRing(groupPolicy(), 0, [], over).ring.later, [AL, 'DEBIAN']);
    assert.deepEqual(patchableOses([canary('i-1'), canary('i-2', { os: AL, managed: null })], groupPolicy()), [
      'DEBIAN',
    ]);
  });

  test('a finding that is closed already is none of this campaign', () => {
    const { fates, before } = planRing(
      groupPolicy(),
      1,
      [fixable('i-1', { findings: [finding({ status: 'CLOSED' })] })],
      context,
    );
    assert.deepEqual([fates, before.total], [[], 0]);
  });

  test('tags that match nothing are a warning', () => {
    assert.deepEqual(planRing(groupPolicy(), 1, [], context).warnings, [
      'No instance has the tag Ring=fleet of ring fleet.',
    ]);
  });

  test('hosts of no ring are all left, and their findings with the first reason', () => {
    const hosts = [
      fixable('i-1', { ring: null, rings: [] }),
      fixable('i-2', { ring: null, rings: ['canary', 'fleet'] }),
      host('i-3', {
        ring: null,
        rings: [],
        findings: [finding({ instance: 'i-3', packages: [vulnerable('tar', null)] })],
      }),
    ];
    const { left, fates, before } = hostsOfNoRing(groupPolicy(), hosts, context);
    assert.deepEqual(
      left.map((each) => each.why),
      ['no-ring', 'several-rings', 'no-ring'],
    );
    assert.deepEqual(
      fates.map((each) => each.fate),
      ['not-in-ring', 'not-in-ring', 'no-fix'],
    );
    assert.deepEqual(before, counts({ HIGH: 3 }));
  });
});

const someFinding: fc.Arbitrary<Partial<Finding>> = fc.record({
  status: fc.constantFrom('ACTIVE', 'SUPPRESSED'),
  severity: fc.constantFrom('CRITICAL', 'HIGH', 'MEDIUM', 'UNTRIAGED'),
  vulnerabilityId: fc.constantFrom('CVE-2024-1', 'CVE-2024-2', 'DISCONTINUED'),
  title: fc.constantFrom('Discontinued OS', 'CVE'),
  packages: fc.array(
    fc.record({
      name: fc.constantFrom('openssl', 'libssl3', 'linux', 'tar', 'KB1'),
      arch: fc.constantFrom(null, 'X86_64'),
      version: fc.constant('1-1'),
      fixedIn: fc.constantFrom(null, '1-2', '1-3'),
      manager: fc.constantFrom('OS', 'OS', 'PIP'),
    }),
    { maxLength: 3 },
  ),
});
const someHost: fc.Arbitrary<SurveyedHost> = fc
  .record({
    id: fc.integer({ min: 100, max: 999 }).map((number) => `i-${number}`),
    os: fc.constantFrom<(Os | null)[]>('DEBIAN', AL, 'WINDOWS', null),
    state: fc.constantFrom('running' as const, 'stopped' as const),
    ping: fc.constantFrom('Online' as const, 'ConnectionLost' as const),
    managed: fc.boolean(),
    covered: fc.boolean(),
    scan: fc.constantFrom('fresh' as const, 'unknown' as const),
    patches: fc.array(
      fc.tuple(fc.constantFrom('openssl', 'libssl3', 'linux-image-amd64', 'tar'), fc.constantFrom('1-1', '1-3')),
    ),
    findings: fc.array(someFinding, { maxLength: 5 }),
  })
  .map(({ id, os, state, ping, managed, covered, scan, patches, findings }) =>
    host(id, {
      member: { ...host(id).member, state },
      managed: managed ? { id, os, ping, platform: 'x', lastPingAt: null } : null,
      patchScan: scan,
      ...(covered ? {} : { coverage: null }),
      patches: patches.map(([name, version]) => patch(name, version)),
      findings: findings.map((each, i) => finding({ ...each, instance: id, arn: `${id}/${i}` })),
    }),
  );
const someHosts = fc.uniqueArray(someHost, { selector: (each) => each.id, maxLength: 12 });

suite('properties', () => {
  test('every finding gets exactly one fate, every host exactly one place, and sums agree', () => {
    fc.assert(
      fc.property(someHosts, fc.constantFrom(null, ['DEBIAN'] as Os[], [] as Os[]), (hosts, provenOses) => {
        const { ring, fates, left, before, byFate } = planRing(groupPolicy(), 1, hosts, { ...context, provenOses });
        const arns = hosts.flatMap((each) => each.findings.map((one) => one.arn)).sort();
        assert.deepEqual(fates.map((each) => each.arn).sort(), arns);
        assert.equal(before.total, arns.length);
        assert.equal(
          Object.values(byFate).reduce((sum, each) => sum + each, 0),
          arns.length,
        );
        const places = [...ring.hosts.map((each) => each.id), ...ring.atLevel, ...left.map((each) => each.id)].sort();
        assert.deepEqual(places, hosts.map((each) => each.id).sort());
        const sent = new Set(ring.hosts.map((each) => each.id));
        for (const each of fates) assert.ok(each.words.length > 0 && (each.fate !== 'fix' || sent.has(each.instance)));
        assert.equal(ring.expected.total, byFate.fix ?? 0);
      }),
      { numRuns: 300 },
    );
  });

  test('the plan of a ring does not depend on the order of its hosts', () => {
    fc.assert(
      fc.property(someHosts, (hosts) => {
        assert.deepEqual(
          planRing(groupPolicy(), 1, [...hosts].reverse(), context),
          planRing(groupPolicy(), 1, hosts, context),
        );
      }),
      { numRuns: 50 },
    );
  });
});
