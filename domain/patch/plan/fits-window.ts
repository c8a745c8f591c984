import { windowAt } from '#domain/campaign/window.ts';
import { type Instant, minute, plusDays, plusMinutes } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan } from '#domain/patch/records.ts';

/** Assumed, not measured: minutes that a wave takes with its reboots, and that the last one needs to settle. */
const WAVE_MINUTES = 20;
const SETTLE_MINUTES = 30;

interface RingTime {
  ring: string;
  waves: number;
  soakMinutes: number;
  lookMinutes: number; // longest deadline for a look among the scan modes of its hosts
}

/**
 * Lets the rings pass on paper, wave by wave, from `at` on: does every wave start inside the window, and before the canary's
 * proof is `proofDays` old? A ring may go on in the next window; people are told so.
 */
export function fits(policy: GroupPolicy, rings: RingTime[], at: Instant): Plan['fits'] {
  let now = at;
  let proofUntil: Instant | null = null;
  const parts: string[] = [];
  for (const ring of rings) {
    if (ring.waves === 0) continue;
    const run = ringOnPaper(policy, ring.waves, now);
    if (!run) return { ok: false, words: `The window never opens for ${ring.ring} (looked from ${minute(now)} on).` };
    proofUntil ??= plusDays(run.first, policy.proofDays);
    parts.push(
      `${ring.ring} ${minute(run.first)} to ${minute(run.end)}${run.windows > 1 ? ` in ${run.windows} windows` : ''}`,
    );
    if (run.last >= proofUntil) {
      const days = `${policy.proofDays} day${policy.proofDays === 1 ? '' : 's'}`;
      const words = `The proof lasts ${days}, until ${minute(proofUntil)}, but the last wave of ${ring.ring} would start ${minute(run.last)}: ${parts.join('; ')}.`;
      return { ok: false, words };
    }
    now = plusMinutes(run.end, Math.max(ring.soakMinutes, ring.lookMinutes)); // the re-scan runs during the soak
  }
  if (parts.length === 0) return { ok: true, words: 'There is nothing to send.' };
  return { ok: true, words: `It fits, at ${WAVE_MINUTES} minutes a wave: ${parts.join('; ')}.` };
}

/** null: the window never opens. `last`: start of the last wave; `end`: when it is over. */
function ringOnPaper(policy: GroupPolicy, waves: number, from: Instant) {
  let windows = 0;
  let startsUntil: Instant | null = null;
  let first: Instant | null = null;
  let last = from;
  let now = from;
  for (let wave = 0; wave < waves; wave++) {
    if (startsUntil === null || now >= startsUntil) {
      const opening = nextStart(policy, now);
      if (!opening) return null;
      now = opening.at;
      startsUntil = opening.lastStart ?? FOREVER;
      windows += 1;
    }
    first ??= now;
    last = now;
    now = plusMinutes(now, WAVE_MINUTES);
  }
  return { first: first ?? from, last, end: plusMinutes(now, SETTLE_MINUTES), windows };
}

const FOREVER: Instant = '9999-12-31T00:00:00.000Z';

/** The first instant at or after `from` at which a wave may start, and until when others may. */
function nextStart(policy: GroupPolicy, from: Instant): { at: Instant; lastStart: Instant | null } | null {
  const state = windowAt(policy.window, from);
  if (state.mayStart) return { at: from, lastStart: state.lastStart };
  if (!state.opensAt) return null;
  const opening = windowAt(policy.window, state.opensAt);
  return opening.mayStart ? { at: state.opensAt, lastStart: opening.lastStart } : null;
}
