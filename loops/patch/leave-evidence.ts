/** What a patch campaign leaves: delta, report, records, the closing notice, and what its canary proved. */
import { asEvidence } from '#domain/campaign/approval.ts';
import { files } from '#domain/campaign/files.ts';
import type { CampaignEnd, Left } from '#domain/campaign/loop.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Approval, Lease } from '#domain/campaign/records.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { PatchRecord, Plan, RingPlan, RingRecord, Verdict } from '#domain/patch/records.ts';
import { verdictsOf } from '#loops/patch/read-verdicts.ts';
import { writeDelta } from '#loops/patch/write-delta.ts';
import { writeReport } from '#loops/patch/write-report.ts';
import { closingNotice } from '#views/patch/mail/notice.ts';

/** Without `opened.json` the campaign was lost before it did anything: there is nothing to compare. */
export async function leaveEvidence(
  ref: CampaignRef,
  { outcome, why, previous }: CampaignEnd,
  { campaigns, evidence, intents }: Pick<PatchPorts, 'campaigns' | 'evidence' | 'intents'>,
  now: Instant,
): Promise<Left> {
  const group = (await evidence.readIfThere<FrozenGroup>(ref, files.policy))?.group ?? null;
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
  const record: PatchRecord = {
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
  await evidence.write(ref, files.commands, await Array.fromAsync(intents.of(ref.campaign)));
  await writeReport(ref, { record, plan, delta, previous }, evidence);
  return { proof: await proofOf(ref, group, verdicts, evidence), minHours: group?.triggers.minHours ?? 0 };
}

/** A canary that passed by its own patches vouches for later ones that are already at level. */
async function proofOf(
  ref: CampaignRef,
  group: GroupPolicy | null,
  verdicts: Verdict[],
  evidence: PatchPorts['evidence'],
): Promise<Lease['lastProof']> {
  const canary = verdicts.find((verdict) => verdict.ring === group?.rings[0]?.name);
  if (canary?.verdict !== 'pass' || canary.restsOn) return null;
  const plan = await evidence.read<RingPlan>(ref, patchFiles.ringPlan(canary.ring));
  const { hosts } = await evidence.read<RingRecord>(ref, patchFiles.ring(canary.ring));
  const patched = new Set(hosts.filter((host) => host.status === 'patched' && host.lookedAt).map((host) => host.id));
  const oses = [...new Set(plan.hosts.filter((host) => patched.has(host.id)).map((host) => host.os))].sort();
  return { campaign: ref.campaign, ring: canary.ring, at: canary.at, oses };
}
