import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deltaRows, type RingDelta } from '#domain/patch/delta/delta-rows.ts';
import { sumDelta } from '#domain/patch/delta/delta-sum.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import type { Coverage, Finding, HostAfter, Member, Patch } from '#domain/patch/model.ts';
import type { HostResult } from '#domain/patch/records.ts';
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
  ringPlan,
  ringRecord,
  SURVEYED,
} from '../../fixture-ring.ts';

/** One canary, patched and looked at; its finding should be fixed and is not. */
function ring(change: Partial<RingDelta> = {}): RingDelta {
  return {
    before: [before('i-1', [aFinding()])],
    after: [after('i-1', [aFinding()])],
    record: ringRecord([patched('i-1')]),
    ringPlan: ringPlan(['i-1']),
    fates: new Map([fate(aFinding())]),
    openedAt: OPENED,
    firstSurveyAt: SURVEYED,
    outcome: 'Completed',
    why: '',
    reboot: 'RebootIfNeeded',
    waivers: [],
    at: JUDGED,
    ...change,
  };
}

const closed = aFinding({ status: 'CLOSED' });
const host = (result: HostResult) => ({ record: ringRecord([result]) });
const now = (finding: Finding | null, change: Partial<HostAfter> = {}) => ({
  after: [after('i-1', finding ? [finding] : [], change)],
});
const seen = (change: Partial<Coverage>) => ({ coverage: { ...after('i-1').coverage, ...change } as Coverage });
const member = (change: Partial<Member>) => ({ member: { ...after('i-1').member, ...change } as Member });
const fateIs = (change: Parameters<typeof fate>[1]) => ({ fates: new Map([fate(aFinding(), change)]) });
const notReached = { outcome: 'Halted' as const, why: 'canary fail: 1 failed', record: null };

function only(of: RingDelta): DeltaRow {
  const rows = deltaRows(of);
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row);
  return row;
}

const patch = (status: Patch['status']): Patch => ({
  title: 'openssl 3.0.2-1',
  kb: 'openssl.x86_64',
  package: { name: 'openssl', arch: 'x86_64', version: '3.0.2-1' },
  status,
  classification: null,
  severity: null,
  cveIds: [],
  installedAt: null,
});

const missing = { ...before('i-1', [aFinding()]), patches: [patch('Missing')] };
const discontinued = aFinding({
  arn: 'arn:end',
  vulnerabilityId: 'DISCONTINUED_OS',
  title: 'Operating system is discontinued',
  severity: 'CRITICAL',
  packages: [],
});
const on = (platform: string) => {
  const host = before('i-1', [aFinding()]);
  return { ...host, managed: host.managed && { ...host.managed, os: 'DEBIAN' as const, platform } };
};

