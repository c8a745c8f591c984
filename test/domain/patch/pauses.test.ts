import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/instant.ts';
import { plusDays, plusMinutes } from '#domain/instant.ts';
import { FIRST_WINDOW_DAYS } from '#domain/patch/may-send.ts';
import { calendarMinutes, lookPause, wavePause } from '#domain/patch/pauses.ts';
import { machines } from '../../machine-table.ts';

const { States } = machines()['patch-ring'];
/** Events of a Standard workflow's history, as GetExecutionHistory shows them: entered, scheduled, started, succeeded, exited. */
const EVENTS: Record<string, number> = { Task: 5, Choice: 2, Wait: 2 };
const events = (...loop: string[]) =>
  loop.reduce((sum, name) => sum + (EVENTS[States[name]?.Type ?? ''] ?? Number.NaN), 0);

const GO = events('SendWave', 'WaveSent?', 'AwaitGo');
const WAVE = events('SendWave', 'WaveSent?', 'AwaitWave', 'CheckWave', 'WaveDone?');
const WORK = events('AwaitWave', 'CheckWave', 'WaveDone?');
const SCAN = events('AwaitScan', 'CheckScan', 'ScanDone?');
const LOOK = events('AwaitLooks', 'CheckLooks', 'Looked?');
const JUDGE = LOOK + events('JudgeRing', 'Decided?');

const start: Instant = '2024-09-01T00:00:00.000Z';
const ring = { startedAt: start, firstSentAt: start };

/** Events of one loop that runs without end from `start` to `end`. */
function spent(each: number, end: Instant, seconds: (now: Instant) => number): number {
  let total = 0;
  for (let now = start; now < end; now = plusMinutes(now, seconds(now) / 60)) total += each;
  return total;
}

const days = (many: number) => plusDays(start, many);
const most = (end: Instant) =>
  Math.max(
    spent(GO, end, (now) => wavePause(0, ring, now)), // hosts that SSM refuses one after the other
    spent(GO, end, (now) => wavePause(60, ring, now)), // no host of the wave is online
    spent(WAVE, end, (now) => wavePause(120, ring, now)), // waves of two minutes
    spent(WORK, end, (now) => wavePause(120, ring, now)),
  );

test('three days without a window, whatever a ring does in them, stay under 20,000 events', () => {
  assert.ok(most(days(3)) < 20_000, `${most(days(3))}`);
});

test('a week of waiting before, a scan, a week of looks and all judgements after stay under 25,000', () => {
  const waited = spent(GO, days(FIRST_WINDOW_DAYS), (now) => calendarMinutes(start, now) * 60);
  const looked = spent(LOOK, days(7), (now) => lookPause(start, now));
  const rest = spent(SCAN, plusMinutes(start, 60), () => 120) + 20 * JUDGE + events('RecheckRing', 'AskRescan');
  const waves = spent(WAVE, days(3), (now) => wavePause(120, ring, now));
  assert.ok(waited + waves + looked + rest < 25_000, `${waited} ${waves} ${looked} ${rest}`);
});

test('a ring is looked at promptly as long as it is young: by its first wave, not by its wait for the window', () => {
  assert.equal(wavePause(120, ring, plusMinutes(start, 359)), 120);
  assert.equal(wavePause(120, ring, plusMinutes(start, 361)), 300);
  assert.equal(wavePause(600, ring, plusMinutes(start, 361)), 600);
  assert.equal(wavePause(120, { startedAt: start, firstSentAt: days(2) }, plusDays(start, 2)), 120);
});
