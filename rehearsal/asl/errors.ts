/** Errors as the Amazon States Language knows them: a name, and a cause in words. */

export class StatesError extends Error {
  readonly error: string;
  readonly reason: string;
  constructor(error: string, reason: string) {
    super(`${error}: ${reason}`);
    this.name = 'StatesError';
    this.error = error;
    this.reason = reason;
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

/** A definition that AWS would refuse, or that this interpreter does not play. `faults`: one line each, with its place. */
export class BadDefinition extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join('\n'));
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
