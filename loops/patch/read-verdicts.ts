import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Plan, RingRecord, Verdict } from '#domain/patch/records.ts';

/** Verdicts so far, in the order of the rings. */
export async function verdictsOf(ref: CampaignRef, plan: Plan, evidence: Evidence): Promise<Verdict[]> {
  return (await ringRecordsOf(ref, plan, evidence)).flatMap(({ verdict }) => verdict ?? []);
}

/** Records of the rings that began, in order. */
export async function ringRecordsOf(ref: CampaignRef, plan: Plan, evidence: Evidence): Promise<RingRecord[]> {
  const records: RingRecord[] = [];
  for (const { ring } of plan.rings) {
    const record = await evidence.readIfThere<RingRecord>(ref, patchFiles.ring(ring));
    if (record) records.push(record);
  }
  return records;
}
