import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WindowPolicy } from '#domain/campaign/window.ts';
import { windowAt, windowMinutes } from '#domain/campaign/window.ts';
import { instant, plusMinutes } from '#domain/instant.ts';

const base: WindowPolicy = {
  days: [],
  nth: [],
  from: '22:00',
  to: '06:00',
  cutoffMinutes: 45,
  timeZone: 'Europe/Berlin',
  calendars: [],
};
const saturday: WindowPolicy = { ...base, days: ['sat'] };
const sunday: WindowPolicy = { ...base, days: ['sun'], from: '02:30', to: '05:00', cutoffMinutes: 0 };
const newYork: WindowPolicy = { ...sunday, timeZone: 'America/New_York' };
const tuesday: WindowPolicy = { ...base, nth: [{ nth: 2, day: 'tue' }], from: '01:00', to: '03:00', timeZone: 'UTC' };
const fifth: WindowPolicy = { ...tuesday, nth: [{ nth: 5, day: 'mon' }] };
const both: WindowPolicy = { ...tuesday, days: ['sat'] };
const always: WindowPolicy = {
  ...base,
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  from: '00:00',
  to: '00:00',
};
const weekend: WindowPolicy = { ...always, days: ['sat', 'sun'] };

/** At this instant the window is open until, with the last start at; or closed until. */
type Row = [string, WindowPolicy, string, { until: string; lastStart: string } | { closedUntil: string | null }];

const rows: Row[] = [
  ['before it opens', saturday, '2024-08-31T19:59:59.999Z', { closedUntil: '2024-08-31T20:00' }],
  ['as it opens', saturday, '2024-08-31T20:00', { until: '2024-09-01T04:00', lastStart: '2024-09-01T03:15' }],
  ['past midnight', saturday, '2024-09-01T03:14:59.999Z', { until: '2024-09-01T04:00', lastStart: '2024-09-01T03:15' }],
  ['as it closes', saturday, '2024-09-01T04:00', { closedUntil: '2024-09-07T20:00' }],
  ['on another night', saturday, '2024-09-04T22:30', { closedUntil: '2024-09-07T20:00' }],

  // Berlin, 2024-03-31: 02:00 is followed by 03:00; 2024-10-27: 03:00 is followed by 02:00.
  [
    'Berlin, a night of an hour less',
    saturday,
    '2024-03-30T21:00',
    { until: '2024-03-31T04:00', lastStart: '2024-03-31T03:15' },
  ],
  [
    'Berlin, a night of an hour more',
    saturday,
    '2024-10-26T20:00',
    { until: '2024-10-27T05:00', lastStart: '2024-10-27T04:15' },
  ],
  ['Berlin, 02:30 is skipped, before', sunday, '2024-03-31T00:59', { closedUntil: '2024-03-31T01:00' }],
  [
    'Berlin, 02:30 is skipped, after',
    sunday,
    '2024-03-31T01:00',
    { until: '2024-03-31T03:00', lastStart: '2024-03-31T03:00' },
  ],
  ['Berlin, 02:30 comes twice, before', sunday, '2024-10-27T00:29', { closedUntil: '2024-10-27T00:30' }],
  [
    'Berlin, 02:30 comes twice, between',
    sunday,
    '2024-10-27T01:15',
    { until: '2024-10-27T04:00', lastStart: '2024-10-27T04:00' },
  ],
  [
    'Berlin, closes at the first 02:30',
    { ...sunday, from: '01:00', to: '02:30' },
    '2024-10-27T00:29',
    { until: '2024-10-27T00:30', lastStart: '2024-10-27T00:30' },
  ],
  [
    'Berlin, does not open again at the second 02:00',
    { ...sunday, from: '01:00', to: '02:30' },
    '2024-10-27T01:10',
    { closedUntil: '2024-11-03T00:00' },
  ],
  [
    'Berlin, closes in the skipped hour',
    { ...sunday, from: '01:00', to: '02:30' },
    '2024-03-31T00:30',
    { until: '2024-03-31T01:00', lastStart: '2024-03-31T01:00' },
  ],
  [
    'Berlin, lies in the skipped hour whole',
    { ...sunday, from: '02:10', to: '02:50' },
    '2024-03-31T00:30',
    { closedUntil: '2024-04-07T00:10' },
  ],
  // New York, 2024-03-10: 02:00 is followed by 03:00; 2024-11-03: 02:00 is followed by 01:00.
  ['New York, 02:30 is skipped, before', newYork, '2024-03-10T06:59', { closedUntil: '2024-03-10T07:00' }],
  [
    'New York, 02:30 is skipped, after',
    newYork,
    '2024-03-10T07:00',
    { until: '2024-03-10T09:00', lastStart: '2024-03-10T09:00' },
  ],
  [
    'New York, 01:30 comes twice',
    { ...newYork, from: '01:30' },
    '2024-11-03T05:30',
    { until: '2024-11-03T10:00', lastStart: '2024-11-03T10:00' },
  ],
  [
    'New York, 01:30 comes twice, before',
    { ...newYork, from: '01:30' },
    '2024-11-03T05:29',
    { closedUntil: '2024-11-03T05:30' },
  ],
  [
    'Lord Howe moves by half an hour',
    { ...newYork, from: '02:10', timeZone: 'Australia/Lord_Howe' },
    '2024-10-05T15:00',
    { closedUntil: '2024-10-05T15:30' },
  ],
  [
    'Santiago skips midnight',
    { ...sunday, from: '00:00', timeZone: 'America/Santiago' },
    '2024-09-08T03:59',
    { closedUntil: '2024-09-08T04:00' },
  ],

  ['the second Tuesday', tuesday, '2024-09-10T01:00', { until: '2024-09-10T03:00', lastStart: '2024-09-10T02:15' }],
  ['not the third', tuesday, '2024-09-17T01:00', { closedUntil: '2024-10-08T01:00' }],
  ['a fifth Monday that is not in every month', fifth, '2024-10-01T00:00', { closedUntil: '2024-12-30T01:00' }],
  ['the longest wait for a fifth weekday', fifth, '2024-12-30T03:00', { closedUntil: '2025-03-31T01:00' }],
  [
    'the nth as well as the days: Saturday',
    both,
    '2024-09-07T01:00',
    { until: '2024-09-07T03:00', lastStart: '2024-09-07T02:15' },
  ],
  ['the nth as well as the days: Tuesday', both, '2024-09-07T03:00', { closedUntil: '2024-09-10T01:00' }],
  [
    'the nth is of the local month',
    { ...tuesday, nth: [{ nth: 1, day: 'sun' }], timeZone: 'Asia/Tokyo' },
    '2024-08-31T16:00',
    { until: '2024-08-31T18:00', lastStart: '2024-08-31T17:15' },
  ],
  [
    'a whole day ends as the next begins',
    weekend,
    '2024-09-07T12:00',
    { until: '2024-09-08T22:00', lastStart: '2024-09-08T21:15' },
  ],
  ['a window of no day never opens', base, '2024-09-07T12:00', { closedUntil: null }],
];

