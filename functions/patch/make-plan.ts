import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import type { CampaignTask } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { planFromSurvey } from '#loops/patch/plan-from-survey.ts';

/** The plan from what the survey and the baselines say. */
export async function makePlan(input: CampaignTask, { evidence }: Pick<Ports, 'evidence'>, now: Instant) {
  const { plan, decision, why } = await planFromSurvey(input, evidence, now);
  return { decision, why, scopeHash: plan.scopeHash, planHash: plan.planHash };
}

export const handler = lambda(makePlan, { evidence });
