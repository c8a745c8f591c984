import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { files } from '#domain/files.ts';
import { type Baseline, type Instant, NO_RING, type Os, type SurveyedHost } from '#domain/model.ts';
import { assemblePlan, hostsOfNoRing, planRing } from '#domain/plan.ts';
import type { PlanPart, RingContext } from '#domain/plan-ring.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { snapshotId } from '#domain/snapshot.ts';
import type { CampaignTask } from '#domain/tasks.ts';
import type { SurveySummary } from '#loop/survey.ts';

/** The plan, ring by ring: only one ring's hosts are in memory at a time. */
export const makePlan = async (input: CampaignTask, { evidence }: Pick<Ports, 'evidence'>, now: Instant) => {
  const { group, hash } = await evidence.read<FrozenPolicy>(input, files.policy);
  const survey = await evidence.read<SurveySummary>(input, files.surveyBefore);
  const baselines = await evidence.read<Baseline[]>(input, files.baselines);
  const patchable = new Map(survey.rings.map(({ ring, patchable }) => [ring, patchable]));
  const canary = group.rings[0]?.name ?? NO_RING;
  const parts: PlanPart[] = [];
  for (const [index, { name }] of group.rings.entries()) {
    const later = group.rings.slice(index + 1).flatMap((ring) => patchable.get(ring.name) ?? []);
    const { fates, ...part } = planRing(group, index, await hostsOf(name), {
      ...context(index === 0 ? null : (patchable.get(canary) ?? [])),
      laterOses: [...new Set(later)],
    });
    await evidence.writeLines(input, files.fates(name), fates);
    await evidence.write(input, files.ringPlan(name), part.ring);
    parts.push(part);
  }
  const { fates, ...placeless } = hostsOfNoRing(group, await hostsOf(NO_RING), { ...context([]), laterOses: [] });
  await evidence.writeLines(input, files.fates(NO_RING), fates);
  const { plan, decision, why } = assemblePlan([...parts, placeless], {
    campaign: input.campaign,
    policy: group,
    policyHash: hash,
    at: survey.at,
    baselines,
    snapshotId: snapshotId(input.campaign, 'install'),
    inspectorEnabled: survey.inspectorEnabled,
  });
  await evidence.write(input, files.plan, plan);
  return { decision, why, scopeHash: plan.scopeHash, planHash: plan.planHash };

  function context(provenOses: Os[] | null): Omit<RingContext, 'laterOses'> {
    return { at: now, baselines: new Map(baselines.map((baseline) => [baseline.os, baseline])), provenOses };
  }

  async function hostsOf(ring: string): Promise<SurveyedHost[]> {
    const hosts: SurveyedHost[] = [];
    for await (const host of evidence.lines<SurveyedHost>(input, files.before(ring))) hosts.push(host);
    return hosts;
  }
};

export const handler = lambda(makePlan, { evidence });
