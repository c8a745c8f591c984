import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { GATE, judge, mayChange } from '#domain/patch/gate/gate.ts';
import type { RingFacts } from '#domain/patch/gate/gate-evidence.ts';
import { gateEvidence } from '#domain/patch/gate/gate-evidence.ts';
import type { Finding, HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { HostResult, HostStatus, VerdictName } from '#domain/patch/records.ts';
import {
  aFinding,
  after,
  BACK,
  before,
  DONE,
  fate,
  JUDGED,
  LOOKED,
  notSent,
  OPENED,
  patched,
  planned,
  ringPlan,
  ringRecord,
  SENT,
  SURVEYED,
} from '../../fixture-ring.ts';

const OS = 'AMAZON_LINUX_2023';
const POLICY = { minSample: 2, failures: 0, alarms: ['web-5xx'], introduced: 0, coveragePercent: 90, looks: 3 };
const IDS = ['i-1', 'i-2', 'i-3'];

const findingOf = (id: string, change: Partial<Finding> = {}) =>
  aFinding({ arn: `arn:${id}`, instance: id, ...change });

/** Three canaries, patched, looked at, their findings closed; `change` says what is otherwise. */
function facts(change: Partial<RingFacts> = {}): RingFacts {
  return {
    plan: ringPlan(IDS),
    record: ringRecord(IDS.map((id) => patched(id))),
    policy: POLICY,
    proofDays: 3,
    canary: true,
    before: IDS.map((id) => before(id, [findingOf(id)])),
    after: IDS.map((id) => after(id, [findingOf(id, { status: 'CLOSED' })])),
    fates: new Map(IDS.map((id) => fate(findingOf(id)))),
    lastProof: null,
    openedAt: OPENED,
    firstSurveyAt: SURVEYED,
    at: JUDGED,
    ...change,
  };
}

const withHost = (host: HostResult, change: Partial<ReturnType<typeof ringRecord>> = {}) => ({
  record: ringRecord([patched('i-1'), patched('i-2'), host], change),
});

const terminated = (id: string) =>
  patched(id, { status: 'gone', installed: 0, finishedAt: null, backAt: null, rescanCommand: null });

/** What strikes this row and no other. */
const CASES: Record<string, { facts: RingFacts; words: RegExp }> = {
  failures: {
    facts: facts(withHost(patched('i-3', { status: 'failed', exit: 1, words: 'exit 1' }))),
    words: /^1 failed or did not come back, 0 tolerated: i-3 \(exit 1\)$/,
  },
  'alarm-rang': {
    facts: facts({
      record: ringRecord(
        IDS.map((id) => patched(id)),
        { alarms: [{ name: 'web-5xx', state: 'OK', rangSince: BACK }] },
      ),
    }),
    words: /^alarm web-5xx rang 2024-09-01T02:15/,
  },
  introduced: {
    facts: facts({
      after: IDS.map((id) => {
        const brought = findingOf(id, { arn: `arn:new:${id}`, vulnerabilityId: 'CVE-2024-0009' });
        return after(id, [findingOf(id, { status: 'CLOSED' }), ...(id === 'i-2' ? [brought] : [])]);
      }),
    }),
    words: /^the patch brought 1 new findings, 0 tolerated: CVE-2024-0009 on i-2$/,
  },
  stopped: {
    facts: facts({
      record: ringRecord(
        IDS.map((id) => patched(id)),
        { stopped: { why: 'kill-switch', words: 'the kill switch is on', at: BACK } },
      ),
    }),
    words: /^the ring was stopped: the kill switch is on$/,
  },
  'out-of-time': {
    facts: facts(withHost(notSent('i-3'), { stopped: { why: 'window', words: 'the window closed', at: BACK } })),
    words: /^the ring ran out of time: the window closed$/,
  },
  'alarm-unread': {
    facts: facts({
      record: ringRecord(
        IDS.map((id) => patched(id)),
        { alarms: [{ name: 'web-5xx', state: 'INSUFFICIENT_DATA', rangSince: null }] },
      ),
    }),
    words: /^alarm web-5xx: it has too little data$/,
  },
  empty: {
    facts: facts({ plan: ringPlan([], { later: [] }), record: ringRecord([]), before: [], after: [] }),
    words: /^no host to patch and none at level/,
  },
  'nothing-installed': {
    facts: facts({ record: ringRecord(IDS.map((id) => patched(id, { installed: 0 }))) }),
    words: /^nothing was installed on any of 3 hosts$/,
  },
  sample: {
    facts: facts({
      after: IDS.map((id) => {
        const coverage = { ...after(id).coverage, lastScannedAt: DONE } as HostAfter['coverage'];
        return after(id, [findingOf(id, { status: 'CLOSED' })], id === 'i-1' ? {} : { coverage });
      }),
    }),
    words: /1 of 2 AMAZON_LINUX_2023 hosts needed; i-2 \(last looked at .*, before its patch ended\)/,
  },
  'patch-scan': {
    facts: facts({
      record: ringRecord(
        IDS.map((id) => patched(id)),
        { scan: null },
      ),
    }),
    words: /^no patch scan after the install: i-1, i-2, i-3$/,
  },
  unknown: {
    facts: facts(withHost(notSent('i-3', { status: 'unknown', words: 'no command found' }))),
    words: /^whether a patch was sent is unclear: i-3 \(no command found\)$/,
  },
  gone: {
    facts: facts({
      plan: ringPlan(['i-1', 'i-2', 'i-3', 'i-4']),
      record: ringRecord([patched('i-1'), patched('i-2'), terminated('i-3'), terminated('i-4')]),
    }),
    words: /^2 were terminated at work, and no more came back: it may be the patch: i-3, i-4$/,
  },
  unfinished: { facts: facts(withHost(patched('i-3', { status: 'working' }))), words: /^not finished: i-3$/ },
  'no-effect': {
    facts: facts({ after: IDS.map((id) => after(id, [findingOf(id)])) }),
    words: /SSM says success while the finding stays, for all 3 findings/,
  },
};

const verdictOf = (of: RingFacts) => judge(gateEvidence(of));

describe('gate', () => {
  test('every row has its case', () => {
    assert.deepEqual(
      GATE.map((row) => row.name),
      Object.keys(CASES),
    );
  });

  for (const row of GATE) {
    test(`row ${row.name} alone makes its case ${row.says}: removed, the case passes`, () => {
      const example = CASES[row.name];
      assert.ok(example);
      const evidence = gateEvidence(example.facts);
      const verdict = judge(evidence);
      assert.equal(verdict.verdict, row.says);
      assert.deepEqual(
        verdict.reasons.map((reason) => reason.row),
        [row.name],
      );
      assert.match(verdict.reasons[0]?.words ?? '', example.words);
      const without = judge(
        evidence,
        GATE.filter((other) => other !== row),
      );
      assert.equal(without.verdict, 'pass');
    });
  }

  test('a pass says what it rests on, with its counts', () => {
    const verdict = verdictOf(facts());
    assert.deepEqual(verdict, {
      ring: 'canary',
      verdict: 'pass',
      reasons: [{ row: 'proof', words: '3 of 3 patched and looked at; nothing failed; alarm web-5xx quiet' }],
      at: JUDGED,
      planned: 3,
      patched: 3,
      failed: 0,
      looked: 3,
      restsOn: null,
    });
  });

  test('always 2: terminated hosts are no errors, and prove nothing: the rest passes alone, and a canary of which none is left is inconclusive', () => {
    const scaled = verdictOf(facts(withHost(terminated('i-3'))));
    assert.deepEqual([scaled.verdict, scaled.failed], ['pass', 0]);
    assert.match(
      scaled.reasons[0]?.words ?? '',
      /^2 of 3 patched and looked at; nothing failed; 1 terminated meanwhile/,
    );
    const few = verdictOf(facts({ record: ringRecord([patched('i-1'), terminated('i-2'), terminated('i-3')]) }));
    assert.deepEqual([few.verdict, few.reasons.map(({ row }) => row)], ['inconclusive', ['sample', 'gone']]);
    for (const failures of [0, 9]) {
      const none = facts({ record: ringRecord(IDS.map(terminated)), policy: { ...POLICY, failures } });
      assert.equal(verdictOf(none).verdict, 'inconclusive', 'whatever is tolerated');
      assert.equal(mayChange(verdictOf(none)), false);
    }
  });

  test('an operating system that nobody needs later is not asked of hosts that are terminated', () => {
    const fleet = { canary: false, plan: ringPlan(IDS, { last: true, later: [], errors: 1 }) };
    fleet.plan.hosts = [planned('i-1'), planned('i-2'), planned('i-3', 'WINDOWS')];
    assert.equal(verdictOf(facts({ ...fleet, ...withHost(terminated('i-3')) })).verdict, 'pass');
    const lost = patched('i-3', { status: 'lost', installed: 0 });
    assert.equal(verdictOf(facts({ ...fleet, ...withHost(lost) })).verdict, 'inconclusive');
  });

  test('fail goes before inconclusive, and all rows that strike are told', () => {
    const record = ringRecord(
      IDS.map((id) => patched(id, { status: 'lost', backAt: null })),
      { alarms: [] },
    );
    const verdict = verdictOf(facts({ record }));
    assert.equal(verdict.verdict, 'fail');
    assert.deepEqual(
      verdict.reasons.map((reason) => reason.row),
      ['failures', 'alarm-unread', 'sample'],
    );
    assert.equal(verdict.failed, 3);
  });

  test('every stop that nobody decided by the clock is a fail', () => {
    for (const why of ['kill-switch', 'lease', 'errors', 'alarm', 'baseline', 'approval', 'window', 'proof'] as const) {
      const record = ringRecord(
        IDS.map((id) => patched(id)),
        { stopped: { why, words: why, at: BACK } },
      );
      assert.equal(verdictOf(facts({ record })).verdict, why === 'window' || why === 'proof' ? 'inconclusive' : 'fail');
    }
  });

  test('every reading that is not there is inconclusive', () => {
    for (const state of ['missing', 'unreadable', 'INSUFFICIENT_DATA', null] as const) {
      const alarms = state
        ? [{ name: 'web-5xx', state, rangSince: null }]
        : [{ name: 'other', state: 'OK' as const, rangSince: null }];
      const record = ringRecord(
        IDS.map((id) => patched(id)),
        { alarms },
      );
      assert.deepEqual(
        verdictOf(facts({ record })).reasons.map((reason) => reason.row),
        ['alarm-unread'],
      );
    }
  });

  test('trap 18: a look after the patch ended but before the host was back, or before our re-scan, is none', () => {
    for (const lastScannedAt of [DONE, BACK, '2024-09-01T02:20:00.000Z']) {
      const hosts = IDS.map((id) =>
        after(id, [], { coverage: { ...after(id).coverage, lastScannedAt } as HostAfter['coverage'] }),
      );
      const verdict = verdictOf(facts({ after: hosts, fates: new Map() }));
      assert.equal(verdict.verdict, 'inconclusive', lastScannedAt);
      assert.equal(verdict.looked, 0);
    }
  });

  test('trap 6: success on every host without a package installed proves nothing', () => {
    const verdict = verdictOf(
      facts({ record: ringRecord(IDS.map((id) => patched(id, { installed: 0 }))), fates: new Map() }),
    );
    assert.equal(verdict.verdict, 'inconclusive');
  });

  test('an advisory published since the first survey was not introduced by the patch', () => {
    const published = { arn: 'arn:new', vulnerabilityId: 'CVE-2024-0009', vendorCreatedAt: BACK };
    const hosts = IDS.map((id) =>
      after(id, [findingOf(id, { status: 'CLOSED' }), ...(id === 'i-1' ? [findingOf(id, published)] : [])]),
    );
    assert.equal(verdictOf(facts({ after: hosts })).verdict, 'pass');
  });

  test('trap 21: where the scan after the install could not be read, what was installed is not known', () => {
    const record = ringRecord(
      IDS.map((id) => patched(id, { installed: 0 })),
      { scan: null },
    );
    const verdict = verdictOf(facts({ record, fates: new Map() }));
    assert.deepEqual(
      verdict.reasons.map((reason) => reason.row),
      ['patch-scan'],
    );
    assert.ok(mayChange(verdict));
  });

  test('another look is worth it only where time may clear every reason, not some', () => {
    const sample = { row: 'sample', words: '' };
    const stopped = { row: 'out-of-time', words: '' };
    assert.equal(mayChange({ reasons: [sample, { row: 'no-effect', words: '' }] }), true);
    assert.equal(mayChange({ reasons: [sample, stopped] }), false);
    assert.equal(mayChange({ reasons: [stopped, sample] }), false);
  });

  test('no effect: only findings that the plan calls to be fixed are missed where they stay', () => {
    const stays = { after: IDS.map((id) => after(id, [findingOf(id)])) };
    const planned = new Map(IDS.map((id) => fate(findingOf(id), { fate: 'no-fix' })));
    assert.equal(verdictOf(facts({ ...stays, fates: planned })).verdict, 'pass');
    assert.equal(verdictOf(facts({ ...stays, fates: new Map() })).verdict, 'pass', 'of which the plan says nothing');
    assert.equal(verdictOf(facts(stays)).verdict, 'inconclusive');
  });

  test('tolerated failures and introduced findings pass', () => {
    const one = facts({ ...withHost(patched('i-3', { status: 'failed' })), policy: { ...POLICY, failures: 1 } });
    const verdict = verdictOf(one);
    assert.equal(verdict.verdict, 'pass');
    assert.match(verdict.reasons[0]?.words ?? '', /^2 of 3 patched and looked at; 1 failed, 1 tolerated/);
  });

  test('a later ring tolerates the errors that its waves went on with, the canary only the gate’s own', () => {
    const failed = { ...withHost(patched('i-3', { status: 'failed' })) };
    const ring = facts(failed);
    const later = { ...ring, canary: false, plan: { ...ring.plan, errors: 1 } };
    const rows = (given: typeof later) => verdictOf(given).reasons.map((reason) => reason.row);
    assert.ok(!rows(later).includes('failures'));
    assert.ok(rows({ ...later, canary: true }).includes('failures'));
  });
});

describe('gate: the sample', () => {
  const lastProof = {
    campaign: 'c-0',
    ring: 'canary',
    at: '2024-08-30T00:00:00.000Z',
    oses: [OS as 'AMAZON_LINUX_2023'],
  };
  const atLevel = {
    plan: ringPlan([], { atLevel: ['i-1', 'i-2'] }),
    record: ringRecord([]),
    before: ['i-1', 'i-2'].map((id) => before(id)),
    after: ['i-1', 'i-2'].map((id) => after(id)),
  };

  const rows: [string, Partial<RingFacts>, VerdictName][] = [
    ['the canary lacks an OS of the later rings', { plan: ringPlan(IDS, { later: [OS, 'DEBIAN'] }) }, 'inconclusive'],
    [
      'a ring in the middle answers only for OSes that it has',
      { plan: ringPlan(IDS, { later: [OS, 'DEBIAN'] }), canary: false },
      'pass',
    ],
    [
      'the last ring needs no more hosts than it has',
      { plan: ringPlan(['i-1'], { last: true, later: [] }), record: ringRecord([patched('i-1')]), canary: false },
      'pass',
    ],
    [
      'a canary of one host is too small for a sample of two',
      { plan: ringPlan(['i-1']), record: ringRecord([patched('i-1')]) },
      'inconclusive',
    ],
    ['a canary at level that never passed', atLevel, 'inconclusive'],
    ['a canary at level that passed two days ago', { ...atLevel, lastProof }, 'pass'],
    ['a canary at level that passed too long ago', { ...atLevel, lastProof, proofDays: 2 }, 'inconclusive'],
    [
      'a canary at level that passed on another OS',
      { ...atLevel, lastProof: { ...lastProof, oses: ['DEBIAN'] } },
      'inconclusive',
    ],
    ['a later ring at level has nothing to prove', { ...atLevel, canary: false }, 'pass'],
  ];
  for (const [name, change, expected] of rows) {
    test(`${name}: ${expected}`, () => assert.equal(verdictOf(facts(change)).verdict, expected));
  }

  test('always 2: the verdict of a canary at level names the campaign that it rests on', () => {
    const verdict = verdictOf(facts({ ...atLevel, lastProof }));
    assert.equal(verdict.restsOn, 'c-0');
    assert.equal(verdict.provenAt, lastProof.at);
    assert.match(verdict.reasons[0]?.words ?? '', /2 already at level, as passed in c-0/);
  });

  test('always 2: pass never without the sample, on every OS of the later rings', () => {
    const others: HostStatus[] = ['planned', 'working', 'failed', 'lost', 'gone', 'unknown', 'skipped'];
    const often = <T>(value: T, ...rest: T[]) =>
      fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(...rest) });
    const aHost = fc.record({
      os: fc.constantFrom(OS, 'DEBIAN' as const),
      status: often<HostStatus>('patched', ...others),
      installed: often(2, 0),
      covered: often(true, false),
      scanned: often(true, false),
      scannedAt: often<string | null>(LOOKED, SENT, DONE, BACK, null),
    });
    let passes = 0;
    fc.assert(
      fc.property(
        fc.array(aHost, { maxLength: 6 }),
        fc.subarray([OS, 'DEBIAN'] as const, { minLength: 1 }),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.constant(lastProof)),
        (hosts, later, minSample, proof) => {
          const ids = hosts.map((_, n) => `i-${n}`);
          const surveyed: SurveyedHost[] = ids.map((id) => before(id));
          const verdict = verdictOf(
            facts({
              plan: ringPlan([], { later: [...later], hosts: hosts.map(({ os }, n) => planned(`i-${n}`, os)) }),
              record: ringRecord(
                hosts.map(({ status, installed }, n) => patched(`i-${n}`, { status, installed })),
                {
                  scan: {
                    snapshotId: 's',
                    sentAt: BACK,
                    deadline: JUDGED,
                    commands: [],
                    failed: [],
                    done: ids.filter((_, n) => hosts[n]?.scanned),
                  },
                },
              ),
              policy: { ...POLICY, minSample, failures: 9 },
              before: surveyed,
              after: hosts.map(({ covered, scannedAt }, n) => {
                const status = covered ? 'ACTIVE' : 'INACTIVE';
                const coverage = {
                  id: `i-${n}`,
                  status,
                  reason: 'x',
                  scanMode: null,
                  lastScannedAt: scannedAt,
                } as const;
                return after(`i-${n}`, [], { coverage });
              }),
              fates: new Map(),
              lastProof: proof,
            }),
          );
          if (verdict.verdict !== 'pass') return;
          passes += 1;
          for (const os of later) {
            const proven = hosts.filter(
              (host) =>
                host.os === os &&
                host.status === 'patched' &&
                host.installed > 0 &&
                host.covered &&
                host.scannedAt === LOOKED,
            );
            assert.ok(proven.length >= minSample, `${proven.length} of ${minSample} ${os}`);
          }
        },
      ),
      { numRuns: 1000, seed: 11 },
    );
    assert.ok(passes > 10, `the property saw only ${passes} passes`);
  });
});
