/** Retry and Catch of Task, Parallel and Map. */
import { matches, StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { leave, pause, type Step } from '#rehearsal/services/states/asl/leave.ts';
import type { Catcher, MapState, ParallelState, Retrier, TaskState } from '#rehearsal/services/states/asl/machine.ts';
import type { Scope } from '#rehearsal/services/states/asl/scope.ts';

/** Each retrier counts its own attempts; the first that matches decides, and when it is spent the catchers are asked. */
export async function withRetries(
  state: TaskState | ParallelState | MapState,
  input: unknown,
  scope: Scope,
  attempt: (scope: Scope) => Promise<Step>,
): Promise<Step> {
  const spent = new Map<Retrier, number>();
  const entered = scope.context.State as Record<string, unknown>;
  for (let retries = 0; ; retries++) {
    try {
      return await attempt({ ...scope, context: { ...scope.context, State: { ...entered, RetryCount: retries } } });
    } catch (thrown) {
      if (scope.stop.reason) throw scope.stop.reason;
      if (!(thrown instanceof StatesError)) throw thrown;
      const retrier = state.retry.find((one) => matches(one.errorEquals, thrown.error));
      const before = retrier ? (spent.get(retrier) ?? 0) : 0;
      if (!retrier || before >= retrier.maxAttempts) return caught(state.catch, thrown, state.name, input, scope);
      spent.set(retrier, before + 1);
      const { clock, draw } = scope.run.surroundings;
      await pause(clock.now() + delay(retrier, before, draw), `retry of ${state.name}`, scope);
    }
  }
}

/** Milliseconds before the next attempt; `before`: how many this retrier has had. */
function delay(retrier: Retrier, before: number, draw: () => number): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** before;
  const most = Math.min(grown, retrier.maxDelaySeconds ?? grown);
  return Math.round(1000 * (retrier.jitter ? most * draw() : most));
}

async function caught(
  catchers: Catcher[],
  error: StatesError,
  name: string,
  input: unknown,
  scope: Scope,
): Promise<Step> {
  const catcher = catchers.find((one) => matches(one.errorEquals, error.error));
  if (!catcher) throw error;
  const errorOutput = { Error: error.error, Cause: error.reason };
  return leave({ ...catcher, name }, { input, errorOutput }, errorOutput, scope);
}
