import { baselines } from '#aws/baselines.ts';
import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { recheck } from '#domain/patch/plan/scope.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { newRing } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { changedBaseline } from '#loops/patch/changed-baseline.ts';
import { byId } from '#loops/patch/survey.ts';

/** Before a ring begins: its hosts as they are now (fewer keep the approval), and its baselines as they were planned. */
export async function recheckRing(
  input: RingTask,
  ports: Pick<Ports, 'baselines' | 'evidence' | 'instances' | 'patching'>,
  now: Instant,
) {
  const { evidence, instances, patching } = ports;
  if (await evidence.readIfThere<RingRecord>(input, patchFiles.ring(input.ring))) return {};
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const plan = await evidence.read<Plan>(input, files.plan);
  const ringPlan = await evidence.read<RingPlan>(input, patchFiles.ringPlan(input.ring));
  const ids = ringPlan.hosts.map((host) => host.id);
  const members = await byId(instances.byIds(ids));
  const managed = await byId(patching.managed(ids));
  const { dropped } = recheck(ringPlan, group, members, managed);
  const record = newRing(ringPlan, dropped, now);
  const changed = await changedBaseline(input, plan, ringPlan, ports.baselines);
  if (changed) record.stopped = { why: 'baseline', words: changed, at: now };
  await evidence.write(input, patchFiles.ring(input.ring), record);
  return {};
}

export const handler = lambda(recheckRing, { baselines, evidence, instances, patching });
