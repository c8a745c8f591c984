/** Patch scans: sent in commands of at most 50 hosts, read back invocation by invocation. They change no host, so twice does no harm. */

import { AwsUnavailable } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { exitWords } from '#domain/patch/exit-words.ts';
import type { Patching } from '#domain/patch/ports.ts';
import type { ScanRecord } from '#domain/patch/records.ts';
import { STEP_SECONDS } from '#domain/patch/waves.ts';
import { sendInHalves } from '#loops/patch/send-in-halves.ts';

/** Hosts that SSM does not manage, or that are offline, are noted as failed: nothing is known of them. Goes on where it broke off. */
export async function sendScan(patching: Patching, scan: ScanRecord, all: string[], comment: string): Promise<void> {
  const sent = new Set([...scan.commands.flatMap(({ instances }) => instances), ...scan.failed.map(({ id }) => id)]);
  const hosts = all.filter((id) => !sent.has(id));
  const online = new Set<string>();
  for await (const node of patching.managed(hosts)) if (node.ping === 'Online' && node.os) online.add(node.id);
  for (const id of hosts) if (!online.has(id)) scan.failed.push({ id, words: 'not managed by SSM, or offline' });
  const ids = hosts.filter((id) => online.has(id));
  const document = { document: 'patch', operation: 'Scan', reboot: 'NoReboot' } as const;
  const scanning = { ...document, snapshotId: scan.snapshotId, stepSeconds: STEP_SECONDS };
  await sendInHalves(
    patching,
    ids,
    { ...scanning, comment: comment.slice(0, 100) },
    {
      sent: (id, instances) => scan.commands.push({ id, instances }),
      refusal(error) {
        if (error.retryable) throw new AwsUnavailable(`The patch scan was not accepted: ${error.message}`);
      },
      refused: (id, error) => scan.failed.push({ id, words: `the scan was refused: ${error.message}` }),
    },
  );
}

/** Returns the record with what has ended since; `over` when all has, or the deadline passed. */
export async function readScan(
  patching: Patching,
  scan: ScanRecord,
  now: Instant,
): Promise<{ scan: ScanRecord; over: boolean }> {
  const settled = new Set([...scan.done, ...scan.failed.map((f) => f.id)]);
  const read: ScanRecord = { ...scan, done: [...scan.done], failed: [...scan.failed] };
  const open: string[] = [];
  for (const { id: command, instances } of scan.commands) {
    const waiting = instances.filter((id) => !settled.has(id));
    if (!waiting.length) continue;
    const seen = new Map<string, { terminal: boolean; status: string; exit: number | null }>();
    for await (const invocation of patching.invocations(command)) seen.set(invocation.instance, invocation);
    for (const id of waiting) {
      const invocation = seen.get(id);
      if (!invocation?.terminal) open.push(id);
      else if (invocation.status === 'Success') read.done.push(id);
      else read.failed.push({ id, words: `the patch scan failed: ${exitWords(invocation.status, invocation.exit)}` });
    }
  }
  const over = open.length === 0 || now >= scan.deadline;
  if (over) for (const id of open) read.failed.push({ id, words: 'the patch scan had not ended by its deadline' });
  return { scan: read, over };
}