describe('buckets', () => {
  const rows: [string, Partial<RingDelta>, DeltaRow['bucket'], RegExp][] = [
    ['closed on a host that was patched and looked at', now(closed), 'fixed', /^Patched, and closed/],
    [
      'closed where the command failed after installing',
      { ...now(closed), ...host(patched('i-1', { status: 'failed' })) },
      'fixed',
      /./,
    ],
    [
      'closed on a host that was not sent anything',
      { ...now(closed), ...host(notSent('i-1')) },
      'closedOtherwise',
      /did not patch/,
    ],
    [
      'closed on a host of a ring that never began',
      { ...now(closed), record: null },
      'closedOtherwise',
      /did not patch/,
    ],
    [
      'always 7: closed in both surveys, patched or not',
      { ...now(closed), before: [before('i-1', [closed])] },
      'closedOtherwise',
      /./,
    ],
    ['active', {}, 'remaining', /./],
    ['suppressed', now(aFinding({ status: 'SUPPRESSED' })), 'remaining', /./],
    ['terminated, whatever Inspector says', now(closed, member({ state: 'terminated' })), 'gone', /terminated/],
    ['forgotten by EC2', now(null, { member: null }), 'gone', /terminated/],
    [
      'terminated before any look',
      now(aFinding(), { ...member({ state: 'terminated' }), coverage: null }),
      'gone',
      /terminated/,
    ],
    ['trap 30: not listed is no evidence', now(null), 'unverified', /no longer lists it/],
    ['not in the second survey at all', { after: [] }, 'unverified', /second survey does not list the instance/],
    [
      'closed, coverage lost',
      now(closed, seen({ status: 'INACTIVE', reason: 'STALE_INVENTORY' })),
      'unverified',
      /STALE_INVENTORY/,
    ],
    ['closed, no coverage row', now(closed, { coverage: null }), 'unverified', /does not cover it/],
    [
      'trap 18: closed, looked at before the host was back',
      now(closed, seen({ lastScannedAt: DONE })),
      'unverified',
      /before its patch ended/,
    ],
    ['closed, our re-scan came later', now(closed, seen({ lastScannedAt: BACK })), 'unverified', /before it was back/],
    ['active, not looked at since', now(aFinding(), seen({ lastScannedAt: DONE })), 'unverified', /./],
    [
      'closed on a host that is lost',
      { ...now(closed), ...host(patched('i-1', { status: 'lost', backAt: null })) },
      'unverified',
      /not come back/,
    ],
    [
      'closed where the send is unclear',
      { ...now(closed), ...host(notSent('i-1', { status: 'unknown' })) },
      'unverified',
      /unclear/,
    ],
    [
      'trap 19: closed by a change of the scan mode',
      now(closed, seen({ scanMode: 'EC2_AGENTLESS' })),
      'unverified',
      /scan mode changed/,
    ],
    [
      'closed, and SSM still misses the very patch',
      { before: [missing], ...now(closed, { patches: [patch('Missing')] }) },
      'unverified',
      /SSM still misses openssl 3\.0\.2-1 on i-1/,
    ],
    [
      'closed, and SSM misses a later version of the package only',
      { before: [missing], ...now(closed, { patches: [{ ...patch('Missing'), title: 'openssl 3.0.2-2' }] }) },
      'fixed',
      /./,
    ],
    [
      'trap 19: withdrawn, on a host that was not patched and misses its patch still',
      { before: [missing], ...now(closed, { patches: [patch('Missing')] }), ...host(notSent('i-1')) },
      'closedOtherwise',
      /./,
    ],
    [
      'trap 9: closed on a system that Inspector calls discontinued',
      { before: [before('i-1', [aFinding(), discontinued])], after: [after('i-1', [closed, discontinued])] },
      'unverified',
      /Inspector has discontinued/,
    ],
    [
      'closed on a system past its end of which Inspector says nothing any more',
      { before: [on('Debian GNU/Linux 11')], ...now(closed, { managed: null }), at: '2027-10-01T00:00:00.000Z' },
      'unverified',
      /Debian GNU\/Linux 11, which Inspector has discontinued since 2026-08-31/,
    ],
    [
      'closed on its last day of support',
      { before: [on('Debian GNU/Linux 11')], ...now(closed, { managed: null }), at: '2026-08-31T23:00:00.000Z' },
      'fixed',
      /./,
    ],
  ];
  for (const [name, change, bucket, words] of rows) {
    test(`${name}: ${bucket}`, () => {
      const [row, ...others] = deltaRows(ring(change)).filter(({ arn }) => arn === aFinding().arn);
      assert.ok(row && others.length === 0);
      assert.equal(row.bucket, bucket);
      assert.match(row.words, words);
      assert.equal(row.reason === null, bucket !== 'remaining');
    });
  }
});

const python = [aPackage({ name: 'jinja2', manager: 'PIP' })];
const noFix = { fixAvailable: 'NO' as const, packages: [aPackage({ fixedIn: null })] };
const endOfLife = { vulnerabilityId: 'EOL', title: 'Amazon Linux 2 is discontinued', severity: 'CRITICAL' as const };
const sameBefore = (finding: Finding) => ({ before: [before('i-1', [finding])], ...now(finding) });

