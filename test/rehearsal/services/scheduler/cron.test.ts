import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSchedule } from '#rehearsal/services/scheduler/cron.ts';

const START = '2024-09-01T00:07:00.000Z'; // a Sunday

/** expression, zone, after, next */
const rows: [string, string, string, string | null][] = [
  ['rate(15 minutes)', 'UTC', START, '2024-09-01T00:22:00.000Z'],
  ['rate(15 minutes)', 'UTC', '2024-09-01T00:22:00.000Z', '2024-09-01T00:37:00.000Z'],
  ['rate(1 day)', 'UTC', '2024-09-02T00:06:59.999Z', '2024-09-02T00:07:00.000Z'],
  ['at(2024-09-02T03:00:00)', 'Europe/Berlin', START, '2024-09-02T01:00:00.000Z'],
  ['at(2024-08-02T03:00:00)', 'UTC', START, null],
  ['cron(0 3 * * ? *)', 'UTC', START, '2024-09-01T03:00:00.000Z'],
  ['cron(0 3 * * ? *)', 'UTC', '2024-09-01T03:00:00.000Z', '2024-09-02T03:00:00.000Z'],
  ['cron(0 3 * * ? *)', 'Europe/Berlin', START, '2024-09-01T01:00:00.000Z'],
  ['cron(0/20 * * * ? *)', 'UTC', START, '2024-09-01T00:20:00.000Z'],
  ['cron(0 22 ? * MON-FRI *)', 'America/New_York', START, '2024-09-03T02:00:00.000Z'],
  ['cron(0 4 ? * TUE#2 *)', 'UTC', START, '2024-09-10T04:00:00.000Z'],
  ['cron(0 4 ? * 6L *)', 'UTC', START, '2024-09-27T04:00:00.000Z'],
  ['cron(0 4 L * ? *)', 'UTC', '2024-02-01T00:00:00.000Z', '2024-02-29T04:00:00.000Z'],
  ['cron(0 0 29 2 ? *)', 'UTC', START, '2028-02-29T00:00:00.000Z'],
  ['cron(0 0 1 JAN,JUL ? 2025)', 'UTC', START, '2025-01-01T00:00:00.000Z'],
  ['cron(0 0 1 1 ? 2020)', 'UTC', START, null],
  // The 15th of June 2024 is a Saturday, the 15th of September a Sunday; 31 August and 1 September 2024 are the week's end of two months.
  ['cron(0 3 15W * ? *)', 'UTC', '2024-06-01T00:00:00.000Z', '2024-06-14T03:00:00.000Z'],
  ['cron(0 3 15W * ? *)', 'UTC', START, '2024-09-16T03:00:00.000Z'],
  ['cron(0 3 1W * ? *)', 'UTC', '2024-05-15T00:00:00.000Z', '2024-06-03T03:00:00.000Z'],
  ['cron(0 3 LW * ? *)', 'UTC', '2024-08-01T00:00:00.000Z', '2024-08-30T03:00:00.000Z'],
  ['cron(0 3 30W * ? *)', 'UTC', '2025-02-01T00:00:00.000Z', '2025-03-31T03:00:00.000Z'],
  ['cron(0 3 ? * L *)', 'UTC', START, '2024-09-07T03:00:00.000Z'],
  ['cron(0-15/5 8-8 ? * 2,3 *)', 'UTC', START, '2024-09-02T08:00:00.000Z'],
  ['cron(0 0 1 1 ? 2150)', 'UTC', START, '2150-01-01T00:00:00.000Z'],
  ['cron(0 0 30 2 ? *)', 'UTC', START, null],
  ['cron(0 0 31 4,6,9,11 ? *)', 'UTC', START, null],
  // Clocks go forward: 02:30 does not exist on 30 March 2025 in Berlin, and is skipped.
  ['cron(30 2 * * ? *)', 'Europe/Berlin', '2025-03-29T12:00:00.000Z', '2025-03-31T00:30:00.000Z'],
  // They go back: 02:30 happens twice on 27 October 2024, the schedule once.
  ['cron(30 2 * * ? *)', 'Europe/Berlin', '2024-10-26T12:00:00.000Z', '2024-10-27T00:30:00.000Z'],
  ['cron(30 2 * * ? *)', 'Europe/Berlin', '2024-10-27T00:30:00.000Z', '2024-10-28T01:30:00.000Z'],
];

for (const [expression, zone, after, next] of rows) {
  test(`${expression} in ${zone} after ${after}`, () => {
    const found = compileSchedule(expression, zone, Date.parse(START))(Date.parse(after));
    assert.equal(found === null ? null : new Date(found).toISOString(), next);
  });
}

for (const expression of [
  'every day',
  'rate(0 minutes)',
  'rate(5 weeks)',
  'cron(0 3 * * *)',
  'cron(0 3 * * * *)',
  'cron(0 25 * * ? *)',
  'cron(0 3 32W * ? *)',
  'cron(0 3 1,L * ? *)',
  'cron(0 3 ? * 3#1,6#3 *)',
  'cron(? 3 * * ? *)',
  'at(2024-02-30T00:00:00)',
  'at(2024-02-28)',
  ' rate(5 minutes)',
]) {
  test(`refused: ${expression}`, () => assert.throws(() => compileSchedule(expression, 'UTC', 0)));
}
