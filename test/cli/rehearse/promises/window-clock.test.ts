import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type WindowPolicy, windowAt } from '#domain/campaign/window.ts';
import { instant } from '#domain/instant.ts';
import { mayStartAt } from '../../../../cli/rehearse/promises/window-clock.ts';

const night: WindowPolicy = {
  days: ['sat'],
  nth: [],
  from: '22:00',
  to: '06:00',
  cutoffMinutes: 45,
  timeZone: 'Europe/Berlin',
  calendars: [],
};

test('always 5: a wave may start while the wall clock is in the window, and its cutoff is not reached', () => {
  const rows: [WindowPolicy, string, boolean][] = [
    [night, '2024-08-31T19:59:59.999Z', false],
    [night, '2024-08-31T20:00:00.000Z', true], // Saturday, 22:00
    [night, '2024-09-01T03:14:59.999Z', true], // Sunday, 05:14:59
    [night, '2024-09-01T03:15:00.000Z', false],
    [night, '2024-09-01T20:00:00.000Z', false], // Sunday evening
    [{ ...night, days: [], nth: [{ nth: 2, day: 'tue' }] }, '2024-09-10T21:00:00.000Z', true],
    [{ ...night, days: [], nth: [{ nth: 2, day: 'tue' }] }, '2024-09-17T21:00:00.000Z', false],
    // The clock goes from 02:59 back to 02:00: 02:30 is the first of the two.
    [{ ...night, days: ['sun'], from: '02:30', to: '05:00', cutoffMinutes: 0 }, '2024-10-27T01:10:00.000Z', true],
    [{ ...night, days: ['sun'], from: '01:00', to: '02:30', cutoffMinutes: 0 }, '2024-10-27T01:10:00.000Z', false],
    // It goes from 01:59 to 03:00: a window from 02:30 opens at 03:00.
    [{ ...night, days: ['sun'], from: '02:30', to: '05:00', cutoffMinutes: 0 }, '2024-03-31T01:00:00.000Z', true],
  ];
  for (const [window, at, may] of rows) assert.equal(mayStartAt(window, Date.parse(at)), may, `${window.from} ${at}`);
  assert.equal(mayStartAt(null, 0), true);
});

test('two readings of the same window, by computed openings and by the wall clock, agree', () => {
  const minuteOfDay = fc.integer({ min: 0, max: 1439 });
  const clock = (minutes: number) => new Date(minutes * 60_000).toISOString().slice(11, 16);
  const days: WindowPolicy['days'] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const changes = [Date.UTC(2024, 2, 31, 1), Date.UTC(2024, 9, 27, 1), Date.UTC(2024, 5, 1)];
  fc.assert(
    fc.property(
      fc.subarray(days, { minLength: 1 }),
      minuteOfDay,
      minuteOfDay,
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'),
      fc.constantFrom(...changes),
      fc.integer({ min: -5000, max: 5000 }),
      (on, from, to, cutoffMinutes, timeZone, change, minutes) => {
        const window = { ...night, days: on, from: clock(from), to: clock(to), cutoffMinutes, timeZone };
        const at = change + minutes * 60_000;
        assert.equal(mayStartAt(window, at), windowAt(window, instant(at)).mayStart);
      },
    ),
    { numRuns: 300 },
  );
});
