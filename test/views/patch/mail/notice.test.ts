import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withManifest } from '#domain/campaign/manifest.ts';
import { OUTCOMES } from '#domain/campaign/outcomes.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { newSum } from '#domain/patch/delta/delta-sum.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import type { PatchRecord, Plan, Verdict } from '#domain/patch/records.ts';
import { type Counts, noCounts } from '#domain/severity.ts';
import { wrap } from '#views/frame/text.ts';
import type { ApprovalFacts, ClosingFacts } from '#views/patch/mail/facts.ts';
import { closingNotice, notice } from '#views/patch/mail/notice.ts';
import { DONE, JUDGED, OPENED, ringPlan, SENT } from '../../../domain/fixture-ring.ts';

const counts = (critical: number, high: number): Counts => ({
  ...noCounts(),
  CRITICAL: critical,
  HIGH: high,
  total: critical + high,
});

const delta: Delta = {
  ...newSum().delta,
  before: counts(40, 101),
  fixed: counts(38, 80),
  remaining: counts(2, 19),
  unverified: counts(0, 2),
  after: counts(2, 21),
  remainingByReason: { 'not-approved': 20, 'patch-failed': 1 },
  remainingWaived: 1,
  unverifiedHosts: [{ id: 'i-9', ring: 'fleet', findings: 2, words: 'Inspector does not scan it: STALE_INVENTORY.' }],
  why: [
    {
      reason: 'not-approved',
      findings: 20,
      worst: 'CRITICAL',
      words: 'openssl is approved seven days after its release, on 8 September 2024.',
    },
    { reason: 'patch-failed', findings: 1, worst: 'HIGH', words: 'exit 2: a dependency could not be resolved.' },
  ],
};

const verdict: Verdict = {
  ring: 'canary',
  verdict: 'fail',
  reasons: [
    { row: 'failures', words: '1 failed or did not come back, 0 tolerated: i-3 (exit 1: the package manager failed)' },
  ],
  at: JUDGED,
  planned: 3,
  patched: 2,
  failed: 1,
  looked: 2,
  restsOn: null,
};

const approval: Approval = {
  campaign: 'web-1',
  group: 'web',
  ring: 'fleet',
  scopeHash: 'a'.repeat(64),
  askedAt: SENT,
  expiresAt: '2024-09-02T02:00:00.000Z',
  decide: 'link',
  linkHash: null,
  taskToken: 'secret-token',
  decision: null,
  by: null,
  decidedAt: null,
};

const plan: Plan = {
  version: 1,
  campaign: 'web-1',
  group: 'web',
  mode: 'act',
  at: OPENED,
  policyHash: 'p',
  scopeHash: 'a'.repeat(64),
  planHash: 'b',
  reboot: 'RebootIfNeeded',
  snapshotId: 's',
  proofMode: 'EC2_SSM_AGENT_BASED',
  proofUntil: null,
  baselines: [],
  rings: [{ ring: 'fleet', hosts: 21, atOnce: 7, waves: 3, soakMinutes: 60, expected: counts(35, 70), approval: true }],
  left: Array.from({ length: 30 }, (_, n) => ({
    id: `i-left-${n}`,
    ring: null,
    why: 'no-ring' as const,
    words: 'It has the tag of no ring.',
  })),
  before: counts(40, 101),
  expected: counts(38, 82),
  byFate: { fix: 120, 'not-approved': 20, 'no-fix': 1 },
  coveredPercent: 98,
  warnings: ['the baseline approves after seven days'],
  fits: { ok: true, words: 'It fits the window.' },
};

const record: PatchRecord = {
  version: 1,
  campaign: 'web-1',
  group: 'web',
  execution: 'arn',
  trigger: { kind: 'schedule', id: 't', at: OPENED, by: 'schedule' },
  openedAt: OPENED,
  closedAt: JUDGED,
  outcome: 'Completed',
  why: '',
  scopeHash: plan.scopeHash,
  planHash: 'b',
  verdicts: [verdict],
  approvals: [],
};

function closing(change: Partial<PatchRecord> = {}, facts: Partial<ClosingFacts> = {}) {
  return closingNotice({ record: { ...record, ...change }, plan, delta, place: 's3://evidence/web/web-1/', ...facts });
}

