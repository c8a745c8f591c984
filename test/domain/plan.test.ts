import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Baseline, Finding, Os, SurveyedHost } from '#domain/model.ts';
import { type AssembleContext, assemblePlan, hostsOfNoRing, patchableOses, planRing } from '#domain/plan.ts';
import type { PlanPart } from '#domain/plan-ring.ts';
import type { GroupPolicy } from '#domain/policy.ts';
import { AT, baseline, counts, finding, groupPolicy, host, patch, vulnerable } from './fleet.ts';

const AL: Os = 'AMAZON_LINUX_2023';
const baselines = new Map<Os, Baseline>([
  ['DEBIAN', baseline('DEBIAN')],
  [AL, baseline(AL)],
]);
const context = { at: AT, baselines, provenOses: ['DEBIAN'] as Os[], laterOses: [] as Os[] };

/** A host with one finding that its one missing patch closes. */
function fixable(id: string, over: Parameters<typeof host>[1] = {}): SurveyedHost {
  return host(id, { patches: [patch('openssl', '3.0.14-1~deb12u2')], findings: [finding({ instance: id })], ...over });
}

const canary = (id: string, over: Parameters<typeof host>[1] = {}) =>
  fixable(id, { ring: 'canary', rings: ['canary'], ...over });
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

  test('the canary proves what it has; an empty one has everything to prove', () => {
    const over = { ...context, provenOses: null, laterOses: ['DEBIAN', AL] as Os[] };
    assert.deepEqual(planRing(groupPolicy(), 0, [canary('i-1')], over).ring.later, ['DEBIAN']);
    assert.deepEqual(
      planRing(groupPolicy(), 0, [host('i-1', { ring: 'canary' })], over).ring.later,
      ['DEBIAN'],
      'at level counts',
    );
    assert.deepEqual(planRing(groupPolicy(), 0, [], over).ring.later, [AL, 'DEBIAN']);
    assert.deepEqual(patchableOses([canary('i-1'), canary('i-2', { os: AL, managed: null })]), ['DEBIAN']);
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

interface Fleet {
  canary?: SurveyedHost[];
  fleet?: SurveyedHost[];
  none?: SurveyedHost[];
}

/** As a campaign does it: the canary first, the rest with what it can prove. */
function planned(hosts: Fleet, policy = groupPolicy(), over: Partial<AssembleContext> = {}) {
  const { canary: first = [], fleet = [], none = [] } = hosts;
  const provenOses = patchableOses(first);
  const parts: PlanPart[] = [
    planRing(policy, 0, first, { ...context, provenOses: null, laterOses: patchableOses(fleet) }),
    planRing(policy, 1, fleet, { ...context, provenOses }),
    hostsOfNoRing(policy, none, { ...context, provenOses }),
  ];
  return assemblePlan(parts, {
    campaign: 'c-1',
    policy,
    policyHash: 'p',
    at: AT,
    baselines: [baseline('DEBIAN')],
    snapshotId: '00000000-0000-4000-8000-000000000000',
    inspectorEnabled: true,
    ...over,
  });
}

const uncovered = { coverage: null };
const noFix = { findings: [finding({ packages: [vulnerable('tar', null)] })], patches: [] };

suite('what to do with a plan', () => {
  const rows: [
    what: string,
    fleet: Fleet,
    decision: string,
    why: RegExp,
    policy?: Partial<GroupPolicy>,
    over?: Partial<AssembleContext>,
  ][] = [
    [
      'something to fix',
      { canary: [canary('i-1')], fleet: [fixable('i-2')] },
      'Planned',
      /^2 hosts to patch, which should fix 2 of 2 findings\.$/,
    ],
    ['observe mode', { canary: [canary('i-1')] }, 'Observed', /1 host to patch/, { mode: 'observe' }],
    [
      'trap 30: Inspector is off',
      { canary: [canary('i-1')] },
      'Blind',
      /does not scan EC2/,
      {},
      { inspectorEnabled: false },
    ],
    ['trap 30: no instance at all', {}, 'Blind', /No instance/],
    [
      'coverage below the policy',
      { canary: [canary('i-1')], fleet: [fixable('i-2', uncovered)] },
      'Blind',
      /sees 1 of 2 running hosts; the policy asks for 90/,
    ],
    [
      'a host in no ring that Inspector does not see counts',
      { canary: [canary('i-1')], none: [host('i-9', { ring: null, rings: [], ...uncovered })] },
      'Blind',
      /1 of 2/,
    ],
    [
      'a stopped host need not be seen',
      {
        canary: [canary('i-1')],
        fleet: [host('i-2', { ...uncovered, member: { ...host('i-2').member, state: 'stopped' } })],
      },
      'Planned',
      /1 host/,
    ],
    [
      'nothing fixable',
      { canary: [canary('i-1', noFix)] },
      'Nothing',
      /any of the 1 findings \(1 no-fix\); Inspector sees the one running host/,
    ],
    [
      'no findings',
      { canary: [host('i-1')], fleet: [host('i-2')] },
      'Nothing',
      /^There are no findings, and Inspector sees all 2/,
    ],
    ['nothing fixable, in observe mode', { canary: [canary('i-1', noFix)] }, 'Nothing', /no-fix/, { mode: 'observe' }],
    [
      'trap 30: nothing fixable, but a host is not seen',
      { canary: [canary('i-1', noFix)], fleet: [host('i-2', uncovered)] },
      'Blind',
      /does not see 1 host that run/,
      { gate: { ...groupPolicy().gate, coveragePercent: 50 } },
    ],
    [
      'nothing fixable is known where the patch scan failed',
      { canary: [canary('i-1', { patchScan: 'unknown', patches: [] })] },
      'Blind',
      /of 1 findings nobody can tell/,
    ],
    [
      'only a canary is missing: the gate shall say so',
      { fleet: [fixable('i-2')] },
      'Planned',
      /^0 hosts to patch, which should fix 0 of 1/,
    ],
    [
      'only hosts of no ring could be fixed',
      { canary: [host('i-1', { ring: 'canary' })], none: [fixable('i-9', { ring: null, rings: [] })] },
      'Nothing',
      /1 not-in-ring/,
    ],
  ];
  for (const [what, fleet, decision, why, policy = {}, over = {}] of rows) {
    test(`${decision}: ${what}`, () => {
      const said = planned(fleet, groupPolicy(policy), over);
      assert.equal(said.decision, decision, said.why);
      assert.match(said.why, why);
    });
  }

  test('totals are over all parts', () => {
    const none = [fixable('i-9', { ring: null, rings: [] })];
    const { plan } = planned({ canary: [canary('i-1')], fleet: [fixable('i-2'), fixable('i-3', uncovered)], none });
    assert.deepEqual(plan.before, counts({ HIGH: 4 }));
    assert.deepEqual(plan.expected, counts({ HIGH: 2 }));
    assert.deepEqual(plan.byFate, { fix: 2, unexplained: 1, 'not-in-ring': 1 });
    assert.equal(plan.coveredPercent, 75);
    assert.equal(plan.proofMode, 'EC2_SSM_AGENT_BASED');
    assert.deepEqual(
      plan.rings.map((ring) => [ring.ring, ring.hosts, ring.atOnce, ring.waves, ring.approval]),
      [
        ['canary', 1, 1, 1, false],
        ['fleet', 1, 1, 1, true],
      ],
    );
    assert.deepEqual(
      plan.left.map((each) => each.id),
      ['i-3', 'i-9'],
    );
  });

  test('no wave is larger than a command takes', () => {
    const policy = groupPolicy();
    for (const ring of policy.rings) ring.atOnce = { percent: 100 };
    const fleet = Array.from({ length: 120 }, (_, i) => fixable(`i-${1000 + i}`));
    const { plan } = planned({ canary: [canary('i-1')], fleet }, policy);
    assert.deepEqual([plan.rings[1]?.atOnce, plan.rings[1]?.waves], [120, 3]);
  });

  test('scan modes in use are the proof mode', () => {
    const agentless = {
      ...host('i-2').coverage,
      id: 'i-2',
      status: 'ACTIVE' as const,
      reason: '',
      scanMode: 'EC2_AGENTLESS',
      lastScannedAt: AT,
    };
    const { plan } = planned({ canary: [canary('i-1')], fleet: [fixable('i-2', { coverage: agentless })] });
    assert.equal(plan.proofMode, 'EC2_AGENTLESS+EC2_SSM_AGENT_BASED');
  });
});

suite('what people should know', () => {
  test('warnings', () => {
    const waiver = {
      id: 'w1',
      owner: 'ops',
      reason: '',
      vulnerabilities: ['CVE-2024-1111'],
      instances: [],
      packages: [],
      expires: '2024-08-31',
    };
    const policy = groupPolicy({
      gate: { ...groupPolicy().gate, minSample: 2 },
      baseline: { DEBIAN: { classifications: ['Security'], severities: ['Critical'], approvedWithinDays: 0 } },
      waivers: [waiver, { ...waiver, id: 'w2', vulnerabilities: ['CVE-1999-1'] }],
    });
    const slow = baseline('DEBIAN', {
      rules: [{ filters: {}, approveAfterDays: 3, approveUntil: null, enableNonSecurity: false }],
    });
    const { plan } = planned({ canary: [canary('i-1')], fleet: [fixable('i-2')] }, policy, {
      baselines: [slow, baseline(AL)],
    });
    assert.deepEqual(plan.warnings, [
      'Ring canary has 1 host of DEBIAN, the gate asks for 2.',
      'Waiver w1 of ops expired on 2024-08-31; 2 findings are no longer accepted.',
      'The policy of web does not name AMAZON_LINUX_2023: its hosts get baseline Default-AMAZON_LINUX_2023.',
      'Baseline Default-DEBIAN (DEBIAN) approves 3 days after release; the policy wishes 0.',
    ]);
  });
});

suite('the plan hash covers everything', () => {
  const fleet = { canary: [canary('i-1')], fleet: [fixable('i-2')] };
  test('the same plan has the same hash', () =>
    assert.equal(planned(fleet).plan.planHash, planned(fleet).plan.planHash));
  test('a snapshot changes it, and not the scope', () => {
    const [a, b] = [planned(fleet).plan, planned(fleet, groupPolicy(), { snapshotId: 'another' }).plan];
    assert.notEqual(a.planHash, b.planHash);
    assert.equal(a.scopeHash, b.scopeHash);
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
      ...(covered ? {} : uncovered),
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
