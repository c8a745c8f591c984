/** How virtual time goes by in a rehearsal that strangers' clients use: nobody knows when they ask next. */
import { real, type VirtualClock } from '#rehearsal/clock.ts';

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

const TICK_MS = 20; // real time between two looks at the clock on the wall

/** Lets time go by at this rate until the signal. `underWay`: is there anything that an impatient person would skip? */
export async function keepTime(timed: Timed, rate: Rate, underWay: () => boolean, signal: AbortSignal): Promise<void> {
  const { clock } = timed;
  let wall = performance.now();
  while (!signal.aborted) {
    if (rate === 'virtual' && underWay()) {
      await timed.run(() => signal.aborted || !underWay());
      wall = performance.now();
    } else {
      const passed = performance.now() - wall;
      const until = clock.now() + passed * (rate === 'virtual' ? 1 : rate);
      wall += passed;
      await timed.run(() => signal.aborted || (clock.next() ?? until) >= until);
      clock.advance(until);
    }
    await new Promise<void>((resolve) => real.setTimeout(resolve, TICK_MS));
  }
}
