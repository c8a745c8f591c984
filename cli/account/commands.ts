import { type Command, Option } from 'commander';
import type { Answer } from './answer.ts';
import { type AccountFlags, accountCommand, groupFlag } from './flags.ts';
import type { DeployedStage, Open } from './open.ts';

/** The commands against an account, in the order of the help. Each loads what it works with when it is asked for. */
export function accountCommands(): Command[] {
  return [
    checkCommand(),
    planCommand(),
    startCommand(),
    statusCommand(),
    ...answerCommands(),
    ...switchCommands(),
    reportCommand(),
    waiversCommand(),
  ];
}

/** Does the work and prints what came of it. Where nothing is deployed, the error says where was looked. */
export async function run(flags: AccountFlags, work: (open: Open) => Promise<Answer>): Promise<void> {
  const { openAccount } = await import('./open.ts');
  const { print } = await import('./answer.ts');
  const { placed } = await import('./remedy.ts');
  let deployment: DeployedStage | null = null;
  const open = async () => {
    deployment = await openAccount(flags);
    return deployment;
  };
  const answer = await work(open).catch((error: unknown) => {
    throw deployment ? placed(error, deployment) : error;
  });
  print(answer, flags.json);
}

const policyOption = () => new Option('--policy <file>', 'the policy to go by').default('policy.yml');

function checkCommand(): Command {
  type Flags = AccountFlags & { policy: string };
  return accountCommand(
    'check',
    'What stands in the way: policy, permissions, coverage, rings, baselines, other patching; each with its remedy',
    ['check', 'check --profile prod --stage prod --json', 'check shop'],
  )
    .argument('[site]', 'a site of the policy: its rules in order, and what AWS says around them')
    .addOption(policyOption())
    .action(async (site: string | undefined, flags: Flags) => {
      if (site !== undefined) return (await import('../site/command.ts')).siteChecked(site, flags);
      return run(flags, async (open) => (await import('./check.ts')).check(flags, open));
    });
}

function planCommand(): Command {
  type Flags = AccountFlags & { policy: string; scan?: true };
  return accountCommand('plan', 'What a campaign would do now; changes nothing, sends nothing', [
    'plan web',
    'plan web --scan --json',
  ])
    .argument('<group>', 'a group of the policy', groupFlag)
    .addOption(policyOption())
    .option('--scan', 'send a patch scan first, which changes no host, and wait for it')
    .action((group: string, flags: Flags) =>
      run(flags, async (open) => (await import('./plan.ts')).plan(group, flags, open)),
    );
}

function startCommand(): Command {
  type Flags = AccountFlags & { policy: string };
  return accountCommand('start', 'Start a campaign now; whoever starts it by hand does not approve it', [
    'start web',
    'start web --stage prod',
  ])
    .argument('<group>', 'a group of the policy', groupFlag)
    .addOption(policyOption())
    .action((group: string, flags: Flags) =>
      run(flags, async (open) => (await import('./start.ts')).start(group, flags, open)),
    );
}

function statusCommand(): Command {
  type Flags = AccountFlags & { watch?: true };
  return accountCommand('status', 'Which campaigns are at work, how far, and what they wait for', [
    'status',
    'status web --watch',
  ])
    .argument('[group]', 'only this one', groupFlag)
    .option('--watch', 'show each change until nothing is at work; the exit is that of the outcome')
    .action((group: string | undefined, flags: Flags) =>
      run(flags, async (open) => {
        await open();
        const { status, watchStatus } = await import('./status.ts');
        const { print } = await import('./answer.ts');
        return flags.watch ? watchStatus(group, (answer) => print(answer, flags.json)) : status(group);
      }),
    );
}

function answerCommands(): Command[] {
  return (['approve', 'deny'] as const).map((word) =>
    accountCommand(word, ANSWERS[word], [
      `${word} web-20240831T200000Z fleet`,
      `${word} web-20240831T200000Z fleet --stage prod --profile admin`,
    ])
      .argument('<campaign>', 'as the mail names it')
      .argument('<ring>', 'the ring that waits')
      .action((campaign: string, ring: string, flags: AccountFlags) => {
        const decision = { campaign, ring, decision: word === 'approve' ? ('yes' as const) : ('no' as const) };
        return run(flags, async (open) => {
          await open();
          return (await import('./approve.ts')).approve(decision);
        });
      }),
  );
}

const ANSWERS = {
  approve: 'Lets a ring that waits for approval be patched; your ARN is recorded',
  deny: 'Refuses a ring that waits for approval: no further host is changed',
};

function switchCommands(): Command[] {
  const stop = accountCommand('stop', 'Kill switch: no campaign starts another wave; hosts at work finish', [
    'stop',
    'stop --stage prod --region eu-central-1',
  ]).action((flags: AccountFlags) =>
    run(flags, async (open) => (await import('./kill-switch.ts')).turnSwitch('stop', await open())),
  );
  const resume = accountCommand('resume', 'Lets campaigns send waves; needed once after a first deployment', [
    'resume',
    'resume --stage prod --region eu-central-1',
  ])
    .alias('go')
    .action((flags: AccountFlags) =>
      run(flags, async (open) => (await import('./kill-switch.ts')).turnSwitch('go', await open())),
    );
  return [stop, resume];
}

function reportCommand(): Command {
  type Flags = AccountFlags & { out?: string };
  return accountCommand('report', 'The report of a closed campaign; the exit is that of its outcome', [
    'report web-20240831T200000Z',
    'report web --out evidence/web',
  ])
    .argument('<campaign>', 'its name, or a group for its last one', groupFlag)
    .option('--out <directory>', 'fetch all of its evidence: report.html, tables, surveys, manifest')
    .action((campaign: string, flags: Flags) =>
      run(flags, async (open) => (await import('./report.ts')).report(campaign, flags, open)),
    );
}

function waiversCommand(): Command {
  type Flags = AccountFlags & { policy: string };
  return accountCommand('waivers', 'Which accepted findings are in force, expiring, expired, unused', [
    'waivers',
    'waivers web --json',
  ])
    .argument('[group]', 'only those of this one', groupFlag)
    .addOption(policyOption())
    .action((group: string | undefined, flags: Flags) =>
      run(flags, async (open) => (await import('./waivers.ts')).waivers(group, flags, open)),
    );
}