const asked: ApprovalFacts = {
  plan,
  ringPlan: ringPlan(
    Array.from({ length: 21 }, (_, n) => `i-${n}`),
    { ring: 'fleet', atOnce: 7, expected: counts(35, 70) },
  ),
  approval,
  verdicts: [{ ...verdict, verdict: 'pass', reasons: [{ row: 'proof', words: '3 of 3 patched and looked at' }] }],
  place: 's3://evidence/web/web-1/',
};

describe('closing notices', () => {
  const unfixed = { ...newSum().delta, before: counts(1, 4), remaining: counts(1, 4), after: counts(1, 4) };
  const rows: [Partial<PatchRecord>, Partial<ClosingFacts>, string, string][] = [
    [{}, {}, 'delta', 'web: 118 fixed, 21 remain (2 critical), 2 unverified'],
    [
      { outcome: 'Halted', why: 'canary fail' },
      {},
      'halted',
      'web: HALTED; 118 fixed, 21 remain (2 critical), 2 unverified',
    ],
    [{ outcome: 'Expired' }, {}, 'expired', 'web: expired; 118 fixed, 21 remain (2 critical), 2 unverified'],
    [{ outcome: 'Denied' }, { delta: unfixed }, 'denied', 'web: denied; 0 fixed, 5 remain (1 critical), 0 unverified'],
    [{ outcome: 'Denied' }, { delta: null }, 'denied', 'web: denied; nothing was patched'],
    [
      { outcome: 'Blind', why: 'Inspector is off' },
      { delta: null, plan: null },
      'blind',
      'web: BLIND; Inspector is off',
    ],
    [
      { outcome: 'Nothing' },
      { delta: unfixed, plan: null },
      'delta',
      'web: nothing that a patch could fix, 5 remain (1 critical)',
    ],
    [{ outcome: 'Nothing' }, { delta: newSum().delta }, 'delta', 'web: nothing to fix, nothing found'],
    [
      { outcome: 'Nothing' },
      { delta: null, plan: { ...plan, byFate: { 'no-fix': 1, 'not-offered': 3, unexplained: 1 } } },
      'delta',
      'web: nothing patched, 141 remain (40 critical): 3 not-offered, 1 unexplained',
    ],
    [
      { outcome: 'Stuck', why: '6 of 6 hosts in no ring' },
      { delta: null },
      'stuck',
      'web: 6 of 6 hosts in no ring; nothing patched',
    ],
    [
      { outcome: 'Observed' },
      { delta: null },
      'plan',
      'web: only observed; a campaign would fix 120 of 141 (40 critical) on 21 hosts',
    ],
    [{ outcome: 'Lost' }, {}, 'lost', 'web: LOST; 118 fixed, 21 remain (2 critical), 2 unverified'],
    [{ outcome: 'Lost' }, { delta: null, plan: null }, 'lost', 'web: LOST; what was done is not known'],
  ];
  for (const [change, facts, kind, subject] of rows) {
    test(`${subject}`, () => {
      const made = closing(change, facts);
      assert.deepEqual([made.kind, made.subject, made.topic, made.id], [kind, subject, 'notices', `web-1.${kind}`]);
    });
  }

  test('every outcome has one, but for a coalesced campaign, of which nobody is told', () => {
    for (const outcome of OUTCOMES) {
      if (outcome === 'Coalesced') assert.throws(() => closing({ outcome }), BrokenRecord);
      else assert.equal(closing({ outcome }).attributes.outcome, outcome);
    }
  });

  test('always 9: written again it is the same message with the same id', () => {
    assert.deepEqual(closing(), closing());
    assert.notEqual(closing().id, closing({ outcome: 'Lost' }).id);
  });

  test('the body tells what remains and why, whom nobody verified, the verdicts and where the evidence lies', () => {
    const { body } = closing({ outcome: 'Halted', why: 'canary fail: 1 failed' });
    for (const words of [
      'Outcome: Halted',
      'Why: canary fail: 1 failed',
      /CRITICAL +40 +38 +0 +2 +0 +0 +0 +2\n/,
      /total +141 +118 +0 +21 +2 +0 +0 +23\n/,
      /20 {2}not-approved \(worst: critical\)/,
      '8 September 2024',
      'i-9 (fleet), 2 findings: Inspector does not scan it: STALE_INVENTORY.',
      'canary: fail; 3 planned, 2 patched, 1 failed, 2 looked at',
      'the package manager failed',
      '1 of what remains is waived.',
      'Warnings - the baseline approves after seven days',
      's3://evidence/web/web-1/',
    ]) {
      if (typeof words === 'string') assert.ok(body.replace(/\n +/g, ' ').includes(words), words);
      else assert.match(body, words);
    }
  });

  test('attributes say kind, group, outcome and the worst severity left', () => {
    assert.deepEqual(closing().attributes, { kind: 'delta', group: 'web', outcome: 'Completed', worst: 'CRITICAL' });
    assert.equal(closing({}, { delta: newSum().delta }).attributes.worst, 'none');
  });

  test('lines have 72 columns, long lists are cut with a count', () => {
    const many = Array.from({ length: 500 }, (_, n) => ({
      id: `i-${n}`,
      ring: 'fleet',
      findings: 1,
      words: 'no look '.repeat(12),
    }));
    const made = closing({}, { delta: { ...delta, unverifiedHosts: many } });
    for (const line of made.body.split('\n')) assert.ok(line.length <= 72, line);
    assert.match(made.body, /… and 480 more/);
    assert.ok(JSON.stringify(made).length < 200_000, 'a message of SNS has 256 KiB');
    assert.match(closing({}, { delta: null }).body, /i-left-19, no-ring: .*\n(.*\n)? {2}… and 10 more/);
  });
});

