import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BrokenRecord } from '#domain/errors.ts';
import { deltaRows, type RingDelta } from '#domain/patch/delta/delta-rows.ts';
import { sumDelta } from '#domain/patch/delta/delta-sum.ts';
import { afterKeys, beforeKeys, checkPartition } from '#domain/patch/delta/partition.ts';
import type { Finding, HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { HostResult, HostStatus } from '#domain/patch/records.ts';
import { SEVERITIES } from '#domain/severity.ts';
import {
  aFinding,
  after,
  aPackage,
  BACK,
  before,
  DONE,
  fate,
  JUDGED,
  LOOKED,
  notSent,
  OPENED,
  patched,
  RESCANNED,
  ringPlan,
  ringRecord,
  SURVEYED,
} from '../../fixture-ring.ts';

const RUNNING = Array.from({ length: 5 }, () => 'running' as const);
const INSTANCES = ['i-0', 'i-1', 'i-2'];
const instants = fc.constantFrom(OPENED, DONE, BACK, RESCANNED, LOOKED);
const maybe = fc.option(instants);

/** Few ids, vulnerabilities and packages, so that findings meet, match and collide. */
function findings(instance: string): fc.Arbitrary<Finding[]> {
  return fc.array(
    fc
      .record({
        n: fc.integer({ min: 0, max: 3 }),
        vulnerability: fc.integer({ min: 0, max: 2 }),
        name: fc.constantFrom('openssl', 'zlib', 'linux-image-6.1.0-17-amd64', 'linux-image-6.1.0-25-amd64'),
        arch: fc.constantFrom('x86_64', null),
        manager: fc.constantFrom('OS', 'OS', 'PIP'),
        status: fc.constantFrom('ACTIVE' as const, 'CLOSED' as const, 'CLOSED' as const, 'SUPPRESSED' as const),
        severity: fc.constantFrom(...SEVERITIES),
        firstObservedAt: instants,
      })
      .map(({ n, vulnerability, name, arch, manager, ...rest }) =>
        aFinding({
          arn: `arn:${instance}:${n}`,
          instance,
          vulnerabilityId: `CVE-${vulnerability}`,
          packages: [aPackage({ name, arch, manager })],
          ...rest,
        }),
      ),
    { maxLength: 7 },
  );
}

function hostBefore(id: string): fc.Arbitrary<SurveyedHost> {
  return fc
    .record({ findings: findings(id), ring: fc.constantFrom('canary', 'canary', null) })
    .map(({ findings: found, ring }) =>
      before(
        id,
        found.map((finding) => ({ ...finding, status: 'ACTIVE' })),
        { ring },
      ),
    );
}

function hostAfter(id: string): fc.Arbitrary<HostAfter> {
  return fc
    .record({
      findings: findings(id),
      status: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'ACTIVE' as const, 'INACTIVE' as const),
      scanMode: fc.constantFrom('EC2_SSM_AGENT_BASED', 'EC2_SSM_AGENT_BASED', 'EC2_AGENTLESS'),
      lastScannedAt: fc.oneof({ weight: 3, arbitrary: fc.constant(LOOKED) }, { weight: 1, arbitrary: maybe }),
      covered: fc.constantFrom(true, true, true, true, true, false),
      state: fc.constantFrom(...RUNNING, 'stopped' as const, 'terminated' as const),
    })
    .map(({ findings: found, status, scanMode, lastScannedAt, covered, state }) =>
      after(id, found, {
        coverage: covered ? { id, status, reason: 'SUCCESSFUL', scanMode, lastScannedAt } : null,
        member: { id, state, zone: 'a', tags: {}, launchedAt: OPENED },
      }),
    );
}

function result(id: string): fc.Arbitrary<HostResult> {
  const statuses: HostStatus[] = [
    'patched',
    'patched',
    'patched',
    'planned',
    'working',
    'failed',
    'lost',
    'gone',
    'unknown',
    'skipped',
  ];
  const change = fc.record({
    status: fc.constantFrom(...statuses),
    finishedAt: fc.constantFrom(DONE, DONE, null),
    backAt: fc.constantFrom(BACK, BACK, null),
    rescannedAt: fc.constantFrom(RESCANNED, RESCANNED, null),
    installed: fc.integer({ min: 0, max: 2 }),
    pendingReboot: fc.integer({ min: 0, max: 1 }),
  });
  return change.map((each) =>
    each.status === 'planned' || each.status === 'skipped' ? notSent(id, { status: each.status }) : patched(id, each),
  );
}

const someHosts = <T>(host: (id: string) => fc.Arbitrary<T>) =>
  fc
    .oneof({ weight: 3, arbitrary: fc.constant(INSTANCES) }, { weight: 1, arbitrary: fc.subarray(INSTANCES) })
    .chain((ids) => fc.tuple(...ids.map(host))) as fc.Arbitrary<T[]>;

const campaigns: fc.Arbitrary<RingDelta> = fc
  .record({
    before: someHosts(hostBefore),
    after: someHosts(hostAfter),
    hosts: fc.option(someHosts(result)),
    outcome: fc.constantFrom('Completed' as const, 'Halted' as const, 'Expired' as const, 'Lost' as const),
    fates: fc.array(
      fc.constantFrom('fix' as const, 'not-approved' as const, 'suppressed' as const, 'stopped' as const),
    ),
    planned: fc.boolean(),
  })
  .map(({ before: first, after: second, hosts, outcome, fates, planned }) => ({
    before: first,
    after: second,
    record: hosts && ringRecord(hosts),
    ringPlan: planned ? ringPlan(INSTANCES) : null,
    fates: new Map(
      first
        .flatMap((host) => host.findings)
        .flatMap((finding, n) => (fates[n] ? [fate(finding, { fate: fates[n] })] : [])),
    ),
    openedAt: OPENED,
    firstSurveyAt: SURVEYED,
    outcome,
    why: '',
    reboot: 'RebootIfNeeded' as const,
    waivers: [],
    at: JUDGED,
  }));

