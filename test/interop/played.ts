/** Prints `service.Operation` of all that the rehearsal plays, for stubber.py. */

import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const scenario = scenarioOf('default');
const rehearsal = await openRehearsal({
  startAt: Date.parse(scenario.start),
  policyFile: '/nowhere/policy.json',
  world: (stage) => openWorld(scenario, stage),
});
process.stdout.write(`${rehearsal.gateway.played().join('\n')}\n`);
await rehearsal.close();
