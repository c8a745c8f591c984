import type { Clock } from '#rehearsal/api.ts';
import type { Draw } from '#rehearsal/services/states/asl/functions.ts';
import type { Machine, State } from '#rehearsal/services/states/asl/machine.ts';
import type { Stop } from '#rehearsal/services/states/asl/stop.ts';

export interface TaskRequest {
  resource: string;
  pattern: 'request' | 'token' | 'sync';
  arguments: unknown;
  execution: string; // ARN
  state: string;
  entered: number; // the id of the event of its entry
  token: string | null;
}

export interface TaskInProgress {
  /** For pattern `token`: that the request was taken. Rejects with a StatesError. */
  result: Promise<unknown>;
  cancel(): void;
}

export interface TokenHolder {
  succeed(output: unknown): void;
  fail(error: string, cause: string): void;
  beat(): void;
}

export interface Surroundings {
  clock: Clock;
  draw: Draw;
  perform(request: TaskRequest): TaskInProgress;
  issueToken(holder: TokenHolder): { token: string; close(): void };
  /** A state was entered, by name, with its input. */
  entered?(state: string, type: State['type'], input: unknown): void;
  exited?(state: string, type: State['type'], output: unknown): void;
}

export interface HistoryEvent {
  id: number;
  type: string;
  at: number;
  previous: number;
  details: Record<string, unknown>;
}

export interface Ending {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  output: unknown;
  error: string | null;
  cause: string | null;
}

export interface Trail {
  last: number;
}

/** Where variables live: a branch reads the outer ones and writes its own. */
export type Variables = Record<string, unknown>;

/** What states need of the execution that runs them. */
export interface RunningMachine {
  readonly surroundings: Surroundings;
  /** Adds to the history and returns the event's id. Throws where the execution is stopped. */
  record(type: string, details: Record<string, unknown>, trail: Trail): number;
  /** Measures a value that passes a border; above 256 KiB it throws `States.DataLimitExceeded`. */
  measure(value: unknown, state: string): void;
  /** Runs a branch to its end; returns its last state's output. */
  branch(machine: Machine, input: unknown, scope: Scope): Promise<unknown>;
}

/** What one state's run sees. `ended` rejects when the branch must stop. */
export interface Scope {
  run: RunningMachine;
  variables: Variables;
  context: Record<string, unknown>;
  stop: Stop;
  /** The event before the next one of this branch; the first has 0. */
  trail: Trail;
  /** The state that runs, and the id of the event of its entry. */
  entered?: { name: string; event: number };
  /** Of the machine's own states, not of a branch's: where a redrive begins. */
  place?: StoppedAt | undefined;
}

export interface StoppedAt {
  name: string;
  input: unknown;
}
