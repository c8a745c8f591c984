import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Member, Os, SurveyedHost } from '#domain/patch/model.ts';
import { patchableOses } from '#domain/patch/plan/plan-ring.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { ScanRecord } from '#domain/patch/records.ts';
import { membersByRing, type SurveySummary, surveyHosts } from '#loops/patch/survey.ts';
import { type SurveyPorts, type SurveyStep, surveyInParts } from '#loops/patch/survey-parts.ts';

/** The first survey: one file of hosts per ring, and a summary with the OSes that are there. */
export async function firstSurvey(campaign: CampaignRef, ports: SurveyPorts, now: Instant): Promise<SurveyStep> {
  const { evidence, inspector, instances } = ports;
  if (await evidence.readIfThere(campaign, patchFiles.surveyBefore)) return 'Done';
  const { group } = await evidence.read<FrozenGroup>(campaign, files.policy);
  const { snapshotId } = await evidence.read<ScanRecord>(campaign, patchFiles.scanBefore);
  const surveyed = await surveyInParts<Member, SurveyedHost>(
    campaign,
    {
      paths: { begun: patchFiles.membersBefore, ring: patchFiles.before, part: patchFiles.beforePart },
      async begin() {
        const inspectorEnabled = await inspector.enabled();
        const byRing = [...(await membersByRing(instances, group))];
        return { at: now, inspectorEnabled, rings: byRing.map(([ring, asked]) => ({ ring, asked })) };
      },
      read: (_ring, members, { inspectorEnabled }) =>
        surveyHosts(ports, group, members, { snapshotId, inspectorEnabled }),
      patchable: (host) => patchableOses([host], group),
    },
    ports,
    now,
  );
  if (!surveyed) return 'More';
  const { at, inspectorEnabled } = surveyed.begun;
  const oses = [...new Set<Os>(surveyed.rings.flatMap((ring) => ring.oses))];
  const rings = surveyed.rings.map(({ ring, hosts, findings, patchable }) => ({ ring, hosts, findings, patchable }));
  await evidence.write(campaign, patchFiles.surveyBefore, {
    at,
    inspectorEnabled,
    oses,
    rings,
  } satisfies SurveySummary);
  return 'Done';
}
