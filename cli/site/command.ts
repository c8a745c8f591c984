import { Command, InvalidArgumentError } from 'commander';
import { type AccountFlags, accountCommand } from '../account/flags.ts';
import { BadInput } from '../bad-input.ts';
import type { ProbeFlags } from './one-probe.ts';
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
    scanCommand(),
    probeCommand(),
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

type ScanFlags = AccountFlags & ProbeFlags & { policy: string; wait: number };

function scanCommand(): Command {
  return siteCommand('scan', "Send a site's probes and tell which rules block and count them; changes nothing", [
    'scan shop',
    'scan shop --wait 15 --json',
  ])
    .argument('<site>', 'a site of the policy')
    .action((name: string, flags: ScanFlags) => scanned(name, null, flags));
}

function probeCommand(): Command {
  return siteCommand('probe', 'Send one request to a site and tell what became of it, and by which rule', [
    "probe shop 'GET /style==xxx'",
    "probe shop 'POST /comment' --body 'text=1 UNION SELECT 2' --wait 15",
  ])
    .argument('<site>', 'a site of the policy')
    .argument('<request>', 'method, then path and query as they are sent')
    .option(
      '--header <line>',
      'a header of the request; may be given again',
      (line, all: string[]) => [...all, line],
      [],
    )
    .option('--body <text>', 'the body as it is sent')
    .action((name: string, request: string, flags: ScanFlags) => scanned(name, request, flags));
}

/** Needs no credentials: with them it reads the log too. */
function siteCommand(name: string, description: string, examples: string[]): Command {
  return accountCommand(name, description, examples)
    .option('--policy <file>', 'the policy', 'policy.yml')
    .option('--wait <minutes>', 'how long to wait for log lines: AWS writes them every five minutes', minutes, 0)
    .addHelpText(
      'after',
      '\nExit: 0 done; 2 bad input; 3 the probe rule did not answer, or a rule let a probe through',
    );
}

function minutes(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 60) return number;
  throw new InvalidArgumentError('Give a number of minutes from 0 to 60.');
}

async function scanned(name: string, request: string | null, flags: ScanFlags): Promise<void> {
  const { siteOfFile } = await import('./show.ts');
  const site = siteOfFile(flags.policy, name);
  const { probesOf } = await import('#domain/edge/probes.ts');
  const probes =
    request === null
      ? probesOf(site.probes.path, site.benign)
      : [(await import('./one-probe.ts')).oneProbe(request, flags)];
  const { scanSite } = await import('./scan.ts');
  const { ports } = await import('./live-ports.ts');
  const { openAccount } = await import('../account/open.ts');
  const { scanAnswer } = await import('./scan-view.ts');
  const { print } = await import('../account/answer.ts');
  const token = ports.secrets.random().slice(0, 12);
  const scan = await scanSite(site, probes, { token, waitMinutes: flags.wait }, () => openAccount(flags), ports);
  print(scanAnswer(scan), flags.json);
}

const EXAMPLES = `
Exit: 0 done; 2 no file could be read, or none held a request

Examples:
  patchwright overview --log *_waflogs_*.log.gz
  patchwright overview --log waf.log --only blocked,counted --client 203.0.113.9
  patchwright overview --log waf.log --at 2026-11-27T20:14Z --json`;
