import { plusMinutes } from '#domain/instant.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import { LONGEST_MINUTES } from '#domain/progress.ts';

/**
 * The waves of a campaign whose commands may still work on a host, in words. ListCommands lags: a command that it does not
 * list is taken to be at work for as long as one may be. An intent that is unclear counts as none.
 */
export async function atWork(
  campaign: string,
  { campaigns, patching }: Pick<Ports, 'campaigns' | 'patching'>,
  now: Instant,
): Promise<string[]> {
  const working: string[] = [];
  for await (const { ring, wave, state, commandId, at } of campaigns.intents(campaign)) {
    const name = `${ring} wave ${wave}`;
    if (state === 'intended') working.push(`${name}: an intent without a command`);
    if (!commandId) continue;
    const command = await patching.command(commandId);
    if (command && !command.terminal) working.push(`${name}: ${command.status}`);
    if (!command && now < plusMinutes(at, LONGEST_MINUTES)) working.push(`${name}: not listed yet`);
  }
  return working;
}
