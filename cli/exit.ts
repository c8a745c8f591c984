import { exitOfOutcome, OUTCOME, OUTCOMES, outcomeOf } from '#domain/campaign/outcomes.ts';

export const TO_MEND = 1;
/** `verify`: the evidence is not what the campaign left. */
export const DIFFERS = 1;
export const BAD_INPUT = 2;
export const AWS_SAID_NO = 6;
export const INTERRUPTED = 130;

/** The rehearsal was broken off by its signal: nothing was written. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Of several campaigns of one run the one whose end counts: the worst, of equal ones the first. */
export function worstEnd<T>(all: readonly T[], endOf: (each: T) => string): T {
  const badness = (each: T) => OUTCOMES.indexOf(outcomeOf(endOf(each)) ?? OUTCOME.Lost);
  const [first, ...others] = all;
  if (first === undefined) throw new Error('no campaign');
  return others.reduce((worst, each) => (badness(each) > badness(worst) ? each : worst), first);
}

/** docs/commands.md lists them all. What is no outcome is `Lost`: nobody decided it. */
export function exitOf(outcome: string): number {
  return exitOfOutcome(outcomeOf(outcome) ?? OUTCOME.Lost);
}
