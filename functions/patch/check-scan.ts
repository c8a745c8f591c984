import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { RingRecord, ScanRecord } from '#domain/patch/records.ts';
import type { ScanTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { readScan } from '#loops/patch/patch-scan.ts';

/** Reads how far the patch scan is. Done when every host of it has ended, or at its deadline. */
export async function checkScan(
  input: ScanTask,
  { evidence, patching }: Pick<Ports, 'evidence' | 'patching'>,
  now: Instant,
) {
  const ring = input.ring ? await evidence.read<RingRecord>(input, patchFiles.ring(input.ring)) : null;
  const before = ring ? ring.scan : await evidence.read<ScanRecord>(input, patchFiles.scanBefore);
  if (!before) return { decision: 'Done', waitSeconds: 0 };
  const { scan, over } = await readScan(patching, before, now);
  if (ring) await evidence.write(input, patchFiles.ring(ring.ring), { ...ring, scan } satisfies RingRecord);
  else await evidence.write(input, patchFiles.scanBefore, scan);
  return { decision: over ? 'Done' : 'Working', waitSeconds: 120 };
}

export const handler = lambda(checkScan, { evidence, patching });
