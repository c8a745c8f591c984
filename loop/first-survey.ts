import { files } from '#domain/files.ts';
import type { Instant, Os } from '#domain/model.ts';
import { patchableOses } from '#domain/plan-ring.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { CampaignRef, Evidence } from '#domain/ports.ts';
import type { ScanRecord } from '#domain/records.ts';
import { membersByRing, type SurveyPorts, type SurveySummary, surveyHosts } from '#loop/survey.ts';

/** The first survey: one file of hosts per ring, and a summary with the OSes that are there. */
export async function firstSurvey(
  campaign: CampaignRef,
  ports: SurveyPorts & { evidence: Pick<Evidence, 'read' | 'write' | 'writeLines'> },
  now: Instant,
): Promise<SurveySummary> {
  const { evidence, inspector, instances } = ports;
  const { group } = await evidence.read<FrozenPolicy>(campaign, files.policy);
  const { snapshotId } = await evidence.read<ScanRecord>(campaign, files.scanBefore);
  const survey: SurveySummary = { at: now, inspectorEnabled: await inspector.enabled(), oses: [], rings: [] };
  for (const [ring, members] of await membersByRing(instances, group)) {
    let findings = 0;
    const patchable = new Set<Os>();
    const counted = async function* () {
      for await (const host of surveyHosts(ports, group, members, { snapshotId, ...survey })) {
        findings += host.findings.length;
        const os = host.managed?.os;
        if (os && !survey.oses.includes(os)) survey.oses.push(os);
        for (const each of patchableOses([host])) patchable.add(each);
        yield host;
      }
    };
    const hosts = await evidence.writeLines(campaign, files.before(ring), counted());
    survey.rings.push({ ring, hosts, findings, patchable: [...patchable].sort() });
  }
  await evidence.write(campaign, files.surveyBefore, survey);
  return survey;
}
