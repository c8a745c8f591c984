import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import type { CampaignTask } from '#domain/tasks.ts';
import { planFromSurvey } from '#loop/plan.ts';

/** The plan from what the survey and the baselines say. */
export const makePlan = async (input: CampaignTask, { evidence }: Pick<Ports, 'evidence'>, now: Instant) => {
  const { plan, decision, why } = await planFromSurvey(input, evidence, now);
  return { decision, why, scopeHash: plan.scopeHash, planHash: plan.planHash };
};

export const handler = lambda(makePlan, { evidence });