describe('reasons of what remains', () => {
  const rows: [string, Partial<RingDelta>, string, RegExp][] = [
    ['trap 19: suppressed in mid-campaign', now(aFinding({ status: 'SUPPRESSED' })), 'suppressed', /suppression rule/],
    [
      'trap 10: of another package manager',
      sameBefore(aFinding({ packages: python })),
      'not-os-package',
      /Patch Manager does not/,
    ],
    ['without a fix', sameBefore(aFinding(noFix)), 'no-fix', /no fixed version of/],
    [
      'versions are named though Inspector says that there is no fix, as the plan takes it',
      sameBefore(aFinding({ fixAvailable: 'NO' })),
      'unexplained',
      /patched without a failure/,
    ],
    ['a fix that came too late', fateIs({ fate: 'no-fix' }), 'no-fix', /now one is|one is now/],
    [
      'trap 9: a discontinued OS',
      sameBefore(aFinding({ ...endOfLife, packages: [] })),
      'end-of-life',
      /no more updates/,
    ],
    [
      'in no ring',
      { before: [before('i-1', [aFinding()], { ring: null, rings: [] })], record: null, ringPlan: null },
      'not-in-ring',
      /no ring/,
    ],
    [
      'in two rings',
      {
        before: [before('i-1', [aFinding()], { ring: null, rings: ['canary', 'fleet'] })],
        record: null,
        ringPlan: null,
      },
      'not-in-ring',
      /canary and fleet/,
    ],
    [
      'stopped when planned',
      { ...fateIs({ fate: 'stopped', words: 'i-1 is stopped' }), ringPlan: ringPlan([]), record: null },
      'stopped',
      /is stopped/,
    ],
    [
      'stopped since the plan',
      { ...notReached, ...now(aFinding(), member({ state: 'stopped' })) },
      'stopped',
      /is stopped now/,
    ],
    ['unmanaged since', { ...notReached, ...now(aFinding(), { managed: null }) }, 'unmanaged', /no longer a managed/],
    [
      'offline since',
      {
        ...notReached,
        after: [
          after('i-1', [aFinding()], {
            managed: { id: 'i-1', ping: 'ConnectionLost', os: 'DEBIAN', platform: '', lastPingAt: null },
          }),
        ],
      },
      'offline',
      /ConnectionLost/,
    ],
    [
      'of an OS without a canary',
      { ...fateIs({ fate: 'unproven', words: 'no canary' }), ringPlan: ringPlan([]), record: null },
      'unproven',
      /no canary/,
    ],
    ['halted before', notReached, 'not-reached', /^The campaign halted first: canary fail: 1 failed\.$/],
    [
      'expired before',
      { ...notReached, outcome: 'Expired', why: 'the window closed' },
      'not-reached',
      /ran out of time first: the window closed/,
    ],
    [
      'denied',
      { ...notReached, outcome: 'Denied', why: 'nobody answered' },
      'not-reached',
      /was denied: nobody answered/,
    ],
    [
      'dropped before the wave',
      host(notSent('i-1', { status: 'skipped', words: 'i-1 left the ring.' })),
      'not-reached',
      /i-1 left the ring\.$/,
    ],
    [
      'planned when the ring was stopped',
      {
        record: ringRecord([notSent('i-1')], { stopped: { why: 'errors', words: '2 hosts failed', at: BACK } }),
        outcome: 'Halted',
      },
      'not-reached',
      /2 hosts failed/,
    ],
    ['rejected by the baseline', fateIs({ fate: 'rejected', words: 'openssl is rejected' }), 'rejected', /is rejected/],
    [
      'trap 4: not approved yet',
      fateIs({ fate: 'not-approved', words: 'from 8 September', approvedFrom: '2024-09-08' }),
      'not-approved',
      /8 September/,
    ],
    ['not offered', fateIs({ fate: 'not-offered', words: 'no repository has it' }), 'not-offered', /no repository/],
    [
      'the command failed',
      host(patched('i-1', { status: 'failed', exit: 2, words: 'exit 2: a dependency could not be resolved' })),
      'patch-failed',
      /exit 2: a dependency/,
    ],
    [
      'the package failed',
      now(aFinding(), { patches: [patch('Failed')] }),
      'patch-failed',
      /could not install openssl/,
    ],
    ['the reboot is pending', host(patched('i-1', { pendingReboot: 1 })), 'reboot-pending', /still has to reboot/],
    [
      'its package waits for the reboot',
      now(aFinding(), { patches: [patch('InstalledPendingReboot')] }),
      'reboot-pending',
      /still has to/,
    ],
    [
      'trap 8: a kernel without a reboot',
      { ...sameBefore(aFinding({ packages: [aPackage({ name: 'kernel' })] })), reboot: 'NoReboot' },
      'reboot-pending',
      /old kernel runs on/,
    ],
    ['nothing says why', {}, 'unexplained', /patched without a failure, yet Inspector found it at 2024/],
  ];
  for (const [name, change, reason, words] of rows) {
    test(`${name}: ${reason}`, () => {
      const row = only(ring(change));
      assert.equal(row.bucket, 'remaining');
      assert.equal(row.reason, reason);
      assert.match(row.words, words);
    });
  }

  test('the first that holds, in order', () => {
    const everything = ring({
      ...notReached,
      ...sameBefore(
        aFinding({ status: 'SUPPRESSED', packages: [aPackage({ manager: 'PIP', fixedIn: null })], fixAvailable: 'NO' }),
      ),
    });
    assert.equal(only(everything).reason, 'suppressed');
    assert.equal(
      only(ring({ ...notReached, ...sameBefore(aFinding({ packages: [...python, aPackage({ fixedIn: null })] })) }))
        .reason,
      'not-os-package',
    );
    assert.equal(only(ring({ ...notReached, ...sameBefore(aFinding(noFix)) })).reason, 'no-fix');
    assert.equal(only(ring({ ...notReached, ...fateIs({ fate: 'not-approved' }) })).reason, 'not-reached');
    assert.equal(
      only(ring({ ...host(patched('i-1', { status: 'failed' })), ...fateIs({ fate: 'not-offered' }) })).reason,
      'not-offered',
    );
    assert.equal(
      only(ring({ ...host(patched('i-1', { pendingReboot: 1 })), ...now(aFinding(), { patches: [patch('Failed')] }) }))
        .reason,
      'patch-failed',
    );
  });

  test('a finding that is suppressed no more is asked again', () => {
    assert.equal(only(ring(fateIs({ fate: 'suppressed' }))).reason, 'unexplained');
  });

  test('not approved says from which day', () => {
    assert.equal(only(ring(fateIs({ fate: 'not-approved', approvedFrom: '2024-09-08' }))).approvedFrom, '2024-09-08');
    assert.equal(only(ring()).approvedFrom, null);
  });

  test('a waiver in force is a flag beside the reason, an expired one is none', () => {
    const waiver = {
      id: 'w-1',
      owner: 'o',
      reason: 'r',
      vulnerabilities: ['CVE-2024-0001'],
      instances: [],
      packages: [],
    };
    const inForce = only(ring({ waivers: [{ ...waiver, expires: '2024-09-01' }] }));
    assert.deepEqual([inForce.reason, inForce.waived], ['unexplained', 'w-1']);
    assert.equal(only(ring({ waivers: [{ ...waiver, expires: '2024-08-31' }] })).waived, null);
  });
});

