import { clock } from '#aws/clock.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import type { CampaignTask } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { firstSurvey } from '#loops/patch/first-survey.ts';

/** Members, coverage, findings and patch state of the group, before anything is changed; in as many calls as it takes. */
export async function surveyBefore(
  input: CampaignTask,
  ports: Pick<Ports, 'clock' | 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
) {
  return { decision: await firstSurvey(input, ports, now) };
}

export const handler = lambda(surveyBefore, { clock, evidence, inspector, instances, patching });
