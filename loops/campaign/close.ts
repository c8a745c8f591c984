/** The end of every campaign, also of a lost one: evidence by its loop, the manifest, one write that closes it and frees the lease, the notice. */
import { files } from '#domain/campaign/files.ts';
import { closeLease, endingLease, isClosed, kindOf, noticedLease, untold } from '#domain/campaign/lease.ts';
import type { Loop } from '#domain/campaign/loop.ts';
import { type Manifest, type ManifestFile, manifestOf, previousOf, withManifest } from '#domain/campaign/manifest.ts';
import { successorName } from '#domain/campaign/names.ts';
import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { CampaignPorts, CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import type { Lease, Notice } from '#domain/campaign/records.ts';
import { CONTRACT } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { plusDays } from '#domain/instant.ts';
import { changeLease } from '#loops/campaign/change-lease.ts';

export type ClosePorts = Pick<CampaignPorts, 'campaigns' | 'engine' | 'evidence' | 'notices'>;

/** Intents and approvals lie in evidence too; in the table they stay as long as Step Functions keeps the execution. */
const KEPT_DAYS = 90;

/** May run twice: a campaign that is closed is not closed again, but its notice goes out until it once did. */
export async function close<L>(
  ref: CampaignRef,
  { outcome, why }: { outcome: Outcome; why: string },
  loop: Pick<Loop<L>, 'atWork' | 'leave'>,
  ports: ClosePorts & L,
  now: Instant,
): Promise<void> {
  const { campaigns, engine } = ports;
  const lease = await campaigns.lease(ref.group);
  if (!isClosed(lease, ref.campaign)) {
    await changeLease(campaigns, ref.group, (held) => endingLease(held, ref.campaign, now));
    const previous = previousOf(lease?.lastClosed ?? null, ref.campaign);
    const { proof, minHours } = await loop.leave(ref, { outcome, why, previous }, ports, now);
    const manifest = await writeManifest(ref, { closedAt: now, previous }, ports.evidence);
    const successor = successorOf(ref.group, lease, engine, now);
    const busy = (await loop.atWork(ref, ports, now)).length > 0;
    await campaigns.expire(ref.campaign, plusDays(now, KEPT_DAYS));
    await changeLease(campaigns, ref.group, (held) =>
      closeLease(held, {
        campaign: ref.campaign,
        outcome,
        at: now,
        minHours,
        proof,
        manifest,
        successor,
        busy,
      }),
    );
  }
  await startSuccessor(ref.group, ports);
  await tell(ref, ports);
}

/** Hashes what lies in the campaign's folder, as it lies there. Returns the manifest's own hash. */
export async function writeManifest(
  { group, campaign }: CampaignRef,
  { closedAt, previous }: { closedAt: Instant; previous: Manifest['previous'] },
  evidence: Evidence,
): Promise<string> {
  const ref = { group, campaign };
  const listed: ManifestFile[] = [];
  for await (const path of evidence.list(ref)) {
    if (path !== files.manifest) listed.push({ path, ...(await evidence.digest(ref, path)) });
  }
  const manifest = manifestOf({ ...ref, closedAt, previous, files: listed });
  await evidence.write(ref, files.manifest, manifest);
  return manifest.hash;
}

export function successorOf(group: string, lease: Lease | null, engine: CampaignPorts['engine'], now: Instant) {
  const campaign = successorName(group, now);
  return { campaign, execution: engine.arn(campaign, kindOf(lease)) };
}

/** The lease was handed over: starts the successor, which takes it. Idempotent by the execution's name. */
export async function startSuccessor(
  group: string,
  { campaigns, engine }: Pick<CampaignPorts, 'campaigns' | 'engine'>,
): Promise<void> {
  const lease = await campaigns.lease(group);
  const holder = lease?.holder;
  if (holder?.state !== 'handover') return;
  await engine.start(holder.campaign, { contract: CONTRACT, group, trigger: holder.trigger }, kindOf(lease));
}

/** Sends the closing notice that lies in evidence, if the lease says that it did not go out. The same notice has the same id. */
export async function tell(
  ref: CampaignRef,
  { campaigns, evidence, notices }: Pick<CampaignPorts, 'campaigns' | 'evidence' | 'notices'>,
): Promise<void> {
  const lease = await campaigns.lease(ref.group);
  if (!lease || !untold(lease).includes(ref.campaign)) return;
  const manifest = await evidence.readIfThere<Manifest>(ref, files.manifest);
  await notices.publish(withManifest(await evidence.read<Notice>(ref, files.notice), manifest?.hash ?? null));
  await changeLease(campaigns, ref.group, (closed) => noticedLease(closed, ref.campaign));
}
