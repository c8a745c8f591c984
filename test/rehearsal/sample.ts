/** Opens a rehearsal of the sample service in fixture/. */
import { fileURLToPath } from 'node:url';
import { AwsFault, type Fake } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';

export const START = Date.parse('2024-09-01T02:00:00.000Z');
export const DAY = 86_400_000;

/** Its `run` has a limit of ten days: the service's schedule never ends, so a test that waits in vain must be told. */
export async function openSample(
  more: {
    seed?: number;
    faults?: EngineFault[];
    fakes?: Fake[];
    serverless?: string;
    entered?: (machine: string, state: string) => void;
  } = {},
) {
  const ssm: Fake = {
    service: 'ssm',
    operations: {
      GetParameter: ({ Name }) => {
        if (Name !== 'colour') throw new AwsFault('ParameterNotFound', `no ${Name}`);
        return { Parameter: { Name, Value: 'green', LastModifiedDate: new Date(START) } };
      },
    },
  };
  const { seed, faults, serverless, entered, fakes = [] } = more;
  const rehearsal = await openRehearsal({
    root: fileURLToPath(new URL('./fixture', import.meta.url)),
    startAt: START,
    policyFile: '/nowhere/policy.json',
    seed,
    faults,
    serverless,
    world: () => ({ fakes: [ssm, ...fakes], ...(entered && { entered }) }),
  });
  const run = rehearsal.run.bind(rehearsal);
  rehearsal.run = (done, limit = START + 10 * DAY) => run(done, limit);
  return rehearsal;
}
