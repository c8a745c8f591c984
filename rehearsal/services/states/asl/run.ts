import type {
  Ending,
  HistoryEvent,
  RunningMachine,
  Scope,
  StoppedAt,
  Surroundings,
  Trail,
  Variables,
} from '#rehearsal/services/states/asl/scope.ts';
/**
 * One execution of a machine. The interpreter knows neither AWS nor the rehearsal: what it needs stands in `Surroundings`.
 * An execution ends in `Ending`; it never rejects.
 */

import { Ended, StatesError } from '#rehearsal/services/states/asl/errors.ts';
import type { Step } from '#rehearsal/services/states/asl/leave.ts';
import type { Machine, State } from '#rehearsal/services/states/asl/machine.ts';
import { enter } from '#rehearsal/services/states/asl/steps.ts';
import { Stop } from '#rehearsal/services/states/asl/stop.ts';

/** Bytes of UTF-8 that a state's input or output, an argument or a variable may have. */
export const MAX_PAYLOAD = 262_144;
export const MAX_HISTORY = 25_000;

export class Run implements RunningMachine {
  readonly machine: Machine;
  readonly surroundings: Surroundings;
  readonly history: HistoryEvent[] = [];
  largestPayload = 0;
  stop = new Stop();
  readonly #variables: Variables = {};
  #place: StoppedAt | null = null;
  #context: Record<string, unknown>;
  /** AWS gives the first state's event, like the execution's own, the previous id 0. */
  readonly #trail: Trail = { last: 0 };

  /** `context`: the context object's Execution and StateMachine. */
  constructor(machine: Machine, context: Record<string, unknown>, surroundings: Surroundings) {
    this.machine = machine;
    this.surroundings = surroundings;
    this.#context = context;
  }

  start(input: unknown): Promise<Ending> {
    const { RoleArn: roleArn } = this.#context.Execution as { RoleArn?: string };
    const begin = () => this.record('ExecutionStarted', { input, roleArn }, { last: 0 });
    return this.#run(begin, { name: this.machine.startAt, input });
  }

  /** Runs on from the state that failed or was stopped, with its input; retries and time-outs begin anew. */
  redrive(redriveCount: number): Promise<Ending> {
    const place = this.#place;
    if (!place) throw new Error('an execution that never ran is redriven');
    const { Execution } = this.#context as { Execution: Record<string, unknown> };
    const RedriveTime = new Date(this.surroundings.clock.now()).toISOString();
    this.#context = { ...this.#context, Execution: { ...Execution, RedriveCount: redriveCount, RedriveTime } };
    this.stop = new Stop();
    return this.#run(() => this.record('ExecutionRedriven', { redriveCount }, this.#trail), place, true);
  }

  /** The type of the state at which a redrive would begin. */
  get stoppedAt(): State['type'] | null {
    return (this.#place && this.machine.states[this.#place.name]?.type) ?? null;
  }

  async #run(begin: () => void, from: StoppedAt, again = false): Promise<Ending> {
    const { clock } = this.surroundings;
    const seconds = this.machine.timeoutSeconds;
    const timer =
      seconds === null
        ? null
        : clock.after(seconds * 1000, 'timeout of an execution', () =>
            this.stop.now(new Ended('TIMED_OUT', 'States.Timeout', null)),
          );
    const ending = await this.#ending(begin, from, again);
    timer?.cancel();
    const { error, cause } = ending;
    const types = {
      SUCCEEDED: 'ExecutionSucceeded',
      FAILED: 'ExecutionFailed',
      TIMED_OUT: 'ExecutionTimedOut',
      ABORTED: 'ExecutionAborted',
    };
    this.#append(
      types[ending.status],
      ending.status === 'SUCCEEDED' ? { output: ending.output } : { error, cause },
      this.#trail,
    );
    return ending;
  }

  async #ending(begin: () => void, from: StoppedAt, again: boolean): Promise<Ending> {
    try {
      begin();
      this.#place = { ...from };
      const of = { variables: this.#variables, context: this.#context, stop: this.stop, trail: this.#trail };
      const scope: Scope = { run: this, place: this.#place, ...of };
      const output = await runMachine({ ...this.machine, startAt: from.name }, from.input, scope, again);
      return { status: 'SUCCEEDED', output, error: null, cause: null };
    } catch (thrown) {
      if (this.stop.reason instanceof Ended)
        return {
          status: this.stop.reason.status,
          output: null,
          error: this.stop.reason.error,
          cause: this.stop.reason.reason,
        };
      if (thrown instanceof StatesError)
        return { status: 'FAILED', output: null, error: thrown.error || null, cause: thrown.reason || null };
      const cause = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      return { status: 'FAILED', output: null, error: 'States.Runtime', cause };
    }
  }

  /** Adds to the history and returns the event's id; the last of the 25,000 places is for the failure itself. */
  record(type: string, details: Record<string, unknown>, trail: Trail): number {
    if (this.stop.reason) throw this.stop.reason;
    if (this.history.length >= MAX_HISTORY - 1) {
      const full = new Ended(
        'FAILED',
        'States.Runtime',
        `The execution reached the maximum number of history events (${MAX_HISTORY}).`,
      );
      this.stop.now(full);
      throw full;
    }
    return this.#append(type, details, trail);
  }

  #append(type: string, details: Record<string, unknown>, trail: Trail): number {
    const id = this.history.length + 1;
    this.history.push({ id, type, at: this.surroundings.clock.now(), previous: trail.last, details });
    trail.last = id;
    return id;
  }

  branch(machine: Machine, input: unknown, scope: Scope): Promise<unknown> {
    return runMachine(machine, input, scope);
  }

  /** Measures a value that passes a border; above 256 KiB it throws `States.DataLimitExceeded`. */
  measure(value: unknown, state: string): void {
    const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
    this.largestPayload = Math.max(this.largestPayload, bytes);
    if (bytes <= MAX_PAYLOAD) return;
    throw new StatesError(
      'States.DataLimitExceeded',
      `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}

/** Runs a machine, or a branch of one, to its end; returns the last state's output. `again`: its first state was entered before. */
async function runMachine(machine: Machine, input: unknown, scope: Scope, again = false): Promise<unknown> {
  let name = machine.startAt;
  let value = input;
  for (let isEntered = again; ; isEntered = false) {
    if (scope.place) Object.assign(scope.place, { name, input: value });
    const state = machine.states[name];
    if (!state) throw new StatesError('States.Runtime', `there is no state ${name}`);
    if (scope.stop.reason) throw scope.stop.reason;
    const { run } = scope;
    const context = {
      ...scope.context,
      State: { EnteredTime: new Date(run.surroundings.clock.now()).toISOString(), Name: name, RetryCount: 0 },
    };
    const entered = isEntered
      ? scope.trail.last
      : run.record(`${state.type}StateEntered`, { name, input: value }, scope.trail);
    run.measure(value, name);
    run.surroundings.entered?.(name, state.type, value);
    const step: Step = await enter(state, value, { ...scope, context, entered: { name, event: entered } });
    if (scope.stop.reason) throw scope.stop.reason;
    Object.assign(scope.variables, step.assign);
    run.record(`${state.type}StateExited`, { name, output: step.output }, scope.trail);
    run.surroundings.exited?.(name, state.type, step.output);
    if (step.next === null) return step.output;
    name = step.next;
    value = step.output;
  }
}
