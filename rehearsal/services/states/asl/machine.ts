/** The shape of a machine, as far as it is played. `loadMachine` (definition.ts) makes it; everything else is refused there by name. */

export interface Machine {
  startAt: string;
  states: Record<string, State>;
  timeoutSeconds: number | null;
}

/** `{% … %}` may stand in every string of an `unknown`. */
export type Template = unknown;

interface Common {
  name: string;
  next: string | null; // null: the end
  assign: Record<string, Template> | null;
  output: Template | undefined; // undefined: the field is absent
}

export interface Retrier {
  errorEquals: string[];
  intervalSeconds: number;
  maxAttempts: number;
  backoffRate: number;
  maxDelaySeconds: number | null;
  jitter: boolean;
}

export interface Catcher {
  errorEquals: string[];
  next: string;
  assign: Record<string, Template> | null;
  output: Template | undefined;
}

interface Fallible extends Common {
  retry: Retrier[];
  catch: Catcher[];
}

export interface PassState extends Common {
  type: 'Pass';
}

export interface SucceedState extends Common {
  type: 'Succeed';
}

export interface FailState extends Common {
  type: 'Fail';
  error: Template | undefined;
  cause: Template | undefined;
}

export interface WaitState extends Common {
  type: 'Wait';
  seconds: Template | undefined;
  timestamp: Template | undefined;
}

export interface ChoiceState extends Common {
  type: 'Choice';
  choices: {
    condition: Template;
    next: string;
    assign: Record<string, Template> | null;
    output: Template | undefined;
  }[];
}

export interface TaskState extends Fallible {
  type: 'Task';
  resource: string; // without its pattern
  pattern: 'request' | 'token' | 'sync';
  arguments: Template | undefined;
  timeoutSeconds: Template | undefined;
  heartbeatSeconds: Template | undefined;
}

export interface ParallelState extends Fallible {
  type: 'Parallel';
  arguments: Template | undefined;
  branches: Machine[];
}

export interface MapState extends Fallible {
  type: 'Map';
  items: Template | undefined;
  itemSelector: Template | undefined;
  maxConcurrency: Template | undefined;
  processor: Machine;
}

export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;