describe('matching', () => {
  const other = { arn: 'arn:f2' };
  test('by ARN, whatever else changed', () => {
    const row = only(ring(now(aFinding({ packages: [aPackage({ name: 'other' })], severity: 'CRITICAL' }))));
    assert.deepEqual([row.bucket, row.severity, row.rescoredTo], ['remaining', 'HIGH', 'CRITICAL']);
  });
  test('else by vulnerability and a package name and arch in common', () => {
    const row = only(ring(now(aFinding(other))));
    assert.deepEqual([row.arn, row.arnNow, row.bucket], ['arn:f1', 'arn:f2', 'remaining']);
    for (const change of [{ arch: 'i686' }, { name: 'other' }]) {
      const rows = deltaRows(ring(now(aFinding({ ...other, packages: [aPackage(change)] }))));
      assert.deepEqual(
        rows.map((each) => each.bucket),
        ['unverified', 'new'],
      );
    }
    assert.equal(only(ring(now(aFinding({ ...other, packages: [aPackage({ arch: null })] })))).bucket, 'remaining');
  });
  test('trap 19: a finding closed under its ARN that is open under another is not fixed', () => {
    const rows = deltaRows(ring({ after: [after('i-1', [closed, aFinding(other)])] }));
    assert.deepEqual(
      rows.map(({ bucket, arnNow }) => [bucket, arnNow]),
      [['remaining', 'arn:f2']],
    );
  });
  test('trap 20: a Debian kernel of another version in the name is the same package', () => {
    const kernel = (arn: string, name: string, status: Finding['status'] = 'ACTIVE') =>
      aFinding({ arn, status, packages: [aPackage({ name, arch: null })] });
    const rows = deltaRows(
      ring({
        before: [before('i-1', [kernel('arn:f1', 'linux-image-6.1.0-17-amd64')])],
        after: [
          after('i-1', [
            kernel('arn:f1', 'linux-image-6.1.0-17-amd64', 'CLOSED'),
            kernel('arn:f2', 'linux-image-6.1.0-25-amd64'),
          ]),
        ],
      }),
    );
    assert.deepEqual(
      rows.map(({ bucket }) => bucket),
      ['remaining'],
    );
  });
  test('listed twice while it changed: the open one counts', () => {
    assert.equal(only(ring({ after: [after('i-1', [closed, aFinding()])] })).bucket, 'remaining');
  });
});

