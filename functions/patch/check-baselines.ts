import { baselines } from '#aws/baselines.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import type { CampaignTask } from '#domain/campaign/tasks.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Ports } from '#domain/ports.ts';
import type { SurveySummary } from '#loops/patch/survey.ts';

/** Per OS of the group: the baseline it gets. Read only: a campaign never writes a baseline. */
export async function checkBaselines(
  input: CampaignTask,
  { baselines, evidence }: Pick<Ports, 'baselines' | 'evidence'>,
) {
  const { oses } = await evidence.read<SurveySummary>(input, patchFiles.surveyBefore);
  const found = [];
  for (const os of [...oses].sort()) found.push(await baselines.forGroup(input.group, os));
  await evidence.write(input, patchFiles.baselines, found);
  return {};
}

export const handler = lambda(checkBaselines, { baselines, evidence });
