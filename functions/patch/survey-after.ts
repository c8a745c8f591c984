import { clock } from '#aws/clock.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import type { CampaignTask } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { takeSecondSurvey } from '#loops/patch/second-survey.ts';

/** The second survey, by the instance ids of the first, and of the members that came since. It asks for no new look, and takes as
 * many calls as it needs. */
export async function surveyAfter(
  input: CampaignTask,
  ports: Pick<Ports, 'clock' | 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
) {
  return { decision: await takeSecondSurvey(input, ports, now) };
}

export const handler = lambda(surveyAfter, { clock, evidence, inspector, instances, patching });
