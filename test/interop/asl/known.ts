/** Where moto 5.2.5 is known to differ from AWS, by definition: what each side must then say exactly, ours first. */
import type { Result } from './definitions.ts';

export interface Deviation {
  what: string;
  fields: Partial<Record<keyof Result, [ours: unknown, theirs: unknown]>>;
}

const heartbeat: Deviation = {
  what: 'a missed heartbeat is States.Timeout, not States.HeartbeatTimeout',
  fields: { error: ['States.HeartbeatTimeout', 'States.Timeout'] },
};
const undefinedOutput =
  "An error occurred while executing the state 'A' (entered at the event id #5). The JSONata expression '$states.result.nope' returned nothing (undefined).";

export const KNOWN: Record<string, Deviation> = {
  'assign-on-entry': {
    what: 'Output sees what Assign of the same state sets',
    fields: {
      output: [
        { x: 2, y: 1, input: { before: 1 } },
        { x: 2, y: 1, input: { before: 2 } },
      ],
    },
  },
  'choice-nothing': {
    what: 'no choice that matches is States.Runtime, not States.NoChoiceMatched',
    fields: {
      error: ['States.NoChoiceMatched', 'States.Runtime'],
      cause: [
        'No choice rule of A matched, and it has no Default.',
        "RuntimeError(('No branching option reached in state %s', 'A'))",
      ],
    },
  },
  'timeout-of-the-machine': {
    what: 'the timeout of a machine has no error',
    fields: { error: ['States.Timeout', null] },
  },
  'token-failure': { what: 'the cause of SendTaskFailure is lost', fields: { cause: ['no reason', null] } },
  'heartbeat-missed': heartbeat,
  'heartbeat-expression': heartbeat,
  'evaluation-error-caught': {
    what: 'an expression that fails in Output is not caught',
    fields: {
      status: ['SUCCEEDED', 'FAILED'],
      output: [{ caught: 'States.QueryEvaluationError' }, null],
      error: [null, 'States.QueryEvaluationError'],
      cause: [null, undefinedOutput],
    },
  },
};

/** moto does not name the field of an expression in a cause. */
export function withoutField(cause: unknown): unknown {
  return typeof cause === 'string' ? cause.replace(/ specified for the field '[^']*'(?= returned nothing)/, '') : cause;
}
