import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter, InstanceId, SurveyedHost } from '#domain/patch/model.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import { membersByRing, type SurveySummary, surveyHostsAfter } from '#loops/patch/survey.ts';
import { type SurveyPorts, type SurveyStep, surveyInParts } from '#loops/patch/survey-parts.ts';

/** Writes `after/<ring>.jsonl.gz` for every ring of the first survey: its hosts, then hosts that are new in that ring. */
export async function takeSecondSurvey(ref: CampaignRef, ports: SurveyPorts, now: Instant): Promise<SurveyStep> {
  const { evidence, inspector } = ports;
  if (await evidence.readIfThere(ref, patchFiles.surveyAfter)) return 'Done';
  const { openedAt } = await evidence.read<Opened>(ref, files.opened);
  const first = await evidence.read<SurveySummary>(ref, patchFiles.surveyBefore);
  const surveyed = await surveyInParts<InstanceId, HostAfter>(
    ref,
    {
      paths: { begun: patchFiles.membersAfter, ring: patchFiles.after, part: patchFiles.afterPart },
      async begin() {
        const inspectorEnabled = await inspector.enabled();
        return { at: now, inspectorEnabled, rings: await knownAndFresh(ref, first, ports) };
      },
      read: (ring, ids, { inspectorEnabled }) => surveyHostsAfter(ports, ring, ids, { openedAt, inspectorEnabled }),
    },
    ports,
    now,
  );
  if (!surveyed) return 'More';
  const { at, inspectorEnabled } = surveyed.begun;
  const rings = surveyed.rings.map(({ ring, hosts, findings }) => ({ ring, hosts, findings, patchable: [] }));
  const summary: SurveySummary = { at, inspectorEnabled, oses: first.oses, rings };
  await evidence.write(ref, patchFiles.surveyAfter, summary);
  return 'Done';
}

async function knownAndFresh(
  ref: CampaignRef,
  first: SurveySummary,
  { evidence, instances }: Pick<SurveyPorts, 'evidence' | 'instances'>,
): Promise<{ ring: string; asked: InstanceId[] }[]> {
  const { group } = await evidence.read<FrozenGroup>(ref, files.policy);
  const known = new Map<string, InstanceId[]>();
  for (const { ring } of first.rings) {
    const ids: InstanceId[] = [];
    for await (const host of evidence.lines<SurveyedHost>(ref, patchFiles.before(ring))) ids.push(host.id);
    known.set(ring, ids);
  }
  const all = new Set([...known.values()].flat());
  const members = await membersByRing(instances, group);
  return [...known].map(([ring, ids]) => {
    const fresh = (members.get(ring) ?? []).map((member) => member.id).filter((id) => !all.has(id));
    return { ring, asked: [...ids, ...fresh] };
  });
}
