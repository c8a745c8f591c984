/** Whether a ring may send its next wave now: asked before every wave, and "no" when it cannot tell. */

import { REFUSALS, yesFor } from '#domain/campaign/approval.ts';
import { leaseLost } from '#domain/campaign/lease.ts';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { plusDays, plusMinutes, secondsUntil } from '#domain/instant.ts';
import { calendarMinutes } from '#domain/patch/pauses.ts';
import type { AlarmReading, RingPlan, RingRecord, StopWhy, VerdictName } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';

/** Longest wait of a first ring for its window and calendars: later the survey is no longer worth acting on. */
export const FIRST_WINDOW_DAYS = 7;

export interface GoFacts {
  campaign: string;
  killSwitch: 'go' | 'stop' | 'unreadable';
  lease: Lease | null;
  /** The approval that the policy asks for before this ring: null where it asks for none. */
  approval: { given: Approval | null; scopeHash: string } | null;
  window: { mayStart: boolean; opensAt: Instant | null };
  calendars: { open: boolean; nextChange: Instant | null } | 'unreadable';
  /** The canary's verdict, asked before every wave of a later ring; null for the canary itself. */
  canary: VerdictName | 'none' | null;
  /** The ring's record was begun. */
  begunAt: Instant;
  /** From the canary's first wave on, or from the earlier pass that it rests on: the instant at which its proof is too old. */
  proofUntil: Instant | null;
  alarms: AlarmReading[];
  errors: number;
  gone: number; // terminated at work, where that may be the patch's doing: see doubtfullyGone
  at: Instant;
}

export type Go =
  | { say: 'go' }
  | { say: 'wait'; seconds: number; words: string }
  | { say: 'stop'; why: StopWhy; words: string };

export function mayGo(ringPlan: Pick<RingPlan, 'ring' | 'errors'>, facts: GoFacts): Go {
  return stopFor(ringPlan, facts) ?? waitFor(facts) ?? { say: 'go' };
}

/** proofDays after the first wave of the canary, or after the pass of the earlier one that it rests on; null before it. */
export function proofUntil(
  canary: (Pick<RingRecord, 'firstSentAt'> & Partial<Pick<RingRecord, 'verdict'>>) | null,
  proofDays: number,
): Instant | null {
  const from = canary?.firstSentAt ?? canary?.verdict?.provenAt;
  return from ? plusDays(from, proofDays) : null;
}

function stopFor(ringPlan: Pick<RingPlan, 'ring' | 'errors'>, facts: GoFacts): Go | null {
  const stop = (why: StopWhy, words: string): Go => ({ say: 'stop', why, words });
  if (facts.killSwitch === 'unreadable') return stop('kill-switch', 'the kill switch could not be read');
  if (facts.killSwitch === 'stop') return stop('kill-switch', 'the kill switch is on, or was never set');
  const lost = leaseLost(facts.lease, facts.campaign);
  if (lost) return stop('lease', lost);
  if (facts.canary && facts.canary !== 'pass') {
    return stop(
      'canary',
      `the canary has ${facts.canary === 'none' ? 'no verdict' : `the verdict ${facts.canary}`}, not pass`,
    );
  }
  if (facts.approval) {
    const { given, scopeHash } = facts.approval;
    const why = yesFor(given, scopeHash);
    if (why === 'none')
      return stop('approval', `the policy asks for an approval before ${ringPlan.ring}, and there is none`);
    if (why) return stop('approval', `the approval before ${ringPlan.ring} does not count: ${REFUSALS[why]}`);
  }
  if (facts.errors > ringPlan.errors) {
    return stop(
      'errors',
      `${plural(facts.errors, 'host')} failed or did not come back, ${ringPlan.errors} ${ringPlan.errors === 1 ? 'is' : 'are'} tolerated`,
    );
  }
  if (facts.gone)
    return stop(
      'errors',
      `${plural(facts.gone, 'host was', 'hosts were')} terminated at work, and no more came back: it may be the patch`,
    );
  const rang = facts.alarms.find((alarm) => alarm.state === 'ALARM' || alarm.rangSince);
  if (rang) return stop('alarm', `alarm ${rang.name} rang${rang.rangSince ? ` at ${rang.rangSince}` : ''}`);
  if (facts.proofUntil && facts.at >= facts.proofUntil) {
    return stop('proof', `the canary's proof is older than the policy allows since ${facts.proofUntil}`);
  }
  return null;
}

function waitFor({ window, calendars, proofUntil: until, begunAt, at }: GoFacts): Go | null {
  const unreadable = calendars === 'unreadable';
  if (window.mayStart && !unreadable && calendars.open) return null;
  const later = unreadable
    ? plusMinutes(at, calendarMinutes(begunAt, at))
    : (calendars.nextChange ?? plusMinutes(at, 60));
  const opensAt = window.mayStart ? later : window.opensAt;
  const limit = until ?? plusDays(begunAt, FIRST_WINDOW_DAYS);
  const calendar = unreadable ? 'a change calendar could not be read' : 'a change calendar is closed';
  const words = window.mayStart ? calendar : 'the window is closed, or past its cutoff';
  if (!opensAt || opensAt >= limit) {
    const next = opensAt ? `may open again ${opensAt}` : 'never opens again';
    const held = until ? `the canary's proof holds until ${until}` : `this survey is worth acting on until ${limit}`;
    return { say: 'stop', why: 'window', words: `${words}; it ${next}, but ${held}` };
  }
  return { say: 'wait', seconds: Math.max(60, secondsUntil(at, opensAt)), words: `${words} until ${opensAt}` };
}
