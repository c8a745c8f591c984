/**
 * A ring that sends one host at a time, with no window to stop it, until the canary's proof is three days old: events of the longest
 * history, which Step Functions ends at 25,000. `node bench/three-days.ts [hosts]`, by default 450: more than three days hold.
 */
import { fleetFromSeed } from '#rehearsal/fleet/from-seed.ts';
import { rehearse } from '../cli/rehearse/rehearse.ts';

const hosts = Number(process.argv[2] ?? 450);
const root = new URL('..', import.meta.url).pathname;
const ring = (name: string) => ({ name, tag: { Ring: name }, atOnce: 1, errors: '50%', soakMinutes: 60 });
const scenario = {
  ...fleetFromSeed({ hosts, canaries: 2, seed: 1, data: `${root}scenarios/data/debian12-advisories.json` }),
  policy: { window: null, approvals: { before: [] }, rings: [ring('canary'), ring('fleet')] },
};

const { executions, run } = await rehearse({ scenario, policy: `${root}policy.yml`, out: null });
const fleet = executions.find(({ name }) => name.endsWith('-fleet'));
const waves = fleet?.states.filter((state) => state === 'CheckWave').length ?? 0;
console.log(
  `${run.campaign.outcome}, virtual hours ${(run.virtualSeconds / 3600).toFixed(1)}, looks at a wave ${waves}`,
);
console.log(`events of the fleet's history ${fleet?.events}`);
process.exitCode = (fleet?.events ?? Number.POSITIVE_INFINITY) < 20_000 ? 0 : 1;
