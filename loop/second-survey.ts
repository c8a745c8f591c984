import { files } from '#domain/files.ts';
import type { Instant, SurveyedHost } from '#domain/model.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { CampaignRef, Ports } from '#domain/ports.ts';
import type { Opened } from '#domain/tasks.ts';
import { membersByRing, type SurveySummary, surveyHostsAfter } from '#loop/survey.ts';

/** Writes `after/<ring>.jsonl.gz` for every ring of the first survey: its hosts, then hosts that are new in that ring. */
export async function takeSecondSurvey(
  ref: CampaignRef,
  { evidence, ...ports }: Pick<Ports, 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
): Promise<void> {
  const { group } = await evidence.read<FrozenPolicy>(ref, files.policy);
  const { openedAt } = await evidence.read<Opened>(ref, files.opened);
  const first = await evidence.read<SurveySummary>(ref, files.surveyBefore);
  const inspectorEnabled = await ports.inspector.enabled();
  const known = new Map<string, string[]>();
  for (const { ring } of first.rings) {
    const ids: string[] = [];
    for await (const host of evidence.lines<SurveyedHost>(ref, files.before(ring))) ids.push(host.id);
    known.set(ring, ids);
  }
  const all = new Set([...known.values()].flat());
  const members = await membersByRing(ports.instances, group);
  const second: SurveySummary = { at: now, inspectorEnabled, oses: first.oses, rings: [] };
  for (const [ring, ids] of known) {
    const fresh = (members.get(ring) ?? []).map((m) => m.id).filter((id) => !all.has(id));
    let findings = 0;
    const counted = async function* () {
      for await (const host of surveyHostsAfter(ports, ring, [...ids, ...fresh], { openedAt, inspectorEnabled })) {
        findings += host.findings.length;
        yield host;
      }
    };
    const hosts = await evidence.writeLines(ref, files.after(ring), counted());
    second.rings.push({ ring, hosts, findings, patchable: [] });
  }
  await evidence.write(ref, files.surveyAfter, second);
}
