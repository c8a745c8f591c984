import { files } from '#domain/campaign/files.ts';
import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { deltaRows } from '#domain/patch/delta/delta-rows.ts';
import { addRow, deltaOf, newSum } from '#domain/patch/delta/delta-sum.ts';
import { instanceRows } from '#domain/patch/delta/instance-rows.ts';
import { afterKeys, beforeKeys, checkPartition } from '#domain/patch/delta/partition.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { FindingFate, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import type { SurveySummary } from '#loops/patch/survey.ts';

/** Joins the two surveys ring by ring, checks the partition on their raw keys. null where there is no second survey. */
export async function writeDelta(
  ref: CampaignRef,
  { group, openedAt, outcome, why }: { group: GroupPolicy; openedAt: Instant; outcome: Outcome; why: string },
  evidence: Evidence,
  now: Instant,
): Promise<Delta | null> {
  const first = await evidence.readIfThere<SurveySummary>(ref, patchFiles.surveyBefore);
  const second = await evidence.readIfThere<SurveySummary>(ref, patchFiles.surveyAfter);
  if (!first || !second) return null;
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const sum = newSum();
  for (const { ring } of first.rings) {
    const before = await Array.fromAsync(evidence.lines<SurveyedHost>(ref, patchFiles.before(ring)));
    const after = await Array.fromAsync(evidence.lines<HostAfter>(ref, patchFiles.after(ring)));
    const fates = new Map<string, FindingFate>();
    if (plan) {
      for await (const fate of evidence.lines<FindingFate>(ref, patchFiles.fates(ring))) fates.set(fate.arn, fate);
    }
    const record = await evidence.readIfThere<RingRecord>(ref, patchFiles.ring(ring));
    const ringPlan = await evidence.readIfThere<RingPlan>(ref, patchFiles.ringPlan(ring));
    const rows = deltaRows({
      before,
      after,
      record,
      ringPlan,
      fates,
      openedAt,
      firstSurveyAt: first.at,
      outcome,
      why,
      reboot: group.reboot,
      waivers: group.waivers,
      at: now,
    });
    checkPartition(beforeKeys(before), afterKeys(after), rows);
    for (const row of rows) addRow(sum, row);
    await evidence.writeLines(ref, patchFiles.deltaRows(ring), rows);
    const left = plan?.left ?? [];
    await evidence.writeLines(
      ref,
      patchFiles.instances(ring),
      instanceRows({ before, after, record, ringPlan, left, rows }),
    );
  }
  const delta = deltaOf(sum);
  await evidence.write(ref, patchFiles.delta, delta);
  return delta;
}
