/** How virtual time goes by in a rehearsal that strangers' clients use: nobody knows when they ask next. */
import { real, type VirtualClock } from '#rehearsal/engine/clock.ts';

/**
 * `virtual`: as fast as it can while something is under way, else as on the wall. A number: so many times as fast as on the wall.
 */
export type Rate = 'virtual' | number;

/** `virtual`, `real`, or `x` and a number. null: none of them. */
export function rateOf(text: string): Rate | null {
  if (text === 'virtual') return 'virtual';
  if (text === 'real') return 1;
  const times = /^x(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  return times !== undefined && Number(times) > 0 ? Number(times) : null;
}

export interface Timed {
  clock: VirtualClock;
  run(done: () => boolean): Promise<void>;
}

/** The clock on the wall; tests have one of their own. */
export interface Wall {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const WALL: Wall = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => real.setTimeout(resolve, ms)),
};
const TICK_MS = 20; // between two looks at it

/** Lets time go by at this rate until the signal. `underWay`: is there anything that an impatient person would skip? */
export async function keepTime(
  timed: Timed,
  rate: Rate,
  underWay: () => boolean,
  signal: AbortSignal,
  wall: Wall = WALL,
): Promise<void> {
  const { clock } = timed;
  let seen = wall.now();
  while (!signal.aborted) {
    if (rate === 'virtual' && underWay()) {
      await timed.run(() => signal.aborted || !underWay());
      seen = wall.now();
    } else {
      const passed = wall.now() - seen;
      const until = clock.now() + passed * (rate === 'virtual' ? 1 : rate);
      seen += passed;
      await timed.run(() => signal.aborted || (clock.next() ?? until) >= until);
      clock.advance(until);
    }
    await wall.sleep(TICK_MS);
  }
}
