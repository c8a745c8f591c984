import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTime } from '#domain/patch/event-time.ts';

test('trap 3: times of finding events, whatever their form, none taken for local time', () => {
  const rows: [unknown, string | null][] = [
    ['Wed Sep 04 16:59:44.356 UTC 2024', '2024-09-04T16:59:44.356Z'],
    ['Thu Sep 05 12:56:55 UTC 2024', '2024-09-05T12:56:55.000Z'],
    ['Jan 19, 2023, 10:46:15 PM', '2023-01-19T22:46:15.000Z'],
    ['Jan 19, 2023, 12:00:00 AM', '2023-01-19T00:00:00.000Z'],
    ['Jan 19, 2023, 12:00:00 PM', '2023-01-19T12:00:00.000Z'],
    ['2024-09-04T17:00:36Z', '2024-09-04T17:00:36.000Z'],
    ['2024-09-04T17:00:36.5+02:00', '2024-09-04T15:00:36.500Z'],
    ['2024-09-04T17:00:36', null],
    ['Jan 19, 2023, 13:46:15 PM', null],
    ['Wed Foo 04 16:59:44.356 UTC 2024', null],
    ['Wed Sep 04 26:59:44.356 UTC 2024', null],
    ['yesterday', null],
    ['', null],
    [undefined, null],
    [1725469184.5, '2024-09-04T16:59:44.500Z'],
    [17, null],
  ];
  const zone = process.env.TZ;
  process.env.TZ = 'America/New_York';
  for (const [text, expected] of rows) assert.equal(eventTime(text), expected, String(text));
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});
