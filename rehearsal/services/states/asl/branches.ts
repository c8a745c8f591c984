/** Parallel and inline Map. A branch has its own variables and may read the outer ones; the first error stops the others. */
import { Ended } from '#rehearsal/services/states/asl/errors.ts';
import { field, queryFailure } from '#rehearsal/services/states/asl/evaluation.ts';
import { leave, type Step, seconds } from '#rehearsal/services/states/asl/leave.ts';
import type { Machine, MapState, ParallelState } from '#rehearsal/services/states/asl/machine.ts';
import type { Scope } from '#rehearsal/services/states/asl/scope.ts';
import { Stop } from '#rehearsal/services/states/asl/stop.ts';

const INLINE_CONCURRENCY = 40;

export async function attemptParallel(state: ParallelState, input: unknown, scope: Scope): Promise<Step> {
  const { run } = scope;
  const given = state.arguments === undefined ? input : await field(state.arguments, { input }, scope, 'Arguments');
  run.measure(given, state.name);
  run.record('ParallelStateStarted', {}, scope.trail);
  const branches = state.branches.map((machine) => ({ machine, input: given, scope }));
  const result = await together(branches, branches.length, scope, 'Parallel');
  run.record('ParallelStateSucceeded', {}, scope.trail);
  return leave(state, { input, result }, result, scope);
}

export async function attemptMap(state: MapState, input: unknown, scope: Scope): Promise<Step> {
  const { run } = scope;
  const items = state.items === undefined ? input : await field(state.items, { input }, scope, 'Items');
  if (!Array.isArray(items))
    throw queryFailure(`The field 'Items' must be an array, and is ${JSON.stringify(items)}`, scope, 'Items');
  const most =
    state.maxConcurrency === undefined
      ? 0
      : await seconds(state.maxConcurrency, [0, 10_000], { input }, scope, 'MaxConcurrency');
  run.record('MapStateStarted', { length: items.length }, scope.trail);
  const branches = [];
  for (const [Index, Value] of items.entries()) {
    const context = { ...scope.context, Map: { Item: { Index, Value } } };
    const inside = { ...scope, context };
    const item =
      state.itemSelector === undefined ? Value : await field(state.itemSelector, { input }, inside, 'ItemSelector');
    branches.push({ machine: state.processor, input: item, scope: inside });
  }
  const result = await together(branches, Math.min(most || INLINE_CONCURRENCY, INLINE_CONCURRENCY), scope, 'Map');
  run.record('MapStateSucceeded', {}, scope.trail);
  return leave(state, { input, result }, result, scope);
}

interface Branch {
  machine: Machine;
  input: unknown;
  scope: Scope;
}

async function together(
  branches: Branch[],
  atOnce: number,
  scope: Scope,
  kind: 'Parallel' | 'Map',
): Promise<unknown[]> {
  const stop = new Stop();
  const withdraw = scope.stop.on((reason) => stop.now(reason));
  const outputs: unknown[] = new Array(branches.length);
  const waiting = [...branches.entries()];
  const { run } = scope;
  const began = scope.trail.last;
  let failed: Error | null = null;
  const worker = async () => {
    for (let one = waiting.shift(); one && !stop.reason; one = waiting.shift()) {
      const [index, branch] = one;
      const trail = { last: began };
      const iteration = { name: scope.entered?.name, index };
      const iterated = (what: string) => kind === 'Map' && run.record(`MapIteration${what}`, iteration, trail);
      try {
        iterated('Started');
        outputs[index] = await run.branch(branch.machine, branch.input, {
          ...branch.scope,
          place: undefined,
          stop,
          variables: { ...scope.variables },
          trail,
        });
        iterated('Succeeded');
      } catch (error) {
        // What stops the whole execution is told once, at its end.
        if (!scope.stop.reason && !(error instanceof Ended)) iterated(failed ? 'Aborted' : 'Failed');
        failed ??= error as Error;
        stop.now(error as Error);
      }
      scope.trail.last = trail.last;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, worker));
  withdraw();
  if (!failed) return outputs;
  if (scope.stop.reason) throw scope.stop.reason;
  run.record(`${kind}StateFailed`, {}, scope.trail);
  throw failed;
}
