import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOverdue, longestGapDays } from '#domain/due.ts';

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

test('a group is overdue a campaign after its schedule should have closed one', () => {
  const weekly = 'cron(0 22 ? * SAT *)';
  const rows: [string | null, string | null, string, boolean][] = [
    [weekly, '2024-09-01T00:00:00.000Z', '2024-09-12T00:00:00.000Z', false],
    [weekly, '2024-09-01T00:00:00.000Z', '2024-09-12T00:00:00.001Z', true],
    [weekly, null, '2024-09-12T00:00:00.000Z', false],
    [null, '2020-09-01T00:00:00.000Z', '2024-09-12T00:00:00.000Z', false],
  ];
  for (const [schedule, closed, now, overdue] of rows)
    assert.equal(isOverdue(schedule, closed, now), overdue, `${closed} ${now}`);
});
