/**
 * How long a ring's machine waits before it looks again. A pass through its loops costs 9 events (wait, task, question), with a
 * wave in it 16, and a history ends at 25,000 (Step Functions quotas), its execution with it: three days of waves, the longest that
 * a proof holds, stay under 20,000, and a ring that waited a week before and is looked at for a week after under 25,000.
 */

import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';

const PROMPT_MINUTES = 6 * 60;
const PROMPT_SECONDS = 30;
const LATER_SECONDS = 300;

/** Between two passes of a ring that sends: `seconds`, half a minute at least, and five after its first six hours. */
export function wavePause(seconds: number, { startedAt, firstSentAt }: Began, now: Instant): number {
  return Math.max(seconds, isPrompt(firstSentAt ?? startedAt, now) ? PROMPT_SECONDS : LATER_SECONDS);
}

interface Began {
  startedAt: Instant;
  firstSentAt: Instant | null;
}

/** Until a change calendar that could not be read is asked again: `begunAt` is when the ring began to wait. */
export function calendarMinutes(begunAt: Instant, now: Instant): number {
  return isPrompt(begunAt, now) ? 10 : 60;
}

/** Until Inspector is asked again whether it has looked. */
export function lookPause(rescanAt: Instant, now: Instant): number {
  if (now < plusMinutes(rescanAt, 120)) return 300;
  return now < plusMinutes(rescanAt, 1440) ? 900 : 3600;
}

function isPrompt(since: Instant, now: Instant): boolean {
  return now < plusMinutes(since, PROMPT_MINUTES);
}
