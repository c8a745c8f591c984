import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SurveyedHost } from '#domain/patch/model.ts';
import { type AssembleContext, assemblePlan } from '#domain/patch/plan/plan.ts';
import {
  hostsOfNoRing,
  type PlanPart,
  patchableOses,
  planRing,
  warnOfBaselines,
} from '#domain/patch/plan/plan-ring.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import {
  AL,
  AT,
  agent,
  baseline,
  canary,
  ringContext as context,
  counts,
  finding,
  fixable,
  groupPolicy,
  host,
  vulnerable,
} from '../../fleet.ts';

interface Fleet {
  canary?: SurveyedHost[];
  fleet?: SurveyedHost[];
  none?: SurveyedHost[];
}

/** As a campaign does it: the canary first, the rest with what it can prove. */
function planned(hosts: Fleet, policy = groupPolicy(), over: Partial<AssembleContext> = {}) {
  const { canary: first = [], fleet = [], none = [] } = hosts;
  const provenOses = patchableOses(first, policy);
  const parts: PlanPart[] = [
    planRing(policy, 0, first, { ...context, provenOses: null, laterOses: patchableOses(fleet, policy) }),
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
const waived = {
  id: 'w',
  owner: 'ops',
  reason: '',
  vulnerabilities: ['CVE-2024-1111'],
  instances: ['i-8'],
  packages: [],
  expires: '2099-01-01',
};
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
    ['no instance at all', {}, 'Stuck', /^No instance has the patch group tag web\.$/],
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
      /fix the one finding \(1 no-fix\); Inspector sees the one running host/,
    ],
    [
      'no findings',
      { canary: [host('i-1')], fleet: [host('i-2')] },
      'Nothing',
      /^There are no findings, and Inspector sees all 2/,
    ],
    ['nothing fixable, in observe mode', { canary: [canary('i-1', noFix)] }, 'Nothing', /no-fix/, { mode: 'observe' }],
    [
      'trap 30: nothing fixable, and who is not seen within what the policy allows is said',
      { canary: [canary('i-1', noFix)], fleet: [host('i-2', uncovered)] },
      'Nothing',
      /Inspector sees 1 of 2 running hosts/,
      { gate: { ...groupPolicy().gate, coveragePercent: 50 } },
    ],
    [
      'nothing fixable is known where the patch scan failed',
      { canary: [canary('i-1', { patchScan: 'unknown', patches: [] })] },
      'Stuck',
      /^1 of 1 host with a failed patch scan$/,
    ],
    ['only a canary is missing', { fleet: [fixable('i-2')] }, 'Stuck', /^1 of 1 host without a canary of their OS$/],
    [
      'only hosts of no ring could be fixed',
      { canary: [host('i-1', { ring: 'canary' })], none: [fixable('i-9', { ring: null, rings: [] })] },
      'Stuck',
      /^1 of 2 hosts in no ring$/,
    ],
    [
      'hosts in no ring, and nobody waits for their findings: waived, or without a fix',
      {
        none: [fixable('i-8', { ring: null, rings: [] }), host('i-9', { ...noFix, ring: null, rings: [] })],
      },
      'Nothing',
      /1 not-in-ring, 1 no-fix|1 no-fix, 1 not-in-ring/,
      { waivers: [waived] },
    ],
    [
      'Inspector is off, and nobody is in a ring',
      { none: [fixable('i-9', { ring: null, rings: [] })] },
      'Blind',
      /does not scan EC2/,
      {},
      { inspectorEnabled: false },
    ],
    [
      'hosts in no ring beside one that is patched',
      { canary: [canary('i-1')], none: [fixable('i-9', { ring: null, rings: [] })] },
      'Planned',
      /^1 host to patch, which should fix 1 of 2 findings/,
    ],
    [
      'stopped, offline, unmanaged and nothing else',
      {
        canary: [canary('i-1', { member: { ...host('i-1').member, state: 'stopped' } })],
        fleet: [fixable('i-2', agent({ ping: 'ConnectionLost' })), fixable('i-3', { managed: null })],
      },
      'Stuck',
      /^1 of 3 hosts stopped, 1 unmanaged, 1 offline$/,
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
  test('observing, a baseline of the policy is told as one that would be registered', () => {
    const wishes = { [AL]: { classifications: ['Security'], severities: ['*'], approvedWithinDays: 30 } };
    const has = { ...baseline(AL), name: 'AWS-Default' };
    const told = (mode: 'observe' | 'act') => warnOfBaselines({ ...groupPolicy(), mode, baseline: wishes }, [has]);
    const words = `${AL}: the baseline of the policy would be registered for web in mode act; now it gets AWS-Default.`;
    assert.deepEqual([told('act').includes(words), told('observe').includes(words)], [false, true]);
    const unwished = warnOfBaselines({ ...groupPolicy(), mode: 'observe', baseline: {} }, [has]);
    assert.doesNotMatch(unwished.join(), /would be registered/);
  });

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
      baseline: { [AL]: { classifications: ['Security'], severities: ['Critical'], approvedWithinDays: 0 } },
      waivers: [waiver, { ...waiver, id: 'w2', vulnerabilities: ['CVE-1999-1'] }],
    });
    const slow = baseline(AL, {
      rules: [{ filters: {}, approveAfterDays: 3, approveUntil: null, enableNonSecurity: false }],
    });
    const { plan } = planned({ canary: [canary('i-1')], fleet: [fixable('i-2')] }, policy, {
      baselines: [baseline('DEBIAN'), slow],
    });
    assert.deepEqual(plan.warnings, [
      'Ring canary has 1 host of DEBIAN, the gate asks for 2.',
      'Waiver w1 of ops expired on 2024-08-31; 2 findings are no longer accepted.',
      'The policy of web does not name AMAZON_LINUX_2023: its hosts get baseline Default-AMAZON_LINUX_2023.',
      'Baseline Default-AMAZON_LINUX_2023 (AMAZON_LINUX_2023) approves 3 days after release; the policy wishes 0.',
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
