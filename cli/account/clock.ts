import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';

let aheadMs = 0;

/** AWS tells its time to the second, and takes signatures that are five minutes off: less than that is no difference. */
const ALIKE_MS = 300_000;

/** By how much AWS is ahead of this machine, as its last answer said. */
export function setClock(ms: number): void {
  aheadMs = Math.abs(ms) < ALIKE_MS ? 0 : ms;
}

/** The time of AWS: deadlines are judged there, and a served rehearsal lives at another time altogether. */
export function now(): Instant {
  return instant(Date.now() + aheadMs);
}
