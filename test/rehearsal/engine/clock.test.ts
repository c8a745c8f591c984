import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fc from 'fast-check';
import { chanceOf, uuid } from '#rehearsal/engine/chance.ts';
import { real, VirtualClock } from '#rehearsal/engine/clock.ts';
import { Pace } from '#rehearsal/engine/pace.ts';
import { Pool } from '#rehearsal/engine/pool.ts';
import { Traffic } from '#rehearsal/engine/traffic.ts';

const START = Date.parse('2024-09-01T00:00:00.000Z');
let installed: VirtualClock | null = null;
let pool = new Pool();

function open(): {
  clock: VirtualClock;
  pace: Pace;
  act: (work: () => Promise<unknown>, env?: Record<string, string>) => Promise<unknown>;
  lines: string[];
} {
  const clock = new VirtualClock(START);
  pool = new Pool();
  const pace = new Pace(clock, new Traffic(1), pool, chanceOf(1));
  clock.install();
  pool.open();
  installed = clock;
  const lines: string[] = [];
  const act = async (run: () => Promise<unknown>, env: Record<string, string> = {}) => {
    const turn = pace.enqueue({ caller: 'test', env, run, line: (line) => lines.push(line) });
    let over = false;
    const note = () => {
      over = true;
    };
    turn.result.then(note, note);
    await pace.drive(() => over);
    return turn.result;
  };
  return { clock, pace, act, lines };
}

afterEach(() => {
  installed?.uninstall();
  pool.close();
});

test('equal times fire in the order in which they were asked for, all others by time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.integer({ min: 0, max: 20 }), cancel: fc.boolean() }), { maxLength: 60 }),
      (asked) => {
        const clock = new VirtualClock(START);
        const fired: number[] = [];
        const timers = asked.map(({ at }, index) => clock.after(at, 'test', () => fired.push(index)));
        for (const [index, { cancel }] of asked.entries()) if (cancel) timers[index]?.cancel();
        while (clock.step());
        const expected = [...asked.entries()]
          .filter(([, { cancel }]) => !cancel)
          .sort(([a, x], [b, y]) => x.at - y.at || a - b);
        assert.deepEqual(
          fired,
          expected.map(([index]) => index),
        );
      },
    ),
  );
});

test('a timer beyond 31 bits of milliseconds fires at its time', () => {
  const clock = new VirtualClock(START);
  let at = 0;
  clock.after(2 ** 31 + 5, 'far', () => {
    at = clock.now();
  });
  clock.step();
  assert.equal(at - START, 2 ** 31 + 5);
});

test('a timer of the past fires at once, time never goes back', () => {
  const clock = new VirtualClock(START);
  clock.at(START - 1000, 'late', () => undefined);
  clock.step();
  assert.equal(clock.now(), START);
});

test('Date tells virtual time, also in Intl, and real time afterwards', async () => {
  const { clock, act } = open();
  clock.after(3_600_000, 'an hour', () => undefined);
  await act(async () => new Promise((resolve) => setTimeout(resolve, 3_600_000)));
  assert.equal(new Date().toISOString(), '2024-09-01T01:00:00.000Z');
  assert.equal(new Intl.DateTimeFormat('en', { timeZone: 'UTC', year: 'numeric' }).format(), '2024');
  clock.uninstall();
  assert.ok(Date.now() > START + 365 * 86_400_000);
  assert.equal(globalThis.setTimeout, real.setTimeout);
  assert.equal(Math.random, real.random);
});

test('a task sleeps in virtual time, whatever it sleeps with', async () => {
  const { clock, act } = open();
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await promisify(setTimeout)(1000);
    await new Promise<void>((resolve) => setTimeout(() => setTimeout(resolve, 500), 500));
    await new Promise<void>((resolve) => {
      let ticks = 0;
      const every = setInterval(() => {
        if (++ticks < 10) return;
        clearInterval(every);
        resolve();
      }, 100);
    });
  });
  assert.equal(clock.now() - START, 4000);
});

test('timers around the rehearsal stay real, and do not draw time to them', async () => {
  const { clock, act } = open();
  let ticks = 0;
  const bar = setInterval(() => ticks++, 1);
  clock.after(3 * 86_400_000, 'three days', () => undefined);
  await act(async () => new Promise((resolve) => setTimeout(resolve, 3 * 86_400_000)));
  clearInterval(bar);
  assert.ok(ticks < 10_000, `${ticks}`);
});

