import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Invocation, PatchPorts } from '#domain/patch/ports.ts';
import type { HostResult, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { withHosts } from '#domain/patch/ring-record.ts';
import { lookOf, rescannedFrom } from '#domain/patch/valid-look.ts';
import { byId } from '#loops/patch/survey.ts';

/** The ring's record with the ends of our re-scans, and the looks that count since. */
export async function readLooks(
  ref: CampaignRef,
  record: RingRecord,
  { evidence, inspector, patching }: Pick<PatchPorts, 'evidence' | 'inspector' | 'patching'>,
): Promise<RingRecord> {
  const { openedAt } = await evidence.read<Opened>(ref, files.opened);
  const rescanned = await readRescans(ref, record, { evidence, patching });
  const unseen = rescanned.hosts.filter((host) => host.sentAt && !host.lookedAt).map((host) => host.id);
  const coverage = await byId(inspector.coverage(unseen));
  return withHosts(rescanned, (host) => {
    if (!unseen.includes(host.id)) return null;
    const look = lookOf(host, coverage.get(host.id) ?? null, openedAt);
    return look.valid ? { lookedAt: look.at } : null;
  });
}

/** The ring's record with what is known of our re-scans that were still open. */
async function readRescans(
  ref: CampaignRef,
  record: RingRecord,
  { evidence, patching }: Pick<PatchPorts, 'evidence' | 'patching'>,
): Promise<RingRecord> {
  const open = record.hosts.filter((host) => host.rescanCommand && !host.rescannedAt);
  if (!open.length) return record;
  const { hosts } = await evidence.read<RingPlan>(ref, patchFiles.ringPlan(record.ring));
  const planned = new Map(hosts.map((host) => [host.id, host]));
  const ended = await invocationsOf(open, patching);
  const done = open.map(({ id }) => id).filter((id) => ended.get(id)?.status === 'Success');
  const refreshed = done.filter((id) => planned.get(id)?.scanMode === 'EC2_SSM_AGENT_BASED');
  const collected = Map.groupBy(await Array.fromAsync(patching.collections(refreshed)), ({ id }) => id);
  return withHosts(record, (host) => {
    // One that was read before keeps its instant: the command's other hosts are listed with those that are open.
    if (!open.includes(host)) return null;
    const invocation = ended.get(host.id);
    const plan = planned.get(host.id);
    if (!invocation?.terminal || !plan) return null;
    // A re-scan that failed proves nothing: the look has to be later than the patch only, and comes in its own time.
    if (invocation.status !== 'Success') return { rescanCommand: null };
    const { startedAt, finishedAt } = invocation;
    return {
      rescannedAt: rescannedFrom(host, { ...plan, startedAt, finishedAt, collected: collected.get(host.id) ?? [] }),
    };
  });
}

async function invocationsOf(
  hosts: readonly HostResult[],
  patching: PatchPorts['patching'],
): Promise<Map<string, Invocation>> {
  const found = new Map<string, Invocation>();
  for (const command of new Set(hosts.map((host) => host.rescanCommand))) {
    if (!command) continue;
    for await (const invocation of patching.invocations(command)) found.set(invocation.instance, invocation);
  }
  return found;
}
