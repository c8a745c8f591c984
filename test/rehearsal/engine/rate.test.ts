import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '#rehearsal/engine/clock.ts';
import { keepTime, rateOf } from '#rehearsal/engine/rate.ts';

const DAY = 86_400_000;

for (const [text, rate] of [
  ['virtual', 'virtual'],
  ['real', 1],
  ['x60', 60],
  ['x0.5', 0.5],
  ['x0', null],
  ['60', null],
  ['x', null],
  ['x-1', null],
] as const)
  test(`a pace is read: ${text}`, () => assert.equal(rateOf(text), rate));

/** Steps to what is due before `done`, as a rehearsal does. */
function timed(clock: VirtualClock) {
  return {
    clock,
    async run(done: () => boolean) {
      while (!done() && clock.next() !== null) clock.step();
    },
  };
}

/** A wall whose clock moves by sleeping alone; it stops everything after so many looks. */
function wallOf(looks: number) {
  const stop = new AbortController();
  let at = 0;
  const sleep = async (ms: number) => {
    at += ms;
    if (--looks === 0) stop.abort();
  };
  return { wall: { now: () => at, sleep }, signal: stop.signal };
}

test('virtual time jumps while something is under way, and goes as on the wall when nothing is', async () => {
  const clock = new VirtualClock(0);
  const { wall, signal } = wallOf(5);
  let busy = true;
  let fired = false;
  for (const day of [1, 2, 3]) clock.at(day * DAY, 'a day', () => undefined);
  clock.at(4 * DAY, 'the end', () => {
    busy = false;
  });
  clock.at(5 * DAY, 'later', () => {
    fired = true;
  });
  await keepTime(timed(clock), 'virtual', () => busy, signal, wall);
  assert.deepEqual([clock.now(), fired], [4 * DAY + 80, false]);
});

test('virtual time goes as on the wall while somebody is asked, and jumps once it is answered', async () => {
  const clock = new VirtualClock(0);
  const { wall, signal } = wallOf(3);
  const asked = () => wall.now() < 40;
  clock.at(DAY, 'nobody answered', () => undefined);
  await keepTime(timed(clock), 'virtual', () => !asked(), signal, wall);
  assert.equal(clock.now(), DAY);
});

test('at a fixed pace nothing fires early, and time goes on without any timer', async () => {
  const clock = new VirtualClock(0);
  const { wall, signal } = wallOf(5);
  const fired: number[] = [];
  clock.at(50_000, 'soon', () => fired.push(wall.now()));
  await keepTime(timed(clock), 1000, () => true, signal, wall);
  assert.deepEqual(fired, [60], 'a thousand times as fast: due at 50 ms, seen at the third look of 20 ms');
  assert.equal(clock.now(), 80_000);
});