for (const [name, window, at, expected] of rows) {
  test(`window: ${name}`, () => {
    const state = windowAt(window, utc(at));
    if ('closedUntil' in expected) {
      const opensAt = expected.closedUntil && utc(expected.closedUntil);
      assert.deepEqual(state, { open: false, mayStart: false, opensAt, closesAt: null, lastStart: null });
    } else {
      const [closesAt, lastStart] = [utc(expected.until), utc(expected.lastStart)];
      assert.deepEqual(state, { open: true, mayStart: true, opensAt: null, closesAt, lastStart });
    }
  });
}

test('window: from the cutoff on it is open, yet nothing may start before the next opening', () => {
  const before = windowAt(saturday, '2024-09-01T03:14:59.999Z');
  const after = windowAt(saturday, '2024-09-01T03:15:00.000Z');
  assert.deepEqual([before.open, before.mayStart, before.opensAt], [true, true, null]);
  assert.deepEqual([after.open, after.mayStart, after.opensAt], [true, false, '2024-09-07T20:00:00.000Z']);
});

test('window: none is always open, and so is every whole day of the week', () => {
  const open = { open: true, mayStart: true, opensAt: null, closesAt: null, lastStart: null };
  assert.deepEqual(windowAt(null, '2024-09-01T00:00:00.000Z'), open);
  assert.deepEqual(windowAt(always, '2024-09-01T21:59:00.000Z'), open);
});

test('window: its length on an ordinary day', () => {
  assert.equal(windowMinutes({ from: '22:00', to: '06:00' }), 480);
  assert.equal(windowMinutes({ from: '01:00', to: '03:30' }), 150);
  assert.equal(windowMinutes({ from: '00:00', to: '00:00' }), 1440);
});

test('window: property: what it announces comes true', () => {
  const time = fc.tuple(fc.nat(23), fc.constantFrom(0, 15, 30, 59)).map(([h, m]) => `${pad(h)}:${pad(m)}`);
  const anyWindow: fc.Arbitrary<WindowPolicy> = fc.record({
    days: fc.subarray<WindowPolicy['days'][number]>(['mon', 'wed', 'sat', 'sun'], { minLength: 1 }),
    nth: fc.constant([]),
    from: time,
    to: time,
    cutoffMinutes: fc.constantFrom(0, 10, 45),
    timeZone: fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
    ),
    calendars: fc.constant([]),
  });
  const at = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2025, 0, 1) }).map((ms) => instant(ms));
  fc.assert(
    fc.property(anyWindow, at, (window, now) => {
      const state = windowAt(window, now);
      assert.equal(state.closesAt !== null, state.open);
      if (state.closesAt) {
        assert.ok(state.closesAt > now);
        assert.ok(windowAt(window, plusMinutes(state.closesAt, -0.001)).open);
        assert.ok(!windowAt(window, state.closesAt).open);
      }
      assert.equal(state.opensAt === null, state.mayStart);
      if (state.opensAt) {
        assert.ok(state.opensAt > now);
        assert.ok(windowAt(window, state.opensAt).open);
      }
    }),
    { numRuns: 300 },
  );
});

const utc = (text: string) => instant(text.endsWith('Z') ? text : `${text}:00Z`);
const pad = (n: number) => String(n).padStart(2, '0');
