import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/files.ts';
import type { Instant, Os } from '#domain/model.ts';
import { patchableOses } from '#domain/plan-ring.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { Ports } from '#domain/ports.ts';
import type { ScanRecord } from '#domain/records.ts';
import type { CampaignTask } from '#domain/tasks.ts';
import { membersByRing, type SurveySummary, surveyHosts } from '#loop/survey.ts';

/** The first survey: one file of hosts per ring, and a summary with the OSes that are there. */
export const surveyBefore = async (
  input: CampaignTask,
  { evidence, inspector, instances, patching }: Pick<Ports, 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
) => {
  const { group } = await evidence.read<FrozenPolicy>(input, files.policy);
  const { snapshotId } = await evidence.read<ScanRecord>(input, files.scanBefore);
  const survey: SurveySummary = { at: now, inspectorEnabled: await inspector.enabled(), oses: [], rings: [] };
  for (const [ring, members] of await membersByRing(instances, group)) {
    let findings = 0;
    const patchable = new Set<Os>();
    const counted = async function* () {
      for await (const host of surveyHosts({ inspector, instances, patching }, group, members, {
        snapshotId,
        ...survey,
      })) {
        findings += host.findings.length;
        const os = host.managed?.os;
        if (os && !survey.oses.includes(os)) survey.oses.push(os);
        for (const each of patchableOses([host])) patchable.add(each);
        yield host;
      }
    };
    const hosts = await evidence.writeLines(input, files.before(ring), counted());
    survey.rings.push({ ring, hosts, findings, patchable: [...patchable].sort() });
  }
  await evidence.write(input, files.surveyBefore, survey);
  return {};
};

export const handler = lambda(surveyBefore, { evidence, inspector, instances, patching });
