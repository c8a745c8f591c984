import { files } from '#domain/files.ts';
import type { Manifest } from '#domain/manifest.ts';
import { closingNotice } from '#domain/notices.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { CampaignRecord, Notice, Plan } from '#domain/records.ts';
import type { Opened } from '#domain/tasks.ts';
import { writeDelta } from '#loop/delta.ts';
import { writeReport } from '#loop/report.ts';
import { comparedEvidence } from './compared-evidence.ts';
import type { Differences } from './difference.ts';
import type { Folder } from './folder.ts';

/** The delta from the two surveys, the plan and the rings' records; then the notice and the report from it. */
export async function recompute(
  folder: Folder,
  record: CampaignRecord,
  manifest: Manifest | null,
  differences: Differences,
): Promise<void> {
  const notice = folder.json<Notice>(files.notice);
  const place = (notice.data as { evidence?: string } | null)?.evidence ?? '';
  const evidence = comparedEvidence(folder, place, differences);
  const { group, campaign, outcome, why, closedAt } = record;
  const ref = { group, campaign };
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const policy = await evidence.readIfThere<FrozenPolicy>(ref, files.policy);
  const opened = await evidence.readIfThere<Opened>(ref, files.opened);
  const facts = policy && opened ? { group: policy.group, openedAt: opened.openedAt, outcome, why } : null;
  const delta = facts && (await writeDelta(ref, facts, evidence, closedAt));
  await evidence.write(ref, files.notice, closingNotice({ record, plan, delta, place }));
  await evidence.writeText(ref, files.report, `${notice.subject}\n\n${notice.body}\n`);
  if (manifest) await writeReport(ref, { record, plan, delta, previous: manifest.previous }, evidence);
}
