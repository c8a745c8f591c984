import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import type { CampaignTask } from '#domain/tasks.ts';
import { firstSurvey } from '#loop/first-survey.ts';

/** Members, coverage, findings and patch state of the group, before anything is changed. */
export const surveyBefore = async (
  input: CampaignTask,
  ports: Pick<Ports, 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
) => {
  await firstSurvey(input, ports, now);
  return {};
};

export const handler = lambda(surveyBefore, { evidence, inspector, instances, patching });
