import { Command, InvalidArgumentError, Option } from 'commander';
import { exitOf, INTERRUPTED, Interrupted } from '../exit.ts';
import { liveScreen } from '../screen/live.ts';
import { reportLines } from '../screen/report.ts';
import { type Paint, painter, several } from '../screen/text.ts';
import type { Rehearsing } from './conduct.ts';

interface Flags {
  scenario?: string;
  policy?: string;
  group?: string;
  seed?: number;
  json?: true;
  out?: string;
  approve?: 'yes' | 'no' | 'never';
  findings?: string[];
  account?: string;
  region?: string;
}

export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description('Run a whole campaign against a small AWS of our own, in virtual time')
    .option('--scenario <file>', 'a scenario file, or the name of one in scenarios/ (default: default)')
    .option('--policy <file>', 'the policy to rehearse (default: policy.yml here, else an example)')
    .option('--group <name>', 'the group to patch (default: the one of the scenario)')
    .option('--seed <number>', 'seed of all chance: the same seed gives the same run', wholeNumber)
    .option('--json', 'print the result as one JSON document and nothing else')
    .option('--out <directory>', 'where the evidence goes (default: out/<campaign>)')
    .addOption(
      new Option('--approve <answer>', 'what people answer where the policy asks').choices(['yes', 'no', 'never']),
    )
    .addOption(
      new Option(
        '--findings <file...>',
        'rehearse the fleet of an export of `aws inspector2 list-findings`, or of saved finding events; may be gzipped',
      ).conflicts('scenario'),
    )
    .option('--account <id>', 'of findings of several accounts: the one to take (default: that with most)')
    .option('--region <name>', 'of findings of several Regions: the one to take (default: that with most)')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Exit: 0 completed, nothing or observed; 2 bad input; 3 stuck, blind, halted or expired; 4 denied; 5 lost

Examples:
  patchwright rehearse
  patchwright rehearse --scenario canary-fails --json
  patchwright rehearse --group batch --seed 7 --out /tmp/batch
  patchwright rehearse --findings findings.json --group web --approve never
  patchwright rehearse --findings events/*.gz --account 123456789012`;

async function run({ json, ...flags }: Flags): Promise<void> {
  const { rehearse } = await import('./rehearse.ts'); // the SDK and the rehearsal are nothing that --help should load
  const paint = painter(process.stdout);
  const live = !json && process.stdout.isTTY ? liveScreen(process.stdout, paint) : null;
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const rehearsed = await rehearse({ ...flags, signal: interrupt.signal, ...(live ? { watcher: live } : {}) });
    live?.clear();
    const size = { columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 30 };
    const text = json ? JSON.stringify(rehearsed.run, null, 2) : screen(rehearsed.all, paint, size).join('\n');
    process.stdout.write(`${text}\n`);
    process.exitCode = exitOf(rehearsed.run.campaign.outcome);
  } catch (error) {
    live?.clear();
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write('patchwright: interrupted, nothing was written\n');
    process.exitCode = INTERRUPTED;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** One report after the other, and where there are several, how each ended. */
function screen(all: readonly Rehearsing[], paint: Paint, size: { columns: number; rows: number }): string[] {
  const reports = all.map(({ shown }) => reportLines(shown, paint, size));
  if (reports.length === 1) return reports.flat();
  const ends = all.map(({ run }) => {
    const delta = run.delta ? `, ${run.delta.fixed.total} of ${several(run.delta.before.total, 'finding')} fixed` : '';
    return `  ${run.campaign.group}: ${run.campaign.outcome}${delta}`;
  });
  return [...reports.flatMap((lines) => [...lines, '']), paint('bold', several(all.length, 'campaign')), ...ends];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number from 0 on.');
  return value;
}
