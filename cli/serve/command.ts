import { Command, InvalidArgumentError, Option } from 'commander';
import type { ServeFlags } from './serve.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve the small AWS with the product installed in it, for any client, until stopped')
    .option('--port <number>', 'where it answers', portNumber, 4566)
    .option('--host <address>', 'loopback, or 0.0.0.0 for every address of this machine', loopbackOrAll, '127.0.0.1')
    .option('--scenario <file>', 'a scenario file, or the name of one in scenarios/', 'default')
    .option('--policy <file>', 'the policy to install (default: policy.yml, else the example of the package)')
    .addOption(new Option('--clock <rate>', 'virtual, real, or x60 for sixty times as fast').default('virtual'))
    .option('--region <name>', 'where it is installed (default: AWS_REGION, else where the first request is for)')
    .option('--account <id>', 'the account, twelve digits (default: an access key of twelve digits tells)', accountId)
    .option('--seed <number>', 'seed of all chance (default: the one of the scenario)', wholeNumber)
    .addHelpText('after', MORE)
    .action(async (flags: ServeFlags) => (await import('./serve.ts')).serve(flags));
}

const MORE = `
Time, with --clock virtual: it jumps from event to event while an execution runs or a
command is at work, goes as on the wall otherwise, and also while somebody is asked
(an approval waits): people would be too late else. With real or x60 it always goes
at that pace.

Any credentials are good. Examples:
  patchwright serve
  patchwright serve --port 0 --scenario canary-fails --clock x600
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws inspector2 list-findings --region eu-central-1`;

function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('Give a port from 1 to 65535, or 0 for any.');
  return value;
}

function loopbackOrAll(text: string): string {
  if (!['127.0.0.1', '0.0.0.0'].includes(text)) throw new InvalidArgumentError('Give 127.0.0.1 or 0.0.0.0.');
  return text;
}

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Give twelve digits.');
  return text;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number from 0 on.');
  return value;
}
