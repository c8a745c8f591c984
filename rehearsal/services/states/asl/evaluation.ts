/** Fields of states, evaluated where they stand; what fails is told in the history. */
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { type Bindings, evaluated } from '#rehearsal/services/states/asl/expression.ts';
import type { Scope } from '#rehearsal/services/states/asl/scope.ts';

/** Evaluates a field of a state. */
export async function field(
  template: unknown,
  states: Record<string, unknown>,
  scope: Scope,
  place: string,
): Promise<unknown> {
  const bindings: Bindings = { states: { context: scope.context, ...states }, variables: scope.variables };
  const { run } = scope;
  try {
    return await evaluated(template, bindings, run.surroundings.draw, place);
  } catch (error) {
    throw error instanceof StatesError ? queryFailure(error.reason, scope, place) : error;
  }
}

/** `States.QueryEvaluationError`, in the history and in words that name the state, as AWS has them. */
export function queryFailure(what: string, { run, entered, trail }: Scope, location: string): StatesError {
  const { name, event } = entered ?? { name: '', event: 0 };
  const reason = `An error occurred while executing the state '${name}' (entered at the event id #${event}). ${what}`;
  const failure = new StatesError('States.QueryEvaluationError', reason);
  run.record('EvaluationFailed', { state: name, location, error: failure.error, cause: reason }, trail);
  return failure;
}
