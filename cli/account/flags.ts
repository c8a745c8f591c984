import { Command, InvalidArgumentError } from 'commander';
import { PATCH_GROUP } from '#domain/campaign/short-name.ts';

/** What every command against an account takes. */
export interface AccountFlags {
  profile?: string;
  region?: string;
  endpointUrl?: string;
  stage: string;
  json?: true;
}

/** A command with the flags of all commands against an account, and its examples at the end of its help. */
export function accountCommand(name: string, description: string, examples: string[]): Command {
  return new Command(name)
    .description(description)
    .option('--profile <name>', 'a profile of your AWS configuration')
    .option('--region <name>', 'the Region of the deployment (default: that of the profile or environment)')
    .option('--endpoint-url <url>', 'another AWS: a served rehearsal', url)
    .option('--stage <name>', 'the stage that was deployed', stage, 'dev')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  patchwright ${example}`).join('\n')}`);
}

function url(text: string): string {
  const given = URL.parse(text);
  if (!given || !/^https?:$/.test(given.protocol)) {
    throw new InvalidArgumentError('Give a URL, for example http://127.0.0.1:4566');
  }
  return given.href.replace(/\/$/, '');
}

function stage(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(text)) return text;
  throw new InvalidArgumentError('Give letters, digits and dashes, as it was deployed.');
}

export function groupFlag(text: string): string {
  if (PATCH_GROUP.test(text)) return text;
  throw new InvalidArgumentError('Give the name of a group of the policy.');
}
