/**
 * Every error that a function may end in. Names are public: Step Functions matches `ErrorEquals` on them, so they are literals.
 */

/** A task input with a contract number that this code does not know: the machine and the function are of different versions. */
export class UnknownContract extends Error {
  override readonly name = 'UnknownContract';
}

/** A record that the loop's own earlier step should have written is missing or contradicts the step that reads it. */
export class BrokenRecord extends Error {
  override readonly name = 'BrokenRecord';
}

/** The campaign of the task does not hold its lease open: it is closed, or another run is ending it. What is closed stays as it is. */
export class Sealed extends Error {
  override readonly name = 'Sealed';
}

/** The caller asked for something that cannot be done: an unknown group, an approval for another scope. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** The stack did not give the function a setting that it needs. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured';
}

/** AWS refused for now (throttling, internal error) after the client's own retries. The machine tries again later. */
export class AwsUnavailable extends Error {
  override readonly name = 'AwsUnavailable';
}

/** AWS refused for a reason that trying again will not change (permission, validation). */
export class AwsRefused extends Error {
  override readonly name = 'AwsRefused';
}

/** A command that AWS certainly did not accept: nothing was started on any host. Anything else on a send is unclear. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused';
  readonly retryable: boolean;
  constructor(message: string, retryable: boolean) {
    super(message);
    this.retryable = retryable;
  }
}
