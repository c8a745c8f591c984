import { field, queryFailure } from '#rehearsal/services/states/asl/evaluation.ts';
import type { Template } from '#rehearsal/services/states/asl/machine.ts';
import type { Scope } from '#rehearsal/services/states/asl/scope.ts';

export interface Step {
  output: unknown;
  assign: Record<string, unknown>;
  next: string | null;
}

/** `otherwise`: the output where the field Output is absent. */
export async function leave(
  from: { name: string; next: string | null; assign: Record<string, Template> | null; output: Template | undefined },
  states: Record<string, unknown>,
  otherwise: unknown,
  scope: Scope,
): Promise<Step> {
  const assign =
    from.assign === null ? {} : ((await field(from.assign, states, scope, 'Assign')) as Record<string, unknown>);
  const output = from.output === undefined ? otherwise : await field(from.output, states, scope, 'Output');
  scope.run.measure(assign, from.name);
  scope.run.measure(output, from.name);
  return { output, assign, next: from.next };
}

/** Resolves after so much virtual time; rejects when the branch is stopped. */
export function pause(until: number, what: string, scope: Scope): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = scope.run.surroundings.clock.at(until, what, () => {
      withdraw();
      resolve();
    });
    const withdraw = scope.stop.on((reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}

/** A number of seconds that a field gives. Outside its range it is an evaluation error, as for any other wrong type. */
export async function seconds(
  template: Template,
  range: [number, number],
  states: Record<string, unknown>,
  scope: Scope,
  place: string,
): Promise<number> {
  const value = await field(template, states, scope, place);
  const [least, most] = range;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw queryFailure(
    `The field '${place}' must be a whole number from ${least} to ${most}, and is ${JSON.stringify(value)}`,
    scope,
    place,
  );
}
