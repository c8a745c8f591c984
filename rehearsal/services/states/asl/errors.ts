/** Errors as the Amazon States Language knows them: a name, and a cause in words. */

/** Characters of a name and of a cause that an event of a history has at most (Step Functions API model). */
const MOST = { error: 256, cause: 32_768 };

export class StatesError extends Error {
  readonly error: string;
  readonly reason: string;
  constructor(error: string, reason: string) {
    super(`${error}: ${reason}`);
    this.name = 'StatesError';
    this.error = error.slice(0, MOST.error);
    this.reason = reason.slice(0, MOST.cause);
  }
}

/** Ends the execution whatever Retry and Catch say: the machine's own timeout, StopExecution, a full history. */
export class Ended extends Error {
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly error: string | null;
  readonly reason: string | null;
  constructor(status: Ended['status'], error: string | null, reason: string | null) {
    super(`${status}: ${error ?? ''}`);
    this.name = 'Ended';
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

/** Codes of ValidateStateMachineDefinition. */
export type DefinitionCode =
  | 'INVALID_JSON_DESCRIPTION'
  | 'MISSING_DESCRIPTION'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_STATE_NAME'
  | 'MISSING_TRANSITION_TARGET'
  | 'TOO_DEEPLY_NESTED'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION';

export interface DefinitionFault {
  code: DefinitionCode;
  message: string;
  at: string | null; // as AWS writes places: /States/Pick/Choices[0]/Next; null: the whole definition
}

/** A definition that AWS would refuse, or that this interpreter does not play. */
export class BadDefinition extends Error {
  readonly faults: DefinitionFault[];
  constructor(faults: DefinitionFault[], whose = '') {
    super(faults.map(({ at, message }) => `${whose}${at === null ? '' : `${at}: `}${message}`).join('\n'));
    this.name = 'BadDefinition';
    this.faults = faults;
  }
}

const TERMINAL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/**
 * Does a retrier or catcher with these names take this error? `States.ALL` takes neither `States.DataLimitExceeded` nor
 * `States.Runtime`; `States.TaskFailed` takes every error but a timeout and those two.
 */
export function matches(errorEquals: readonly string[], error: string): boolean {
  return errorEquals.some((name) => {
    if (name === error) return error !== 'States.Runtime';
    if (TERMINAL.has(error)) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
  });
}
