import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { lookPause } from '#domain/patch/pauses.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import { hostsOf } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { readLooks } from '#loops/patch/read-looks.ts';

/** Has Inspector validly looked at every patched host? Asked until it has, or the re-scan's deadline passes. */
export async function checkLooks(
  input: RingTask,
  { evidence, inspector, patching }: Pick<Ports, 'evidence' | 'inspector' | 'patching'>,
  now: Instant,
) {
  const record = await evidence.read<RingRecord>(input, patchFiles.ring(input.ring));
  const read = await readLooks(input, record, { evidence, inspector, patching });
  await evidence.write(input, patchFiles.ring(input.ring), read);
  const waiting = hostsOf(read, 'patched').filter((host) => !host.lookedAt);
  const over = !waiting.length || !read.lookDeadline || now >= read.lookDeadline;
  return { decision: over ? 'Looked' : 'Later', waitSeconds: lookPause(read.rescanAt ?? now, now) };
}

export const handler = lambda(checkLooks, { evidence, inspector, patching });