test('other timers fire while a task sleeps, in order', async () => {
  const { clock, act } = open();
  const seen: string[] = [];
  clock.after(500, 'engine', () => seen.push('engine'));
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    seen.push('task');
  });
  assert.deepEqual(seen, ['engine', 'task']);
});

test('time stands while a task waits for the thread pool', async () => {
  const { clock, act } = open();
  clock.after(1, 'soon', () => undefined);
  const at = await act(async () => {
    for (let round = 0; round < 20; round++) await promisify(gzip)(Buffer.alloc(200_000, round));
    return Date.now();
  });
  assert.equal(at, START);
});

test('time stands while compression and files are under way beside a pending timer', async () => {
  const { act } = open();
  const at = await act(async () => {
    const patience = setTimeout(() => undefined, 60_000);
    for (let round = 0; round < 5; round++) {
      await promisify(gzip)(Buffer.alloc(2_000_000, round));
      await readFile(new URL(import.meta.url));
    }
    clearTimeout(patience);
    return Date.now();
  });
  assert.equal(at, START);
});

test('what a finished task still had planned never happens', async () => {
  const { clock, act } = open();
  let late = false;
  await act(async () => {
    setTimeout(() => {
      late = true;
    }, 1000);
  });
  assert.equal(clock.next(), null);
  assert.equal(late, false);
});

test('one task at a time, in order', async () => {
  const { pace } = open();
  const seen: string[] = [];
  const work = (name: string) => ({
    caller: name,
    env: {},
    line: () => undefined,
    run: async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push(`${name} ends`);
    },
  });
  for (const name of ['a', 'b']) pace.enqueue(work(name));
  await pace.drive(() => seen.length === 4);
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a task has its environment and its output to itself', async () => {
  const { act, lines } = open();
  process.env.AWS_PROFILE = 'mine';
  const seen = await act(
    async () => {
      console.log('one\ntwo');
      process.stdout.write('three');
      return [process.env.AWS_REGION, process.env.AWS_PROFILE];
    },
    { AWS_REGION: 'eu-central-1' },
  );
  assert.deepEqual(seen, ['eu-central-1', undefined]);
  assert.deepEqual(lines, ['one', 'two', 'three']);
  assert.deepEqual([process.env.AWS_REGION, process.env.AWS_PROFILE], [undefined, 'mine']);
  delete process.env.AWS_PROFILE;
});

test('a task that is abandoned gives way to the next', async () => {
  const { clock, pace } = open();
  const stuck = pace.enqueue({
    caller: 'stuck',
    env: {},
    line: () => undefined,
    run: () => new Promise((resolve) => setTimeout(resolve, 1e9)),
  });
  clock.after(1000, 'patience', () => stuck.abandon(new Error('enough')));
  let ran = false;
  pace.enqueue({
    caller: 'next',
    env: {},
    line: () => undefined,
    run: async () => {
      ran = true;
    },
  });
  await pace.drive(() => ran);
  await assert.rejects(stuck.result, /enough/);
  assert.equal(clock.now() - START, 1000);
});

test('run throws when time would pass its limit, naming both times', async () => {
  const { clock, pace } = open();
  clock.after(10_000, 'late', () => undefined);
  await assert.rejects(
    pace.drive(() => false, START + 5000),
    /not done by 2024-09-01T00:00:05.000Z.*00:00:10/,
  );
  assert.equal(clock.now(), START);
});

test('run ends when nothing is left to happen', async () => {
  const { clock, pace } = open();
  clock.after(10_000, 'last', () => undefined);
  await pace.drive(() => false);
  assert.equal(clock.now() - START, 10_000);
});

test('chance: same seed, same numbers; streams do not depend on each other', () => {
  const [one, two] = [chanceOf(7), chanceOf(7)];
  one.next();
  assert.deepEqual([one.of('a').next(), one.of('b').int(1000)], [two.of('a').next(), two.of('b').int(1000)]);
  assert.notEqual(chanceOf(7).next(), chanceOf(8).next());
  assert.match(uuid(chanceOf(1)), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
