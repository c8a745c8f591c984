import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOverdue, longestGapDays } from '#domain/campaign/due.ts';

test('the longest time between two firings, by the coarsest field that chooses', () => {
  const rows: [string, number][] = [
    ['rate(12 hours)', 0.5],
    ['rate(1 day)', 1],
    ['cron(0 22 * * ? *)', 1],
    ['cron(0 22 ? * SAT *)', 7],
    ['cron(0 22 ? * MON-FRI *)', 7],
    ['cron(0 22 ? * TUE#2 *)', 31],
    ['cron(0 22 ? * 6L *)', 31],
    ['cron(0 22 1 * ? *)', 31],
    ['cron(0 22 1 1/3 ? *)', 366],
  ];
  for (const [schedule, days] of rows) assert.equal(longestGapDays(schedule), days, schedule);
});

test('a group is overdue a campaign after its schedule should have closed one: since its last close, or since the schedule was made', () => {
  const weekly = 'cron(0 22 ? * SAT *)';
  const [first, second] = ['2024-09-01T00:00:00.000Z', '2024-09-20T00:00:00.000Z'];
  const rows: [string | null, { madeAt: string | null; closedAt: string | null }, string, boolean][] = [
    [weekly, { madeAt: first, closedAt: first }, '2024-09-12T00:00:00.000Z', false],
    [weekly, { madeAt: first, closedAt: first }, '2024-09-12T00:00:00.001Z', true],
    // never closed one: from the schedule's own making on
    [weekly, { madeAt: first, closedAt: null }, '2024-09-01T01:00:00.000Z', false],
    [weekly, { madeAt: first, closedAt: null }, '2024-09-12T00:00:00.000Z', false],
    [weekly, { madeAt: first, closedAt: null }, '2024-09-12T00:00:00.001Z', true],
    // the later of the two: a group that closed since, and one that got its schedule back
    [weekly, { madeAt: first, closedAt: second }, '2024-10-01T00:00:00.000Z', false],
    [weekly, { madeAt: second, closedAt: first }, '2024-10-01T00:00:00.000Z', false],
    [weekly, { madeAt: second, closedAt: first }, '2024-10-01T00:00:00.001Z', true],
    // a schedule that is not there calls nobody
    [weekly, { madeAt: null, closedAt: null }, first, true],
    [weekly, { madeAt: null, closedAt: first }, first, true],
    [null, { madeAt: null, closedAt: '2020-09-01T00:00:00.000Z' }, '2024-09-12T00:00:00.000Z', false],
  ];
  for (const [schedule, since, now, overdue] of rows)
    assert.equal(isOverdue(schedule, since, now), overdue, `${JSON.stringify(since)} ${now}`);
});
