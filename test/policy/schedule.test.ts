import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scheduleFault } from '#policy/schedule.ts';

const rows: [expression: string, fault: RegExp | null][] = [
  ['cron(0 20 ? * SAT *)', null],
  ['cron(0/15 8-17 * * ? *)', null],
  ['cron(30 3 L * ? 2026-2030)', null],
  ['cron(0 1 ? * 3#2 *)', null],
  ['cron(0 1 15W JAN,JUL ? *)', null],
  ['rate(7 days)', null],
  ['rate(1 hour)', null],
  ['rate(1 hours)', /neither cron/],
  ['rate(0 days)', /neither cron/],
  ['0 20 * * 6', /neither cron/],
  ['every saturday', /neither cron/],
  ['cron(0 20 * * SAT)', /has 5 fields, where cron\(…\) has six/],
  ['cron(60 20 ? * SAT *)', /has "60" for its minutes, which go from 0 to 59/],
  ['cron(0 24 ? * SAT *)', /has "24" for its hours/],
  ['cron(0 20 32 * ? *)', /has "32" for its day of month/],
  ['cron(0 20 ? * 0 *)', /has "0" for its day of week/],
  ['cron(0 20 ? * S;T *)', /has "S;T" for its day of week$/],
  ['cron(0 20 * * SAT *)', /needs "\?" in one of day of month and day of week/],
  ['cron(0 20 ? * ? *)', /needs "\?" in one/],
  ['cron(0 20 29 2 ? *)', null],
  ['cron(0 20 30 2 ? *)', /never comes: no month of "2" has a day 30/],
  ['cron(0 20 31 APR,JUN ? *)', /never comes: no month of "APR,JUN" has a day 31/],
  ['cron(0 20 1,31 FEB ? *)', null],
];

for (const [expression, fault] of rows) {
  test(`schedule: ${expression} is ${fault ? 'refused' : 'taken'}`, () => {
    const found = scheduleFault(expression);
    if (fault) assert.match(found ?? 'no fault', fault);
    else assert.equal(found, null);
  });
}
