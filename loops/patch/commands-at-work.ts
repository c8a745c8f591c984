import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { type Install, LONGEST_MINUTES } from '#domain/patch/host-progress.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { HostResult, HostStatus, Intent, Plan, RingRecord } from '#domain/patch/records.ts';
import { sentHost } from '#domain/patch/ring-record.ts';
import { hostsNow } from '#loops/patch/read-progress.ts';

type AtWorkPorts = Pick<PatchPorts, 'evidence' | 'instances' | 'intents' | 'patching'>;

/**
 * What may still work on hosts of a campaign, in words: its commands, and hosts whose command is over while their work may go on
 * (trap 31). ListCommands lags: a command that it does not list is taken to be at work for as long as one may be. An intent that
 * is unclear counts as none.
 */
export async function atWork(ref: CampaignRef, ports: AtWorkPorts, now: Instant): Promise<string[]> {
  const { intents, patching } = ports;
  const working: string[] = [];
  const over: Intent[] = [];
  for await (const intent of intents.of(ref.campaign)) {
    const { ring, wave, state, commandId, at } = intent;
    const name = `${ring} wave ${wave}`;
    const recent = now <= plusMinutes(at, LONGEST_MINUTES);
    if (state === 'intended') working.push(`${name}: an intent without a command`);
    if (!commandId) continue;
    const command = await patching.command(commandId);
    if (command && !command.terminal) working.push(`${name}: ${command.status}`);
    else if (recent && !command) working.push(`${name}: not listed yet`);
    else if (recent) over.push(intent);
  }
  return [...working, ...(await notBack(ref, over, ports, now))];
}

/** Of their work the ring's record says that it ended: read while its own patch state stood, which our scan overwrites (trap 21). */
const ENDED: HostStatus[] = ['patched', 'failed', 'gone'];

/** Hosts of commands that are over, which are not known to be back. */
async function notBack(ref: CampaignRef, over: readonly Intent[], ports: AtWorkPorts, now: Instant): Promise<string[]> {
  if (!over.length) return [];
  const install = installOf(await ports.evidence.readIfThere<Plan>(ref, files.plan));
  const ended = new Set<string>();
  for (const ring of new Set(over.map((intent) => intent.ring))) {
    const record = await ports.evidence.readIfThere<RingRecord>(ref, patchFiles.ring(ring));
    for (const { id, status } of record?.hosts ?? []) if (ENDED.includes(status)) ended.add(id);
  }
  const sent: HostResult[] = over.flatMap((intent) =>
    intent.instances.filter((id) => !ended.has(id)).map((id) => sentHost(id, intent)),
  );
  if (!sent.length) return [];
  const read = await hostsNow(sent, over, install, ports, now);
  return [...read.values()].filter(({ status }) => status === 'working').map(({ id }) => `${id} is not back`);
}

/** Without a plan no patch state is ours, and a reboot has to be reckoned with. */
export function installOf(plan: Pick<Plan, 'snapshotId' | 'reboot'> | null): Install {
  return { snapshotId: plan?.snapshotId ?? '', reboot: plan?.reboot ?? 'RebootIfNeeded' };
}