describe('approval notices', () => {
  test('say what yes, no and silence do, on which scope, and never the token', () => {
    const made = notice('approval', asked);
    assert.deepEqual(
      [made.id, made.topic, made.subject],
      ['web-1.approval.fleet', 'approvals', 'web: approval wanted for fleet: 21 hosts, 105 findings to fix'],
    );
    const text = made.body.replace(/\n +/g, ' ');
    for (const words of [
      'Yes: ring fleet is patched, 21 hosts in 3 waves of at most 7, with a reboot where needed. It should fix 105 (35 critical)',
      'No: no further host is changed, and the campaign ends as denied.',
      'Silence until 2024-09-02 02:00 UTC: means no.',
      'a'.repeat(64),
      'canary: pass',
    ]) {
      assert.ok(text.includes(words), words);
    }
    assert.ok(!JSON.stringify(made).includes('secret-token'));
    assert.equal(made.attributes.outcome, 'none');
  });
});

describe('text from outside', () => {
  test('a subject is one line of printable ASCII under 100 characters', () => {
    const made = closing({
      group: `wéb\r\nBcc: all\u202e☃${'x'.repeat(120)}`,
      outcome: 'Blind',
      why: 'line\none '.repeat(40),
    });
    assert.match(made.subject, /^[\x20-\x7e]{1,99}$/);
    assert.match(made.subject, /^web Bcc: all \?x+\.\.\.: BLIND; line one/);
  });

  test('a body keeps letters and drops what a terminal would obey', () => {
    const made = closing({ why: 'Grüße \u001b[31mred\u0007 \u202egnp' });
    assert.ok(made.body.includes('Why: Grüße [31mred gnp'));
  });

  test('a word longer than a line stays whole', () => {
    assert.deepEqual(wrap(`see ${'a'.repeat(80)} there`, '  '), ['  see', `  ${'a'.repeat(80)}`, '  there']);
    assert.deepEqual(wrap(''), []);
  });

  test('times in a notice are the record’s own', () => {
    assert.ok(closing({ closedAt: DONE }).body.includes('2024-09-01 02:10 UTC'));
  });
});

test('a sealed notice is the same message with the manifest’s hash for people and for machines', () => {
  const plain = closing();
  const with1 = withManifest(plain, 'hash-1');
  assert.deepEqual({ ...with1, body: '', data: null }, { ...plain, body: '', data: null });
  assert.ok(with1.body.startsWith(plain.body));
  assert.match(with1.body, /\n {2}hash-1\n$/);
  assert.deepEqual(with1.data, { ...Object(plain.data), manifest: 'hash-1' });
  assert.equal(withManifest(plain, null), plain);
});
