import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Approval } from '#domain/campaign/records.ts';
import { nextRingOf } from '#domain/patch/next-ring.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingRecord, VerdictName } from '#domain/patch/records.ts';
import { newRing } from '#domain/patch/ring-record.ts';
import { noCounts } from '#domain/severity.ts';

const at = '2024-09-01T22:00:00.000Z';
const group = { proofDays: 3, approvals: { before: ['fleet'], expiresHours: 24, decide: 'link' } } as GroupPolicy;
const ring = (name: string, hosts: number, fixes = hosts) => ({
  ring: name,
  hosts,
  atOnce: 1,
  waves: 1,
  soakMinutes: 1,
  expected: { ...noCounts(), HIGH: fixes, total: fixes },
  approval: false,
});
const plan = (...rings: Plan['rings']) => ({ rings, scopeHash: 'h' }) as Plan;
const judged = (name: string, verdict: VerdictName | null, firstSentAt: string | null = at): [string, RingRecord] => {
  const record = newRing(
    {
      ring: name,
      hosts: [],
      atOnce: 1,
      errors: 0,
      soakMinutes: 0,
      atLevel: [],
      later: [],
      last: false,
      expected: noCounts(),
    },
    [],
    at,
  );
  const given = verdict && {
    ring: name,
    verdict,
    reasons: [],
    at,
    planned: 1,
    patched: 1,
    failed: 0,
    looked: 1,
    restsOn: null,
  };
  return [name, { ...record, firstSentAt, verdict: given }];
};
const asked: Approval = {
  campaign: 'c',
  group: 'web',
  ring: 'fleet',
  scopeHash: 'h',
  askedAt: at,
  expiresAt: '2024-09-02T22:00:00.000Z',
  decide: 'link',
  linkHash: null,
  taskToken: 't',
  decision: null,
  by: null,
  decidedAt: null,
};
const next = (
  records: [string, RingRecord][],
  approvals: [string, Approval][] = [],
  now = at,
  rings = plan(ring('canary', 3), ring('fleet', 9)),
) => {
  const {
    decision,
    ring: name,
    outcome,
  } = nextRingOf({ group, plan: rings, records: new Map(records), approvals: new Map(approvals), at: now });
  return decision === 'Finished' ? `${decision} ${outcome}` : `${decision} ${name}`;
};

test('always 1: the canary comes first, and nothing comes next before it passed', () => {
  assert.equal(next([]), 'Ring canary');
  assert.equal(next([judged('canary', null)]), 'Ring canary');
  assert.equal(next([judged('canary', 'fail')]), 'Finished Halted');
  assert.equal(next([judged('canary', 'inconclusive')]), 'Finished Halted');
  assert.equal(next([judged('canary', 'pass')], [['fleet', { ...asked, decision: 'yes' }]]), 'Ring fleet');
});

test('always 5: a ring whose approval is missing, denied, or of another scope is asked for', () => {
  assert.equal(next([judged('canary', 'pass')]), 'Approval fleet');
  assert.equal(next([judged('canary', 'pass')], [['fleet', { ...asked, decision: 'no' }]]), 'Approval fleet');
  assert.equal(
    next([judged('canary', 'pass')], [['fleet', { ...asked, decision: 'yes', scopeHash: 'x' }]]),
    'Approval fleet',
  );
});

test('all passed is Completed; a later ring with nothing to patch needs no verdict, the canary does', () => {
  assert.equal(next([judged('canary', 'pass'), judged('fleet', 'pass')]), 'Finished Completed');
  assert.equal(
    next([judged('canary', 'pass')], [], at, plan(ring('canary', 3), ring('fleet', 0))),
    'Finished Completed',
  );
  assert.equal(next([], [], at, plan(ring('canary', 0), ring('fleet', 9))), 'Ring canary');
});

test('always 2: a canary at level proves no longer than the pass that it rests on', () => {
  const [name, record] = judged('canary', 'pass', null);
  const verdict = record.verdict && { ...record.verdict, restsOn: 'b', provenAt: '2024-08-30T20:00:00.000Z' };
  assert.equal(next([[name, { ...record, verdict }]], [], '2024-09-02T19:59:59.000Z'), 'Approval fleet');
  assert.equal(next([[name, { ...record, verdict }]], [], '2024-09-02T20:00:00.000Z'), 'Finished Expired');
});

test('a proof that got too old ends the campaign Expired, and an approval does not outlive it', () => {
  assert.equal(next([judged('canary', 'pass')], [], '2024-09-04T22:00:00.000Z'), 'Finished Expired');
  const late = nextRingOf({
    group,
    plan: plan(ring('canary', 3), ring('fleet', 9)),
    records: new Map([judged('canary', 'pass')]),
    approvals: new Map(),
    at: '2024-09-04T21:00:00.000Z',
  });
  assert.equal(late.approvalSeconds, 3600);
});

test('an approval is not asked for zero findings: a later ring that would fix none and asks for a yes is not begun', () => {
  const passed = [judged('canary', 'pass')];
  assert.equal(next(passed, [], at, plan(ring('canary', 3), ring('fleet', 9, 0))), 'Finished Completed');
  assert.equal(next(passed, [], at, plan(ring('canary', 3), ring('other', 9, 0))), 'Ring other');
});
