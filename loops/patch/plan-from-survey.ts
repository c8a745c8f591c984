import { files } from '#domain/campaign/files.ts';
import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { type Baseline, NO_RING, type Os, type SurveyedHost } from '#domain/patch/model.ts';
import { type Assembled, assemblePlan } from '#domain/patch/plan/plan.ts';
import type { PlanPart, RingContext } from '#domain/patch/plan/plan-ring.ts';
import { hostsOfNoRing, planRing } from '#domain/patch/plan/plan-ring.ts';
import { worthPatching } from '#domain/patch/plan/worth-patching.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import { snapshotId } from '#domain/patch/snapshot-id.ts';
import type { SurveySummary } from '#loops/patch/survey.ts';

/**
 * The plan from the first survey and the baselines, ring by ring: only one ring's hosts are in memory at a time. Writes the fates,
 * the rings' plans and the plan.
 */
export async function planFromSurvey(
  campaign: CampaignRef,
  evidence: Pick<Evidence, 'read' | 'write' | 'lines' | 'writeLines'>,
  now: Instant,
): Promise<Assembled> {
  const { group, hash } = await evidence.read<FrozenGroup>(campaign, files.policy);
  const survey = await evidence.read<SurveySummary>(campaign, patchFiles.surveyBefore);
  const baselines = await evidence.read<Baseline[]>(campaign, patchFiles.baselines);
  const patchable = new Map(survey.rings.map(({ ring, patchable }) => [ring, patchable]));
  const canary = group.rings[0]?.name ?? NO_RING;
  const parts: PlanPart[] = [];
  for (const [index, { name }] of group.rings.entries()) {
    const later = group.rings.slice(index + 1).flatMap((ring) => patchable.get(ring.name) ?? []);
    const { fates, ...part } = planRing(group, index, await hostsOf(name), {
      ...context(index === 0 ? null : (patchable.get(canary) ?? [])),
      laterOses: [...new Set(later)],
    });
    await evidence.writeLines(campaign, patchFiles.fates(name), fates);
    parts.push(part);
  }
  const { fates, ...placeless } = hostsOfNoRing(group, await hostsOf(NO_RING), { ...context([]), laterOses: [] });
  await evidence.writeLines(campaign, patchFiles.fates(NO_RING), fates);
  const planned = worthPatching([...parts, placeless]);
  for (const { ring } of planned) if (ring) await evidence.write(campaign, patchFiles.ringPlan(ring.ring), ring);
  const assembled = assemblePlan(planned, {
    campaign: campaign.campaign,
    policy: group,
    policyHash: hash,
    at: survey.at,
    baselines,
    snapshotId: snapshotId(campaign.campaign, 'install'),
    inspectorEnabled: survey.inspectorEnabled,
  });
  await evidence.write(campaign, files.plan, assembled.plan);
  return assembled;

  function context(provenOses: Os[] | null): Omit<RingContext, 'laterOses'> {
    return { at: now, baselines: new Map(baselines.map((baseline) => [baseline.os, baseline])), provenOses };
  }

  function hostsOf(ring: string): Promise<SurveyedHost[]> {
    return Array.fromAsync(evidence.lines<SurveyedHost>(campaign, patchFiles.before(ring)));
  }
}
