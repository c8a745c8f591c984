import type { Ports } from '#domain/ports.ts';

/** The waves of a campaign whose commands may still work on a host, in words. An intent that is unclear counts as none. */
export async function atWork(
  campaign: string,
  { campaigns, patching }: Pick<Ports, 'campaigns' | 'patching'>,
): Promise<string[]> {
  const working: string[] = [];
  for await (const { ring, wave, state, commandId } of campaigns.intents(campaign)) {
    if (state === 'intended') working.push(`${ring} wave ${wave}: an intent without a command`);
    const command = commandId ? await patching.command(commandId) : null;
    if (command && !command.terminal) working.push(`${ring} wave ${wave}: ${command.status}`);
  }
  return working;
}
