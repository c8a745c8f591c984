/** One attempt of a Task state: arguments, the call, its timeout and heartbeat, the callback by token. */
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { field } from '#rehearsal/services/states/asl/evaluation.ts';
import { leave, type Step, seconds } from '#rehearsal/services/states/asl/leave.ts';
import type { TaskState } from '#rehearsal/services/states/asl/machine.ts';
import type { Scope, TaskInProgress } from '#rehearsal/services/states/asl/scope.ts';

const MOST_SECONDS = 99_999_999;

export async function attemptTask(state: TaskState, input: unknown, scope: Scope): Promise<Step> {
  const call = new Call(state, scope);
  const context = call.token === null ? scope.context : { ...scope.context, Task: { Token: call.token } };
  const inside: Scope = { ...scope, context };
  try {
    const args = state.arguments === undefined ? input : await field(state.arguments, { input }, inside, 'Arguments');
    scope.run.measure(args, state.name);
    const result = await call.make(args, {
      timeout: await limit(state.timeoutSeconds, 'TimeoutSeconds', input, inside),
      heartbeat: await limit(state.heartbeatSeconds, 'HeartbeatSeconds', input, inside),
    });
    return await leave(state, { input, result }, result, inside);
  } finally {
    call.close();
  }
}

async function limit(template: unknown, place: string, input: unknown, scope: Scope): Promise<number | null> {
  return template === undefined ? null : seconds(template, [1, MOST_SECONDS], { input }, scope, place);
}

/** From the request to its one outcome, whichever comes first: answer, callback, timeout, missed heartbeat, stop. */
class Call {
  readonly token: string | null;
  readonly #state: TaskState;
  readonly #scope: Scope;
  readonly #cleanup: (() => void)[] = [];
  #outcome: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;
  #progress: TaskInProgress | null = null;
  #beat: () => void = () => undefined;

  constructor(state: TaskState, scope: Scope) {
    this.#state = state;
    this.#scope = scope;
    this.token = null;
    if (state.pattern !== 'token') return;
    const issued = scope.run.surroundings.issueToken({
      succeed: (output) => this.#succeed(output),
      fail: (error, cause) => this.#fail(new StatesError(error, cause)),
      beat: () => this.#beat(),
    });
    this.token = issued.token;
    this.#cleanup.push(issued.close);
  }

  make(args: unknown, limits: { timeout: number | null; heartbeat: number | null }): Promise<unknown> {
    const { run, stop } = this.#scope;
    const { resource, pattern, name } = this.#state;
    run.record('TaskScheduled', { resource: whole(this.#state), arguments: args, ...limits }, this.#scope.trail);
    return new Promise((resolve, reject) => {
      this.#outcome = { resolve, reject };
      this.#limit(limits.timeout, 'States.Timeout');
      this.#beat = this.#limit(limits.heartbeat, 'States.HeartbeatTimeout');
      this.#cleanup.push(stop.on((reason) => this.#abort(reason)));
      if (this.#outcome === null) return;
      run.record('TaskStarted', { resource: whole(this.#state) }, this.#scope.trail);
      const execution = (this.#scope.context.Execution as { Id: string }).Id;
      this.#progress = run.surroundings.perform({
        resource,
        pattern,
        arguments: args,
        execution,
        state: name,
        entered: this.#scope.entered?.event ?? 0,
        token: this.token,
      });
      this.#progress.result.then(
        (value) => (pattern === 'token' ? this.#submitted(value) : this.#succeed(value)),
        (error: Error) => this.#fail(error),
      );
    });
  }

  /** Nothing that comes later counts any more. */
  close(): void {
    this.#outcome = null;
    for (const undo of this.#cleanup.splice(0)) undo();
  }

  /** Sets a limit on the virtual time; returns what starts it anew. */
  #limit(after: number | null, error: string): () => void {
    if (after === null) return () => undefined;
    const { clock } = this.#scope.run.surroundings;
    const arm = () =>
      clock.after(after * 1000, `${error} of ${this.#state.name}`, () =>
        // AWS gives a timeout no cause.
        this.#abort(new StatesError(error, '')),
      );
    let timer = arm();
    this.#cleanup.push(() => timer.cancel());
    return () => {
      timer.cancel();
      timer = arm();
    };
  }

  #submitted(output: unknown): void {
    const resource = whole(this.#state);
    if (!this.#outcome || this.#isTooLarge(output)) return;
    this.#scope.run.record('TaskSubmitted', { resource, output }, this.#scope.trail);
  }

  #succeed(value: unknown): void {
    const outcome = this.#outcome;
    if (!outcome || this.#isTooLarge(value)) return;
    this.close();
    if (this.#record('TaskSucceeded', { output: value }, outcome.reject)) outcome.resolve(value);
  }

  /** Such a result fails the task, and stands in no event: of none could the history be told any more. */
  #isTooLarge(value: unknown): boolean {
    try {
      this.#scope.run.measure(value, this.#state.name);
      return false;
    } catch (error) {
      this.#fail(error as Error);
      return true;
    }
  }

  #fail(error: Error): void {
    const outcome = this.#outcome;
    if (!outcome) return;
    this.close();
    const timeout = error instanceof StatesError && /^States\.(Heartbeat)?Timeout$/.test(error.error);
    const details = error instanceof StatesError ? { error: error.error, cause: error.reason } : {};
    if (
      !(error instanceof StatesError) ||
      this.#record(timeout ? 'TaskTimedOut' : 'TaskFailed', details, outcome.reject)
    )
      outcome.reject(error);
  }

  #abort(reason: Error): void {
    const progress = this.#progress;
    this.#fail(reason);
    progress?.cancel();
  }

  #record(type: string, details: Record<string, unknown>, reject: (error: Error) => void): boolean {
    try {
      this.#scope.run.record(type, { resource: whole(this.#state), ...details }, this.#scope.trail);
      return true;
    } catch (full) {
      reject(full as Error);
      return false;
    }
  }
}

/** The resource as the history has it: with its pattern. */
function whole({ resource, pattern }: TaskState): string {
  return `${resource}${{ request: '', token: '.waitForTaskToken', sync: '.sync:2' }[pattern]}`;
}
