import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { loadScenario, type Scenario } from '#rehearsal/scenario/scenario.ts';
import { BadScenario } from '#rehearsal/scenario/text.ts';
import { BadInput } from '../bad-input.ts';
import { inRoot } from '../root.ts';

const SCENARIOS = inRoot('scenarios/');

/** A scenario by its file, or by the name that it has in scenarios/. Throws BadInput. */
export function scenarioOf(given: string): Scenario {
  const file = existsSync(given) ? given : named(given);
  try {
    return loadScenario(file);
  } catch (error) {
    if (error instanceof BadScenario) throw new BadInput(error.faults);
    throw error;
  }
}

function named(given: string): string {
  const names = readdirSync(SCENARIOS).flatMap((file) => (file.endsWith('.yml') ? basename(file, '.yml') : []));
  if (names.includes(given)) return `${SCENARIOS}${given}.yml`;
  throw new BadInput([
    `--scenario ${given}: there is no such file, and no scenario of that name. Remedy: name a file or one of ${names.join(', ')}`,
  ]);
}
