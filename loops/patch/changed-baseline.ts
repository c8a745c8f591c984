import type { CampaignRef } from '#domain/campaign/ports.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Os } from '#domain/patch/model.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Plan, RingPlan } from '#domain/patch/records.ts';

/** A baseline that changed since the plan is another scope than the one that was planned and approved. */
export async function changedBaseline(
  input: CampaignRef,
  plan: Plan,
  ring: RingPlan,
  baselines: PatchPorts['baselines'],
): Promise<string | null> {
  for (const os of new Set<Os>(ring.hosts.map((host) => host.os))) {
    const planned = plan.baselines.find((baseline) => baseline.os === os);
    if (!planned) throw new BrokenRecord(`plan.json of ${input.campaign} has no baseline of ${os}.`);
    const now = await baselines.forGroup(input.group, os);
    if (now.id !== planned.id)
      return `the group's baseline of ${os} is ${now.name} (${now.id}) now; planned was ${planned.name}`;
    if (now.contentHash !== planned.contentHash)
      return `baseline ${planned.name} (${planned.id}) was changed since the plan`;
  }
  return null;
}
