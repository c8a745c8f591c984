/** Where states lead: targets that are missing, states that nothing reaches, machines that cannot end. */
import type { DefinitionCode } from '#rehearsal/services/states/asl/errors.ts';
import type { Machine, State } from '#rehearsal/services/states/asl/machine.ts';

type Tell = (at: string | null, message: string, code: DefinitionCode) => void;

/** `names`: of all states, also of those that could not be read. `at`: of the machine, '' for the whole definition. */
export function checkFlow({ startAt, states }: Machine, names: string[], at: string, tell: Tell): void {
  const missing = (target: string, place: string) => {
    if (target !== '' && !names.includes(target))
      tell(place, `Missing 'Next' target: ${target}`, 'MISSING_TRANSITION_TARGET');
  };
  missing(startAt, `${at}/StartAt`);
  for (const state of Object.values(states))
    for (const [target, field] of targetsOf(state)) missing(target, `${at}/States/${state.name}/${field}`);
  const all = Object.values(states);
  // What could not be read may end or lead anywhere.
  if (all.length < names.length) return;
  // AWS asks this of the whole only: a branch that goes round for ever is taken.
  if (at === '' && names.length > 0 && !all.some(isTerminal)) {
    tell(null, 'Workflow has no terminal state', 'MISSING_END_STATE');
    return;
  }
  const reached = new Set<string>([startAt]);
  for (const name of reached) {
    const state = states[name];
    if (state) for (const [target] of targetsOf(state)) reached.add(target);
  }
  for (const name of names)
    if (!reached.has(name))
      tell(`${at}/States/${name}`, `State "${name}" is not reachable.`, 'MISSING_TRANSITION_TARGET');
}

function isTerminal({ type, next }: State): boolean {
  return type === 'Succeed' || type === 'Fail' || (next === null && type !== 'Choice');
}

/** Where a state leads, each with the field that says so. */
function targetsOf(state: State): [string, string][] {
  const isChoice = state.type === 'Choice';
  const targets: [string, string][] = state.next === null ? [] : [[state.next, isChoice ? 'Default' : 'Next']];
  if (isChoice) targets.push(...state.choices.map(({ next }, at): [string, string] => [next, `Choices[${at}]/Next`]));
  if ('catch' in state)
    targets.push(...state.catch.map(({ next }, at): [string, string] => [next, `Catch[${at}]/Next`]));
  return targets;
}
