/**
 * `npm run deploy`, `remove` and `purge`: osls, after a look at the name of the stage. osls itself says of one that it does not take
 * what is wrong once for every place in which it stands, and not what to write instead.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stageFault } from '#domain/campaign/stage-name.ts';

const REGION = 'eu-central-1'; // as serverless.yml has it where nobody says another
const ACCOUNT = '<account-id>'; // as long as one is

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  strict: false,
  options: { stage: { type: 'string', short: 's' }, region: { type: 'string', short: 'r' } },
});
const { stage, region = REGION } = values;
const fault = typeof stage === 'string' ? stageFault(stage, ACCOUNT, String(region)) : null;
if (fault && args[0] === 'deploy') {
  process.stderr.write(
    `stage ${stage}: ${fault.words}. Remedy: --stage ${fault.instead}\nNothing was packaged or changed.\n`,
  );
  process.exit(1);
}
const osls = fileURLToPath(new URL('../../node_modules/.bin/osls', import.meta.url));
process.exit(spawnSync(process.execPath, [osls, ...args], { stdio: 'inherit' }).status ?? 1);
