/** EC2, SSM and Inspector of a rehearsal, for functions that run in another emulator. Prints its address; stays until it is killed. */
import { createServer } from 'node:http';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';

const scenario = loadScenario(new URL('../../scenarios/default.yml', import.meta.url).pathname);
createServer().listen(0, '127.0.0.1'); // keeps the process alive: in a rehearsal nothing else does
const rehearsal = await openRehearsal({
  startAt: Date.parse(scenario.start),
  policyFile: '/nowhere',
  account: '000000000000',
  world: (stage) => openWorld(scenario, stage),
});
process.stdout.write(`${rehearsal.endpoint}\n`);
