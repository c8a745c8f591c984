import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { ScanMode } from '#domain/patch/model.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { PlannedHost, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { reached, withHosts } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { sendRescans } from '#loops/patch/send-rescans.ts';

/** Asks Inspector for a look at the ring's patched hosts, in the way of each scan mode. Nothing patched: nothing asked. */
export async function askRescan(
  input: RingTask,
  { evidence, patching }: Pick<Ports, 'evidence' | 'patching'>,
  now: Instant,
) {
  const record = await evidence.read<RingRecord>(input, patchFiles.ring(input.ring));
  const ids = new Set(reached(record));
  if (!ids.size) return { decision: 'NoneReached' };
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const { hosts } = await evidence.read<RingPlan>(input, patchFiles.ringPlan(input.ring));
  const spoken = hosts.filter((host) => ids.has(host.id));
  const asked = await sendRescans(patching, spoken, `${input.campaign}/${input.ring}/re-scan`);
  const read = withHosts(record, ({ id }) => (asked.has(id) ? { rescanCommand: asked.get(id) ?? null } : null));
  const minutes = Math.max(...spoken.map((host) => deadlineMinutes(host, group)));
  await evidence.write(input, patchFiles.ring(input.ring), {
    ...read,
    rescanAt: now,
    lookDeadline: plusMinutes(now, minutes),
  });
  return { decision: 'Asked' };
}

/** A scan mode that the policy does not know gets the longest of its deadlines. */
function deadlineMinutes({ scanMode }: PlannedHost, { rescanMinutes }: GroupPolicy): number {
  return rescanMinutes[scanMode as ScanMode] ?? Math.max(...Object.values(rescanMinutes));
}

export const handler = lambda(askRescan, { evidence, patching });
