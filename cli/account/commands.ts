import type { Command } from 'commander';
import type { Answer } from './answer.ts';
import { type AccountFlags, accountCommand } from './flags.ts';
import type { Deployment } from './open.ts';

/** The commands against an account, in the order of the help. Each loads what it works with when it is asked for. */
export function accountCommands(): Command[] {
  return [
    ...(['approve', 'deny'] as const).map((word) =>
      accountCommand(word, ANSWERS[word], [
        `${word} web-20240831T200000Z fleet`,
        `${word} web-20240831T200000Z fleet --stage prod --profile admin`,
      ])
        .argument('<campaign>', 'as the mail names it')
        .argument('<ring>', 'the ring that waits')
        .action((campaign: string, ring: string, flags: AccountFlags) => {
          const decision = { campaign, ring, decision: word === 'approve' ? ('yes' as const) : ('no' as const) };
          return run(flags, async (deployment) => (await import('./approve.ts')).approve(decision, deployment));
        }),
    ),
    accountCommand('stop', 'Kill switch: no campaign starts another wave; hosts at work finish', [
      'stop',
      'stop --stage prod --region eu-central-1',
    ]).action((flags: AccountFlags) =>
      run(flags, async (deployment) => (await import('./kill-switch.ts')).turnSwitch('stop', deployment)),
    ),
    accountCommand('resume', 'Lets campaigns send waves; needed once after a first deployment', [
      'resume',
      'resume --stage prod --region eu-central-1',
    ])
      .alias('go')
      .action((flags: AccountFlags) =>
        run(flags, async (deployment) => (await import('./kill-switch.ts')).turnSwitch('go', deployment)),
      ),
  ];
}

const ANSWERS = {
  approve: 'Lets a ring that waits for approval be patched; your ARN is recorded',
  deny: 'Refuses a ring that waits for approval: no further host is changed',
};

/** Opens the account that the flags mean, does the work, prints what came of it. */
export async function run(flags: AccountFlags, work: (deployment: Deployment) => Promise<Answer>): Promise<void> {
  const { openAccount } = await import('./open.ts');
  const { print } = await import('./answer.ts');
  print(await work(await openAccount(flags)), flags.json);
}
