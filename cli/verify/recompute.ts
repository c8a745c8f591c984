import { files } from '#domain/campaign/files.ts';
import type { Manifest } from '#domain/campaign/manifest.ts';
import type { Notice } from '#domain/campaign/records.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { PatchRecord, Plan } from '#domain/patch/records.ts';
import { writeDelta } from '#loops/patch/write-delta.ts';
import { writeReport } from '#loops/patch/write-report.ts';
import { closingNotice } from '#views/patch/mail/notice.ts';
import { comparedEvidence } from './compared-evidence.ts';
import { attempt, type Differences } from './difference.ts';
import type { Folder } from './folder.ts';

/** The delta from the two surveys, the plan and the rings' records; then the notice and the report from it. */
export async function recompute(
  folder: Folder,
  record: PatchRecord,
  manifest: Manifest | null,
  differences: Differences,
): Promise<void> {
  const notice = await attempt(files.notice, differences, () => folder.json<Notice>(files.notice));
  const place = (notice?.data as { evidence?: string } | null)?.evidence ?? '';
  const evidence = comparedEvidence(folder, place, differences);
  const { group, campaign, outcome, why, closedAt } = record;
  const ref = { group, campaign };
  const [plan, policy, opened] = [
    await attempt(files.plan, differences, () => evidence.readIfThere<Plan>(ref, files.plan)),
    await attempt(files.policy, differences, () => evidence.readIfThere<FrozenGroup>(ref, files.policy)),
    await attempt(files.opened, differences, () => evidence.readIfThere<Opened>(ref, files.opened)),
  ];
  const facts = policy && opened ? { group: policy.group, openedAt: opened.openedAt, outcome, why } : null;
  const again = await attempt(patchFiles.delta, differences, async () => ({
    delta: facts && (await writeDelta(ref, facts, evidence, closedAt)),
  }));
  if (!again) return; // what is made of the delta cannot be made
  const { delta } = again;
  await attempt(files.notice, differences, () =>
    evidence.write(ref, files.notice, closingNotice({ record, plan, delta, place })),
  );
  if (notice) await evidence.writeText(ref, files.report, `${notice.subject}\n\n${notice.body}\n`);
  if (!manifest) return;
  const reported = { record, plan, delta, previous: manifest.previous };
  await attempt(files.page, differences, () => writeReport(ref, reported, evidence));
}