describe('new findings', () => {
  const fresh = { arn: 'arn:new', vulnerabilityId: 'CVE-2024-0009', firstObservedAt: LOOKED };
  const rows: [string, Partial<Finding>, DeltaRow['newKind']][] = [
    ['in a package that we changed', {}, 'introduced'],
    ['in a package that we changed, published since', { vendorCreatedAt: BACK }, 'advisory'],
    ['first observed since', { packages: [aPackage({ name: 'zlib' })] }, 'advisory'],
    [
      'observed long ago',
      { packages: [aPackage({ name: 'zlib' })], firstObservedAt: '2024-07-01T00:00:00.000Z' },
      'returned',
    ],
  ];
  for (const [name, change, kind] of rows) {
    test(`${name}: ${kind}`, () => {
      const [row] = deltaRows(
        ring({ before: [before('i-1')], after: [after('i-1', [aFinding({ ...fresh, ...change })])] }),
      );
      assert.deepEqual([row?.bucket, row?.newKind], ['new', kind]);
    });
  }
  test('on a host that is new: host', () => {
    const [row] = deltaRows(ring({ before: [], after: [after('i-7', [aFinding({ ...fresh, instance: 'i-7' })])] }));
    assert.deepEqual([row?.bucket, row?.newKind, row?.ring], ['new', 'host', 'canary']);
  });
  test('closed or suppressed ones are not new', () => {
    const findings = (['CLOSED', 'SUPPRESSED'] as const).map((status) => aFinding({ ...fresh, arn: status, status }));
    assert.deepEqual(deltaRows(ring({ before: [before('i-1')], after: [after('i-1', findings)] })), []);
  });
  test('trap 20: Debian findings name the source of the package that we changed', () => {
    const debian = before('i-1');
    if (debian.managed) debian.managed.os = 'DEBIAN';
    const [row] = deltaRows(
      ring({
        before: [debian],
        after: [after('i-1', [aFinding(fresh)])],
        ...host(patched('i-1', { packages: ['libssl3'] })),
      }),
    );
    assert.equal(row?.newKind, 'introduced');
  });
});

describe('sums', () => {
  test('a delta of every bucket', () => {
    const f = (n: number, change: Partial<Finding> = {}) =>
      aFinding({ arn: `arn:${n}`, vulnerabilityId: `CVE-${n}`, ...change });
    const rows = deltaRows(
      ring({
        before: [
          before('i-1', [f(1, { severity: 'CRITICAL' }), f(2), f(3, { severity: 'LOW' }), f(8)]),
          before('i-2', [f(4, { instance: 'i-2' })]),
          before('i-3', [f(5, { instance: 'i-3' }), f(6, { instance: 'i-3' })]),
        ],
        after: [
          after('i-1', [
            f(1, { severity: 'CRITICAL', status: 'CLOSED' }),
            f(2),
            f(3, { severity: 'MEDIUM' }),
            f(7),
            f(8, { severity: 'CRITICAL' }),
          ]),
          after('i-2', [], { member: null }),
          after('i-3', [f(5, { status: 'CLOSED' })], { coverage: null }),
        ],
        fates: new Map([
          fate(f(2), { fate: 'not-approved', words: 'a week to go' }),
          fate(f(3), { fate: 'not-approved', words: 'low' }),
        ]),
      }),
    );
    const delta = sumDelta(rows);
    const totals = Object.fromEntries(
      (['before', 'fixed', 'closedOtherwise', 'remaining', 'unverified', 'gone', 'new', 'after'] as const).map(
        (bucket) => [bucket, delta[bucket].total],
      ),
    );
    assert.deepEqual(totals, {
      before: 7,
      fixed: 1,
      closedOtherwise: 0,
      remaining: 3,
      unverified: 2,
      gone: 1,
      new: 1,
      after: 6,
    });
    assert.deepEqual(
      [delta.before.CRITICAL, delta.fixed.CRITICAL, delta.remaining.LOW, delta.remaining.MEDIUM],
      [1, 1, 1, 0],
    );
    assert.deepEqual(delta.remainingByReason, { 'not-approved': 2, unexplained: 1 });
    assert.equal(delta.rescored, 2);
    assert.deepEqual(delta.unverifiedHosts, [
      { id: 'i-3', ring: 'canary', findings: 2, words: 'Inspector does not cover it.' },
    ]);
    assert.deepEqual(
      delta.why.map(({ reason, findings, worst, words }) => [reason, findings, worst, words.slice(0, 12)]),
      [
        ['not-approved', 2, 'HIGH', 'a week to go'],
        ['unexplained', 1, 'HIGH', 'i-1 was patc'],
      ],
    );
    assert.deepEqual(delta.newByKind, { advisory: 0, host: 0, returned: 0, introduced: 1 });
  });
});
