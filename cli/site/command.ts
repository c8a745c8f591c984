import { Command, InvalidArgumentError } from 'commander';
import type { SitePolicy } from '#domain/edge/site.ts';
import type { Answer } from '../account/answer.ts';
import { type AccountFlags, accountCommand } from '../account/flags.ts';
import type { Open } from '../account/open.ts';
import { BadInput } from '../bad-input.ts';
import type { ProbeFlags } from './one-probe.ts';
import type { OverviewFlags } from './overview.ts';

/** The commands over sites and their logs. */
export function siteCommands(): Command[] {
  return [overviewCommand(), scanCommand(), probeCommand(), wafCommand()];
}

type SiteFlags = AccountFlags & OverviewFlags & { policy: string; hours: number; sampled?: true };

function overviewCommand(): Command {
  return accountCommand(
    'overview',
    "Who asked for what, when, allowed or not, and by which rule: from AWS WAF's log; by --log without an account",
    [
      'overview --log *_waflogs_*.log.gz',
      'overview --log waf.log --only blocked,counted --client 203.0.113.9',
      'overview --log waf.log --at 2026-11-27T20:14Z --json',
      'overview shop --hours 1',
      'overview shop --sampled',
    ],
  )
    .argument('[site]', 'a site of the policy: the log that its web ACL writes')
    .option('--log <files...>', 'log files of AWS WAF, as in its S3 bucket or from Firehose, gzipped or not')
    .option('--policy <file>', 'the policy', 'policy.yml')
    .option('--hours <number>', 'how far back, of a site', hours, 3)
    .option('--sampled', 'what AWS samples instead of the log, and what that cannot show')
    .option('--only <kinds>', 'of blocked, counted, allowed: only such requests')
    .option('--client <address>', 'only requests of this address')
    .option('--path <beginning>', 'only requests whose path begins so')
    .option('--at <time>', 'only requests of this minute, or second: 2026-11-27T20:14Z')
    .option('--last <number>', 'how many of the newest requests to list', '100')
    .addHelpText('after', '\nExit: 0 done; 2 no file could be read, or none held a request; 6 AWS refused')
    .action(overviewed);
}

async function overviewed(name: string | undefined, flags: SiteFlags): Promise<void> {
  const { log } = flags;
  if (name !== undefined && log?.length)
    throw new BadInput([`overview: both ${name} and --log are given. Remedy: name one of them`]);
  if (name !== undefined) {
    await answered(name, flags, async (site, open) => {
      const { ports } = await import('./live-ports.ts');
      if (flags.sampled) return (await import('./sampled.ts')).sampledOf(site, open, ports);
      return (await import('./live-overview.ts')).overviewOfSite(site, flags, open, ports);
    });
    return;
  }
  if (!log?.length)
    throw new BadInput([
      'overview: no log is named. Remedy: patchwright overview --log FILE…, with files of the log bucket, or patchwright overview SITE',
    ]);
  const { overviewOfFiles } = await import('./overview.ts');
  const { painter } = await import('../screen/text.ts');
  const columns = process.stdout.isTTY && process.stdout.columns ? process.stdout.columns : Infinity;
  const text = await overviewOfFiles(log, flags, { paint: painter(process.stdout), columns });
  process.stdout.write(`${text}\n`);
}

function wafCommand(): Command {
  const show = new Command('show')
    .description('Print the JSON of AWS that a site of the policy makes; asks nothing of AWS')
    .argument('<site>', 'a site of the policy')
    .option('--policy <file>', 'the policy', 'policy.yml')
    .option('--probe-rule', "our last rule alone, to paste into somebody else's web ACL")
    .action(async (name: string, flags: { policy: string; probeRule?: true }) => {
      const { shownSite, siteOfFile } = await import('./show.ts');
      const shown = shownSite(siteOfFile(flags.policy, name), flags);
      process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    });
  const imports = accountCommand(
    'import',
    'Print a web ACL that stands as an entry of policy.yml, and how to adopt it; changes nothing',
    ['waf import shop', 'waf import shop --region eu-central-1 --json'],
  )
    .argument('<name>', 'the name of a web ACL in this Region')
    .action(async (name: string, flags: AccountFlags) => {
      const { importWebAcl } = await import('./import.ts');
      const { ports } = await import('./live-ports.ts');
      await printed(importWebAcl(name, await opening(flags), ports), flags);
    });
  return new Command('waf').description('The web ACL of a site').addCommand(show).addCommand(imports);
}

/** `check SITE`, a form of the command `check`. */
export async function siteChecked(name: string, flags: AccountFlags & { policy: string }): Promise<void> {
  await answered(name, flags, async (site, open) => {
    const { checkSite } = await import('./check.ts');
    return checkSite(site, open, (await import('./live-ports.ts')).ports);
  });
}

type Work = (site: SitePolicy, open: Open) => Promise<Answer>;

async function answered(name: string, flags: AccountFlags & { policy: string }, work: Work): Promise<void> {
  const { siteOfFile } = await import('./show.ts');
  await printed(work(siteOfFile(flags.policy, name), await opening(flags)), flags);
}

async function opening(flags: AccountFlags): Promise<Open> {
  const { openAccount } = await import('../account/open.ts');
  return () => openAccount(flags);
}

async function printed(answer: Promise<Answer>, { json }: AccountFlags): Promise<void> {
  const { print } = await import('../account/answer.ts');
  print(await answer, json);
}

function hours(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 720) return number;
  throw new InvalidArgumentError('Give a number of hours up to 720.');
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
  const { scanAnswer } = await import('./scan-view.ts');
  const token = ports.secrets.random().slice(0, 12);
  const scan = scanSite(site, probes, { token, waitMinutes: flags.wait }, await opening(flags), ports);
  await printed(scan.then(scanAnswer), flags);
}