const hostsOf = <T>(hosts: Iterable<T>) => [...hosts];

describe('partition', () => {
  test('always 6: every finding of the first survey is in exactly one bucket, every active one of the second is counted', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(campaigns, (ring) => {
        const rows = deltaRows(ring);
        checkPartition(beforeKeys(ring.before), afterKeys(ring.after), rows);
        const first = hostsOf(ring.before).flatMap((host) => host.findings);
        for (const arn of new Set(first.map((finding) => finding.arn))) {
          const booked = rows.filter((row) => row.arn === arn && row.bucket !== 'new');
          assert.equal(booked.length, 1, arn);
          assert.ok(first.some((finding) => finding.arn === arn && finding.severity === booked[0]?.severity));
        }
        for (const finding of hostsOf(ring.after).flatMap((host) => host.findings)) {
          if (finding.status !== 'ACTIVE') continue;
          const counted = rows.filter((row) => (row.arnNow ?? row.arn) === finding.arn);
          assert.equal(counted.length, 1, finding.arn);
          assert.ok(['remaining', 'unverified', 'new', 'gone'].includes(counted[0]?.bucket ?? ''));
        }
        const delta = sumDelta(rows);
        for (const key of [...SEVERITIES, 'total'] as const) {
          const { before: all, fixed, closedOtherwise, remaining, unverified, gone, new: fresh, after: left } = delta;
          assert.equal(all[key], fixed[key] + closedOtherwise[key] + remaining[key] + unverified[key] + gone[key]);
          assert.equal(left[key], remaining[key] + unverified[key] + fresh[key]);
        }
        for (const row of rows) {
          met.add(row.bucket);
          assert.equal(row.reason !== null, row.bucket === 'remaining');
        }
      }),
      { numRuns: 1000, seed: 6 },
    );
    assert.equal(met.size, 6, `only ${[...met].join(', ')} were met`);
  });

  test('always 7: nothing is fixed without CLOSED, coverage, a valid look, and a patch of ours', () => {
    let fixed = 0;
    fc.assert(
      fc.property(campaigns, (ring) => {
        for (const row of deltaRows(ring)) {
          if (row.bucket !== 'fixed') continue;
          fixed += 1;
          const host = hostsOf(ring.after).find(({ id }) => id === row.instance);
          const of = ring.record?.hosts.find(({ id }) => id === row.instance);
          const listed = host?.findings.filter((finding) => finding.arn === (row.arnNow ?? row.arn)) ?? [];
          assert.ok(listed.length > 0 && listed.every((finding) => finding.status === 'CLOSED'));
          assert.equal(host?.coverage?.status, 'ACTIVE');
          assert.ok(of && (of.status === 'patched' || (of.status === 'failed' && of.installed > 0)));
          const look = host?.coverage?.lastScannedAt ?? '';
          const known = [of.finishedAt, of.backAt, of.rescannedAt].filter((at) => at !== null);
          assert.ok(known.length > 0 && known.every((at) => look > at), `${look} against ${known.join(', ')}`);
        }
      }),
      { numRuns: 1000, seed: 7 },
    );
    assert.ok(fixed > 20, `the property met only ${fixed} fixed findings`);
  });

  const one = { arn: 'a', severity: 'HIGH' as const };
  const row = (change = {}) => ({ ...deltaRows(closedByUs())[0], ...change }) as ReturnType<typeof deltaRows>[number];
  const faults: [string, Parameters<typeof checkPartition>, RegExp][] = [
    ['is in no bucket', [[one], [], []], /a is in no bucket/],
    ['is in two', [[one], [], [row({ arn: 'a' }), row({ arn: 'a' })]], /a is in two buckets/],
    [
      'is under another severity',
      [[one], [], [row({ arn: 'a', severity: 'LOW' })]],
      /a was HIGH and is booked under LOW/,
    ],
    ['was never there', [[], [], [row({ arn: 'a' })]], /a was not in the first survey/],
    [
      'is active and called fixed',
      [[one], [{ arn: 'a', status: 'ACTIVE' }], [row({ arn: 'a' })]],
      /a is ACTIVE and counted nowhere/,
    ],
    [
      'is counted twice',
      [[], [], [row({ arn: 'b', bucket: 'new' }), row({ arn: 'b', bucket: 'new' })]],
      /b is counted twice/,
    ],
    ['is active and dropped', [[], [{ arn: 'b', status: 'ACTIVE' }], []], /b is ACTIVE and counted nowhere/],
  ];
  for (const [name, ask, words] of faults) {
    test(`always 6: a finding that ${name} is a loud error`, () => {
      assert.throws(
        () => checkPartition(...ask),
        (error) => error instanceof BrokenRecord && words.test(error.message),
      );
    });
  }

  test('what fits is accepted', () => {
    checkPartition(
      [one],
      [
        { arn: 'b', status: 'ACTIVE' },
        { arn: 'c', status: 'CLOSED' },
      ],
      [row({ arn: 'a' }), row({ arn: 'b', bucket: 'new' })],
    );
  });
});

function closedByUs(): RingDelta {
  return {
    before: [before('i-1', [aFinding()])],
    after: [after('i-1', [aFinding({ status: 'CLOSED' })])],
    record: ringRecord([patched('i-1')]),
    ringPlan: ringPlan(['i-1']),
    fates: new Map(),
    openedAt: OPENED,
    firstSurveyAt: SURVEYED,
    outcome: 'Completed',
    why: '',
    reboot: 'RebootIfNeeded',
    waivers: [],
    at: JUDGED,
  };
}
