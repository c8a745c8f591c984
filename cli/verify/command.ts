import { Command } from 'commander';
import { DIFFERS } from '../exit.ts';
import { printable, several } from '../screen/text.ts';
import { type VerifiedCampaign, verify } from './verify.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      "Check a campaign's evidence offline: every hash, and the delta anew from the two surveys and the plan",
    )
    .argument('<directory>', 'a folder of one campaign, or of a group with a folder for each')
    .option('--json', 'print the result as one JSON document and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Exit: 0 all is as the campaign left it; 1 something differs, each file is named; 2 no evidence there

Examples:
  patchwright verify out/web-20240831T200000Z
  aws s3 sync s3://BUCKET/web web && patchwright verify web --json`;

async function run(directory: string, { json }: { json?: true }): Promise<void> {
  const campaigns = await verify(directory);
  const ok = campaigns.every(({ differences }) => differences.length === 0);
  const text = json ? JSON.stringify({ version: 1, ok, campaigns }, null, 2) : campaigns.flatMap(lines).join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = ok ? 0 : DIFFERS;
}

function lines({ campaign, outcome, manifest, files, differences, notes }: VerifiedCampaign): string[] {
  const many = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const result =
    differences.length === 0
      ? `as it was left: ${several(files, 'file')}, and what follows from them computed again`
      : many;
  return [
    `${campaign} (${outcome ?? 'outcome unknown'}): ${result}`,
    ...differences.map(({ file, words }) => `  ${file}: ${words}`),
    ...(manifest ? [`  manifest ${manifest}`] : []),
    ...notes.map((note) => `  note: ${note}`),
  ].map(printed);
}

/** Names and words are of whoever wrote the folder: none may speak to the terminal. */
const printed = (line: string) => (line.startsWith('  ') ? `  ${printable(line)}` : printable(line));
