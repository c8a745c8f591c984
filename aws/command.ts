import type { Command, CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { instant } from '#domain/instant.ts';
import type { CommandSummary, Invocation } from '#domain/patch/ports.ts';

export function* toCommand(raw: Command): Generator<CommandSummary> {
  if (!raw.CommandId || !raw.RequestedDateTime) return;
  yield {
    id: raw.CommandId,
    comment: raw.Comment ?? '',
    ...standing(raw.Status, raw.StatusDetails),
    targets: raw.TargetCount ?? 0,
    sentAt: instant(raw.RequestedDateTime),
  };
}

export function* toInvocation(raw: CommandInvocation): Generator<Invocation> {
  if (!raw.InstanceId) return;
  const plugin = platformPlugin(raw.CommandPlugins ?? []);
  const ended = plugin !== undefined && !AT_WORK.has(plain(plugin.Status));
  yield {
    instance: raw.InstanceId,
    ...standing(raw.Status, raw.StatusDetails),
    exit: ended ? (plugin.ResponseCode ?? null) : null, // -1 while it runs
    startedAt: ended && plugin.ResponseStartDateTime ? instant(plugin.ResponseStartDateTime) : null,
    finishedAt: ended && plugin.ResponseFinishDateTime ? instant(plugin.ResponseFinishDateTime) : null,
    output: (plugin?.Output ?? '').slice(-OUTPUT_CHARACTERS),
  };
}

const OUTPUT_CHARACTERS = 1000;
const AT_WORK = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);
const PLATFORM_STEPS = ['PatchLinux', 'PatchWindows', 'PatchMacOS'];

/** StatusDetails say more than Status; an end that only one of them names is no end yet. */
function standing(status: string | undefined, details: string | undefined): { status: string; terminal: boolean } {
  const said = plain(details || status);
  return { status: said, terminal: said !== '' && !AT_WORK.has(said) && !AT_WORK.has(plain(status)) };
}

/** Written with and without blanks (Systems Manager User Guide), and with one L in events (trap 7). */
function plain(status: string | undefined): string {
  return (status ?? '').replaceAll(' ', '').replace(/^Cancel(ed|ing)$/, 'Cancell$1');
}

/**
 * The step that worked on this platform. A document has a step per platform; those of the others are reported as Success with
 * code 0, finished at once and possibly after ours, and only their output tells ("Step execution skipped due to …").
 */
function platformPlugin(plugins: CommandPlugin[]): CommandPlugin | undefined {
  const worked = plugins.filter((plugin) => !/^\s*Step execution skipped/i.test(plugin.Output ?? ''));
  return worked.findLast((plugin) => PLATFORM_STEPS.includes(plugin.Name ?? '')) ?? worked.at(-1);
}
