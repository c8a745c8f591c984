/** What each type of state does. Expressions see variables as they were on entry; Assign and Output take effect together, or neither. */
import { attemptMap, attemptParallel } from '#rehearsal/services/states/asl/branches.ts';
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import { field, queryFailure } from '#rehearsal/services/states/asl/evaluation.ts';
import { leave, pause, type Step, seconds } from '#rehearsal/services/states/asl/leave.ts';
import type { ChoiceState, FailState, State, Template, WaitState } from '#rehearsal/services/states/asl/machine.ts';
import { withRetries } from '#rehearsal/services/states/asl/retry.ts';
import type { Scope } from '#rehearsal/services/states/asl/scope.ts';
import { attemptTask } from '#rehearsal/services/states/asl/task.ts';

const MAX_WAIT_SECONDS = 99_999_999;

export async function enter(state: State, input: unknown, scope: Scope): Promise<Step> {
  switch (state.type) {
    case 'Task':
      return withRetries(state, input, scope, (attempt) => attemptTask(state, input, attempt));
    case 'Parallel':
      return withRetries(state, input, scope, (attempt) => attemptParallel(state, input, attempt));
    case 'Map':
      return withRetries(state, input, scope, (attempt) => attemptMap(state, input, attempt));
    case 'Choice':
      return choose(state, input, scope);
    case 'Wait':
      return wait(state, input, scope);
    case 'Fail':
      return fail(state, input, scope);
    case 'Pass':
    case 'Succeed':
      return leave(state, { input }, input, scope);
  }
}

async function choose(state: ChoiceState, input: unknown, scope: Scope): Promise<Step> {
  for (const [at, rule] of state.choices.entries()) {
    const place = `Choices[${at}]/Condition`;
    const holds = await field(rule.condition, { input }, scope, place);
    if (typeof holds !== 'boolean') {
      throw queryFailure(`The field '${place}' must be a boolean, and is ${JSON.stringify(holds)}`, scope, place);
    }
    if (holds) return leave({ ...rule, name: state.name }, { input }, input, scope);
  }
  if (state.next === null)
    throw new StatesError('States.NoChoiceMatched', `No choice rule of ${state.name} matched, and it has no Default.`);
  return leave(state, { input }, input, scope);
}

async function wait(state: WaitState, input: unknown, scope: Scope): Promise<Step> {
  const { clock } = scope.run.surroundings;
  const entered = clock.now();
  const until =
    state.seconds === undefined
      ? timestamp(await field(state.timestamp, { input }, scope, 'Timestamp'), scope)
      : entered + 1000 * (await seconds(state.seconds, [0, MAX_WAIT_SECONDS], { input }, scope, 'Seconds'));
  if (until > entered) await pause(until, `Wait ${state.name}`, scope);
  return leave(state, { input }, input, scope);
}

function timestamp(value: unknown, scope: Scope): number {
  const zoned = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const at = zoned ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw queryFailure(
    `The field 'Timestamp' must be an RFC 3339 time with its zone, and is ${JSON.stringify(value)}`,
    scope,
    'Timestamp',
  );
}

async function fail(state: FailState, input: unknown, scope: Scope): Promise<never> {
  const words = async (template: Template | undefined, place: string) =>
    template === undefined ? '' : String(await field(template, { input }, scope, place));
  throw new StatesError(await words(state.error, 'Error'), await words(state.cause, 'Cause'));
}
