/** Exit codes by outcome; docs/commands.md lists them all. Everything that is none of them is Lost: nobody decided it. */
const EXITS = new Map(
  Object.entries({
    Completed: 0,
    Nothing: 0,
    Observed: 0,
    Coalesced: 0,
    Stuck: 3,
    Blind: 3,
    Halted: 3,
    Expired: 3,
    Denied: 4,
    Lost: 5,
  }),
);

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

/** From the one that asks most for a person to the one that asks least. */
const WORST_FIRST = [
  'Lost',
  'Denied',
  'Halted',
  'Expired',
  'Blind',
  'Stuck',
  'Nothing',
  'Observed',
  'Coalesced',
  'Completed',
];

/** Of several campaigns of one run the one whose end counts: the worst, of equal ones the first. */
export function worstEnd<T>(all: readonly T[], outcomeOf: (each: T) => string): T {
  const rank = (each: T) => WORST_FIRST.indexOf(outcomeOf(each));
  const [first, ...others] = all;
  if (first === undefined) throw new Error('no campaign');
  return others.reduce((worst, each) => (rank(each) < rank(worst) ? each : worst), first);
}

export function exitOf(outcome: string): number {
  return EXITS.get(outcome) ?? 5;
}
