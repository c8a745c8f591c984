import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instanceRows, type RingInstances } from '#domain/patch/delta/instance-rows.ts';
import { row } from '../../../views/patch/report/fixture.ts';
import { after, BACK, before, LOOKED, notSent, patched, ringPlan, ringRecord, SENT } from '../../fixture-ring.ts';

function only(change: Partial<RingInstances>) {
  const rows = instanceRows({
    before: [before('i-1')],
    after: [after('i-1')],
    record: null,
    ringPlan: null,
    left: [],
    rows: [],
    ...change,
  });
  assert.equal(rows.length, 1);
  return rows[0] ?? assert.fail();
}

describe('how far its patch got', () => {
  const left = [{ id: 'i-1', ring: 'canary', why: 'stopped' as const, words: 'i-1 is stopped.' }];
  const CASES: [string, Partial<RingInstances>, string][] = [
    ['patched', { record: ringRecord([patched('i-1')]), ringPlan: ringPlan(['i-1']) }, 'patched'],
    [
      'sent and lost',
      { record: ringRecord([notSent('i-1', { status: 'lost' })]), ringPlan: ringPlan(['i-1']) },
      'lost',
    ],
    ['planned in a ring that never began', { ringPlan: ringPlan(['i-1']) }, 'planned'],
    ['left out by the plan', { ringPlan: ringPlan([]), left }, 'stopped'],
    ['already at level', { ringPlan: ringPlan([], { atLevel: ['i-1'] }) }, 'at level'],
    ['without any plan', {}, 'not planned'],
    ['new since the first survey', { before: [] }, 'new'],
  ];
  for (const [what, change, patch] of CASES) test(what, () => assert.equal(only(change).patch, patch));

  test('words are the record’s, else the plan’s', () => {
    assert.equal(only({ left }).words, 'i-1 is stopped.');
    const failed = notSent('i-1', { status: 'failed', words: 'exit 1' });
    assert.equal(only({ left, record: ringRecord([failed]) }).words, 'exit 1');
  });
});

test('times, zone and name come from record, survey and tag', () => {
  const named = before('i-1');
  named.member.tags = { Name: 'web-1' };
  const one = only({ before: [named], after: [], record: ringRecord([patched('i-1')]) });
  assert.deepEqual(
    [one.name, one.zone, one.sentAt, one.backAt, one.lookedAt],
    ['web-1', 'eu-central-1a', SENT, BACK, null],
  );
  assert.equal(only({}).lookedAt, LOOKED);
});

test('what EC2 no longer knows is terminated', () => {
  assert.equal(only({ after: [after('i-1', [], { member: null })] }).state, 'terminated');
  assert.equal(only({}).state, 'running');
});

test('findings are counted by instance, and the worst of what is left is told', () => {
  const rows = [
    row({ severity: 'CRITICAL', bucket: 'fixed' }),
    row({ severity: 'LOW', bucket: 'remaining' }),
    row({ severity: 'HIGH', bucket: 'new' }),
    row({ severity: 'CRITICAL', bucket: 'unverified', instance: 'i-2' }),
  ];
  const one = only({ rows });
  assert.deepEqual(one.findings, { gone: 0, unverified: 0, fixed: 1, closedOtherwise: 0, remaining: 1, new: 1 });
  assert.equal(one.worstLeft, 'HIGH');
  assert.equal(only({ rows: rows.slice(0, 1) }).worstLeft, null);
});
