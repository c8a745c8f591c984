/**
 * Every word with which a campaign ends, once: code and machines have no other, and whatever hangs on each either stands in its row or is a
 * `Record<Outcome, …>`, which does not compile without it. From the best end to the one that asks most for a person; `exit`: of the
 * command line.
 */
const ENDS = {
  Completed: { exit: 0 }, // all rings passed
  Coalesced: { exit: 0 }, // the lease is held, and the trigger noted on it
  Observed: { exit: 0 }, // everything but what changes something
  Nothing: { exit: 0 }, // nothing planned, and neither Stuck nor Blind
  Stuck: { exit: 3 }, // something might be fixed, and no host may be patched
  Blind: { exit: 3 }, // Inspector does not see enough
  Expired: { exit: 3 }, // window or proof ran out
  Halted: { exit: 3 }, // a verdict, or the kill switch
  Denied: { exit: 4 }, // a person's no, or silence
  Lost: { exit: 5 }, // the execution failed, timed out or was aborted: nobody decided it
} as const satisfies Record<string, { exit: number }>;

export type Outcome = keyof typeof ENDS;

/** From the best to the worst. */
export const OUTCOMES = Object.keys(ENDS) as readonly Outcome[];

/** `OUTCOME.Halted`: how code says the word. */
export const OUTCOME = Object.fromEntries(OUTCOMES.map((each) => [each, each])) as { readonly [Each in Outcome]: Each };

/** null: it is none. */
export function outcomeOf(word: string): Outcome | null {
  return OUTCOMES.find((each) => each === word) ?? null;
}

export function exitOfOutcome(outcome: Outcome): number {
  return ENDS[outcome].exit;
}
