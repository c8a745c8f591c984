import { Command } from 'commander';
import { BadInput } from '../bad-input.ts';
import type { OverviewFlags } from './overview.ts';

/** The commands over sites and their logs. */
export function siteCommands(): Command[] {
  return [
    new Command('overview')
      .description(
        "Who asked for what, when, allowed or not, and by which rule: from AWS WAF's log files; needs no account",
      )
      .option('--log <files...>', 'log files of AWS WAF, as in its S3 bucket or from Firehose, gzipped or not')
      .option('--only <kinds>', 'of blocked, counted, allowed: only such requests')
      .option('--client <address>', 'only requests of this address')
      .option('--path <beginning>', 'only requests whose path begins so')
      .option('--at <time>', 'only requests of this minute, or second: 2026-11-27T20:14Z')
      .option('--last <number>', 'how many of the newest requests to list', '100')
      .option('--json', 'print the result as one JSON document and nothing else')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: OverviewFlags) => {
        const { log } = flags;
        if (!log?.length)
          throw new BadInput([
            'overview: no log is named. Remedy: patchwright overview --log FILE…, with files of the log bucket',
          ]);
        const { overviewOfFiles } = await import('./overview.ts');
        const { painter } = await import('../screen/text.ts');
        const columns = process.stdout.isTTY && process.stdout.columns ? process.stdout.columns : Infinity;
        const text = await overviewOfFiles(log, flags, { paint: painter(process.stdout), columns });
        process.stdout.write(`${text}\n`);
      }),
    new Command('waf').description('The web ACL of a site').addCommand(
      new Command('show')
        .description('Print the JSON of AWS that a site of the policy makes; asks nothing of AWS')
        .argument('<site>', 'a site of the policy')
        .option('--policy <file>', 'the policy', 'policy.yml')
        .option('--probe-rule', "our last rule alone, to paste into somebody else's web ACL")
        .action(async (name: string, flags: { policy: string; probeRule?: true }) => {
          const { shownSite, siteOfFile } = await import('./show.ts');
          const shown = shownSite(siteOfFile(flags.policy, name), flags);
          process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
        }),
    ),
  ];
}

const EXAMPLES = `
Exit: 0 done; 2 no file could be read, or none held a request

Examples:
  patchwright overview --log *_waflogs_*.log.gz
  patchwright overview --log waf.log --only blocked,counted --client 203.0.113.9
  patchwright overview --log waf.log --at 2026-11-27T20:14Z --json`;
