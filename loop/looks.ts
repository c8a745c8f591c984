import { files } from '#domain/files.ts';
import { lookOf } from '#domain/look.ts';
import type { CampaignRef, Invocation, Ports } from '#domain/ports.ts';
import type { RingRecord } from '#domain/records.ts';
import { withHosts } from '#domain/ring-record.ts';
import type { Opened } from '#domain/tasks.ts';
import { byId } from '#loop/survey.ts';

/** The ring's record with the ends of our re-scans, and the looks that count since. */
export async function readLooks(
  ref: CampaignRef,
  record: RingRecord,
  { evidence, inspector, patching }: Pick<Ports, 'evidence' | 'inspector' | 'patching'>,
): Promise<RingRecord> {
  const { openedAt } = await evidence.read<Opened>(ref, files.opened);
  const rescans = await rescansOf(record, patching);
  const rescanned = withHosts(record, (host) => {
    const invocation = rescans.get(host.id);
    if (!invocation?.terminal) return null;
    // A re-scan that failed proves nothing: the look has to be later than the patch only, and comes in its own time.
    return invocation.status === 'Success' ? { rescannedAt: invocation.finishedAt } : { rescanCommand: null };
  });
  const unseen = rescanned.hosts.filter((host) => host.sentAt && !host.lookedAt).map((host) => host.id);
  const coverage = await byId(inspector.coverage(unseen));
  return withHosts(rescanned, (host) => {
    if (!unseen.includes(host.id)) return null;
    const look = lookOf(host, coverage.get(host.id) ?? null, openedAt);
    return look.valid ? { lookedAt: look.at } : null;
  });
}

async function rescansOf(record: RingRecord, patching: Ports['patching']): Promise<Map<string, Invocation>> {
  const open = record.hosts.filter((host) => host.rescanCommand && !host.rescannedAt);
  const found = new Map<string, Invocation>();
  for (const command of new Set(open.map((host) => host.rescanCommand))) {
    if (!command) continue;
    for await (const invocation of patching.invocations(command)) found.set(invocation.instance, invocation);
  }
  return found;
}
