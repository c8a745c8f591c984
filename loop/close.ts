/** The end of every campaign, also of a lost one: delta, report, evidence, one write that closes it and frees the lease, the notice. */
import { asEvidence } from '#domain/approval.ts';
import { files } from '#domain/files.ts';
import { closeLease, endingLease, isClosed, noticedLease, untold } from '#domain/lease.ts';
import { type Manifest, previousOf } from '#domain/manifest.ts';
import type { Instant } from '#domain/model.ts';
import { closingNotice, sealed } from '#domain/notices.ts';
import type { FrozenPolicy, GroupPolicy } from '#domain/policy.ts';
import type { CampaignRef, Ports } from '#domain/ports.ts';
import type {
  Approval,
  CampaignRecord,
  Lease,
  Notice,
  Outcome,
  Plan,
  RingPlan,
  RingRecord,
  Verdict,
} from '#domain/records.ts';
import { successorName } from '#domain/successor.ts';
import { CONTRACT, type Opened } from '#domain/tasks.ts';
import { atWork } from '#loop/at-work.ts';
import { writeDelta } from '#loop/delta.ts';
import { changeLease } from '#loop/lease.ts';
import { writeManifest } from '#loop/manifest.ts';
import { writeReport } from '#loop/report.ts';
import { verdictsOf } from '#loop/verdicts.ts';

export type ClosePorts = Pick<Ports, 'campaigns' | 'engine' | 'evidence' | 'instances' | 'notices' | 'patching'>;

/** May run twice: a campaign that is closed is not closed again, but its notice goes out until it once did. */
export async function close(
  ref: CampaignRef,
  { outcome, why }: { outcome: Outcome; why: string },
  ports: ClosePorts,
  now: Instant,
): Promise<void> {
  const { campaigns, engine } = ports;
  const lease = await campaigns.lease(ref.group);
  if (!isClosed(lease, ref.campaign)) {
    await changeLease(campaigns, ref.group, (held) => endingLease(held, ref.campaign, now));
    const previous = previousOf(lease?.lastClosed ?? null, ref.campaign);
    const { group, proof } = await leaveEvidence(ref, { outcome, why, previous }, ports, now);
    const manifest = await writeManifest(ref, { closedAt: now, previous }, ports.evidence);
    const successor = successorOf(ref.group, engine, now);
    const busy = (await atWork(ref, ports, now)).length > 0;
    await changeLease(campaigns, ref.group, (held) =>
      closeLease(held, {
        campaign: ref.campaign,
        outcome,
        at: now,
        minHours: group?.triggers.minHours ?? 0,
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

export function successorOf(group: string, engine: Ports['engine'], now: Instant) {
  const campaign = successorName(group, now);
  return { campaign, execution: engine.arn(campaign) };
}

/** The lease was handed over: starts the successor, which takes it. Idempotent by the execution's name. */
export async function startSuccessor(
  group: string,
  { campaigns, engine }: Pick<Ports, 'campaigns' | 'engine'>,
): Promise<void> {
  const holder = (await campaigns.lease(group))?.holder;
  if (holder?.state !== 'handover') return;
  await engine.start(holder.campaign, { contract: CONTRACT, group, trigger: holder.trigger });
}

/** Sends the closing notice that lies in evidence, if the lease says that it did not go out. The same notice has the same id. */
export async function tell(
  ref: CampaignRef,
  { campaigns, evidence, notices }: Pick<Ports, 'campaigns' | 'evidence' | 'notices'>,
): Promise<void> {
  const lease = await campaigns.lease(ref.group);
  if (!lease || !untold(lease).includes(ref.campaign)) return;
  const manifest = await evidence.readIfThere<Manifest>(ref, files.manifest);
  await notices.publish(sealed(await evidence.read<Notice>(ref, files.notice), manifest?.hash ?? null));
  await changeLease(campaigns, ref.group, (closed) => noticedLease(closed, ref.campaign));
}

/** Without `opened.json` the campaign was lost before it did anything: there is nothing to compare. */
async function leaveEvidence(
  ref: CampaignRef,
  { outcome, why, previous }: { outcome: Outcome; why: string; previous: Manifest['previous'] },
  { campaigns, evidence }: Pick<Ports, 'campaigns' | 'evidence'>,
  now: Instant,
): Promise<{ group: GroupPolicy | null; proof: Lease['lastProof'] }> {
  const group = (await evidence.readIfThere<FrozenPolicy>(ref, files.policy))?.group ?? null;
  const opened = await evidence.readIfThere<Opened>(ref, files.opened);
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const verdicts = plan ? await verdictsOf(ref, plan, evidence) : [];
  const approvals: Approval[] = [];
  for (const { ring } of plan?.rings ?? []) {
    const approval = await campaigns.approval(ref.campaign, ring);
    if (approval) approvals.push(asEvidence(approval));
  }
  const delta =
    group && opened ? await writeDelta(ref, { group, openedAt: opened.openedAt, outcome, why }, evidence, now) : null;
  const holder = (await campaigns.lease(ref.group))?.holder;
  const record: CampaignRecord = {
    version: 1,
    campaign: ref.campaign,
    group: ref.group,
    execution: opened?.execution ?? holder?.execution ?? '',
    trigger: opened?.trigger ?? holder?.trigger ?? { kind: 'person', id: 'unknown', at: now, by: 'unknown' },
    openedAt: opened?.openedAt ?? holder?.openedAt ?? now,
    closedAt: now,
    outcome,
    why,
    scopeHash: plan?.scopeHash ?? null,
    planHash: plan?.planHash ?? null,
    verdicts,
    approvals,
  };
  await evidence.write(ref, files.campaign, record);
  const notice = closingNotice({ record, plan, delta, place: evidence.place(ref) });
  await evidence.write(ref, files.notice, notice);
  await evidence.writeText(ref, files.report, `${notice.subject}\n\n${notice.body}\n`);
  await evidence.write(ref, files.commands, await Array.fromAsync(campaigns.intents(ref.campaign)));
  await writeReport(ref, { record, plan, delta, previous }, evidence);
  return { group, proof: await proofOf(ref, group, verdicts, evidence) };
}

/** A canary that passed by its own patches vouches for later ones that are already at level. */
async function proofOf(
  ref: CampaignRef,
  group: GroupPolicy | null,
  verdicts: Verdict[],
  evidence: Ports['evidence'],
): Promise<Lease['lastProof']> {
  const canary = verdicts.find((verdict) => verdict.ring === group?.rings[0]?.name);
  if (canary?.verdict !== 'pass' || canary.restsOn) return null;
  const plan = await evidence.read<RingPlan>(ref, files.ringPlan(canary.ring));
  const { hosts } = await evidence.read<RingRecord>(ref, files.ring(canary.ring));
  const patched = new Set(hosts.filter((host) => host.status === 'patched' && host.lookedAt).map((host) => host.id));
  const oses = [...new Set(plan.hosts.filter((host) => patched.has(host.id)).map((host) => host.os))].sort();
  return { campaign: ref.campaign, ring: canary.ring, at: canary.at, oses };
}
