/**
 * Breaks both machines in one place at a time: each name of each Retry taken out, each Default turned, each TimeoutSeconds lowered,
 * each Catch removed. The table must see every one. Run by itself (`npm run break:machines`) it prints how many it saw.
 */
import { fileURLToPath } from 'node:url';
import { faults, type Machine, type Machines, machines, type State } from './machine-table.ts';

export interface Break {
  what: string;
  machines: Machines;
}

export function* breaks(): Generator<Break> {
  for (const name of ['campaign', 'patch-ring'] as const) {
    const broken = (what: string, change: (machine: Machine) => void): Break => {
      const given = machines();
      change(given[name]);
      return { what: `${name}: ${what}`, machines: given };
    };
    yield broken('its TimeoutSeconds halved', (machine) => {
      machine.TimeoutSeconds = (machine.TimeoutSeconds ?? 0) / 2;
    });
    for (const [state, is] of Object.entries(machines()[name].States)) {
      const at = (what: string, change: (state: State) => void) =>
        broken(`${state}: ${what}`, ({ States }) => change(States[state] as State));
      yield* ofRetry(is, at);
      if (is.Default)
        yield at('Default turned', (choice) => {
          choice.Default = choice.Choices?.[0]?.Next ?? '';
        });
      if (is.TimeoutSeconds)
        yield at('TimeoutSeconds lowered', (task) => {
          task.TimeoutSeconds = typeof task.TimeoutSeconds === 'number' ? task.TimeoutSeconds - 1 : 60;
        });
      if (is.Catch)
        yield at('Catch removed', (task) => {
          delete task.Catch;
        });
    }
  }
}

function* ofRetry(is: State, at: (what: string, change: (state: State) => void) => Break): Generator<Break> {
  for (const [place, { ErrorEquals }] of (is.Retry ?? []).entries()) {
    for (const error of ErrorEquals)
      yield at(`no retry of ${error}`, ({ Retry }) => {
        const names = Retry?.[place]?.ErrorEquals ?? [];
        names.splice(names.indexOf(error), 1);
      });
    yield at('one attempt', ({ Retry }) => {
      Object.assign(Retry?.[place] ?? {}, { MaxAttempts: 1 });
    });
  }
}

/** What the table did not see. */
export function unseen(): { broken: number; unseen: string[] } {
  const all = [...breaks()];
  return { broken: all.length, unseen: all.flatMap(({ what, machines }) => (faults(machines).length ? [] : [what])) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { broken, unseen: green } = unseen();
  for (const what of green) console.log(`not seen: ${what}`);
  console.log(`machines broken in ${broken} places, one at a time: ${broken - green.length} red`);
  process.exitCode = green.length || faults(machines()).length ? 1 : 0;
}
