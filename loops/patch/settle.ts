/** After the death of a patch campaign: its rings are stopped, their records settled, and its hosts looked at once more. */
import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import { ringExecution } from '#domain/campaign/short-name.ts';
import { CONTRACT } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Plan, RingRecord } from '#domain/patch/records.ts';
import { atWork, installOf } from '#loops/patch/commands-at-work.ts';
import { readProgress } from '#loops/patch/read-progress.ts';
import { takeSecondSurvey } from '#loops/patch/second-survey.ts';
import { resolveIntents } from '#loops/patch/send-once.ts';

export type SettlePorts = Pick<
  PatchPorts,
  'campaigns' | 'clock' | 'engine' | 'evidence' | 'inspector' | 'instances' | 'intents' | 'patching'
>;

/** Step Functions stops the rings of an execution that ended badly at best effort. Names those that ran on, and stops them. */
export async function stopRings(
  ref: CampaignRef,
  { engine, evidence }: Pick<PatchPorts, 'engine' | 'evidence'>,
): Promise<string[]> {
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const running: string[] = [];
  for (const { ring } of plan?.rings ?? []) {
    const execution = engine.childArn(ringExecution(ref.campaign, ring));
    const status = await engine.status(execution);
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') continue;
    await engine.stop(execution, `the execution of ${ref.campaign} runs no more`);
    running.push(`the execution of ${ring} ran on, and is being stopped`);
  }
  return running;
}

/** What is not back, in words; none: everything that this campaign did is in evidence, with the second survey. */
export async function settle(ref: CampaignRef, ports: SettlePorts, now: Instant): Promise<string[]> {
  await settleRings(ref, ports, now);
  const working = await atWork(ref, ports, now);
  if (working.length) return working;
  // Once nothing is at work; the next sweep goes on with what this one does not end.
  const hasFirst = await ports.evidence.readIfThere(ref, patchFiles.surveyBefore);
  const more = hasFirst && (await takeSecondSurvey(ref, ports, now)) === 'More';
  return more ? ['the second survey goes on'] : [];
}

/** Brings the rings' records up to date from the intents: what was sent, and how it ended. */
async function settleRings(ref: CampaignRef, ports: SettlePorts, now: Instant): Promise<void> {
  const rings = new Set<string>();
  for await (const intent of ports.intents.of(ref.campaign)) rings.add(intent.ring);
  const plan = await ports.evidence.readIfThere<Plan>(ref, files.plan);
  for (const ring of rings) {
    const stored = await ports.evidence.read<RingRecord>(ref, patchFiles.ring(ring));
    const { record, intents } = await resolveIntents({ contract: CONTRACT, ...ref, ring }, stored, ports, now);
    const settled = await readProgress(record, intents, installOf(plan), ports, now);
    await ports.evidence.write(ref, patchFiles.ring(ring), settled);
  }
}
