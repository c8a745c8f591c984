import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes, secondsUntil } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { RingPlan, RingRecord, ScanRecord } from '#domain/patch/records.ts';
import { reached } from '#domain/patch/ring-record.ts';
import { snapshotId } from '#domain/patch/snapshot-id.ts';
import type { ScanTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { sendScan } from '#loops/patch/patch-scan.ts';
import { membersByRing } from '#loops/patch/survey.ts';

/** A scan that has not ended by then counts as failed: its host is `unknown`, not left out. */
const SCAN_MINUTES = 60;

/** Sends the patch scan: of the whole group before the survey, of a ring's patched hosts after its last wave. */
export async function scanPatches(
  input: ScanTask,
  { evidence, instances, patching }: Pick<Ports, 'evidence' | 'instances' | 'patching'>,
  now: Instant,
) {
  const ring = input.ring ? await evidence.read<RingRecord>(input, patchFiles.ring(input.ring)) : null;
  const hosts = ring ? reached(ring) : await running(input, evidence, instances);
  const begun = ring ? ring.scan : await evidence.readIfThere<ScanRecord>(input, patchFiles.scanBefore);
  const scan: ScanRecord = begun ?? {
    snapshotId: snapshotId(input.campaign, `scan ${input.ring ?? 'before'}`),
    sentAt: now,
    deadline: plusMinutes(now, SCAN_MINUTES),
    commands: [],
    done: [],
    failed: [],
  };
  try {
    await sendScan(patching, scan, hosts, `${input.campaign} scan ${input.ring ?? 'before'}`);
  } finally {
    // Also where it broke off, throttled: the next attempt goes on from there.
    if (ring) await evidence.write(input, patchFiles.ring(ring.ring), { ...ring, scan } satisfies RingRecord);
    else await evidence.write(input, patchFiles.scanBefore, scan);
  }
  if (!ring) return { waitSeconds: 120, soakSeconds: 0 };
  const { soakMinutes } = await evidence.read<RingPlan>(input, patchFiles.ringPlan(ring.ring));
  const soaked = plusMinutes(ring.lastDoneAt ?? now, ring.stopped ? 0 : soakMinutes);
  return { waitSeconds: 120, soakSeconds: secondsUntil(now, soaked) };
}

async function running(input: ScanTask, evidence: Ports['evidence'], instances: Ports['instances']): Promise<string[]> {
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const byRing = await membersByRing(instances, group);
  return [...byRing.values()]
    .flat()
    .filter((m) => m.state === 'running' && !m.managedBy)
    .map((m) => m.id);
}

export const handler = lambda(scanPatches, { evidence, instances, patching });
