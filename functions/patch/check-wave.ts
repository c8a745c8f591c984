import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { intents } from '#aws/intents.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { latest, plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { wavePause } from '#domain/patch/pauses.ts';
import type { Plan, RingRecord } from '#domain/patch/records.ts';
import { hostsOf } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { readProgress } from '#loops/patch/read-progress.ts';

/** Reads how far the hosts at work are. Done when each has ended and is back, or counts as lost or gone. */
export async function checkWave(
  input: RingTask,
  { evidence, intents, ...ports }: Pick<Ports, 'evidence' | 'instances' | 'intents' | 'patching'>,
  now: Instant,
) {
  const plan = await evidence.read<Plan>(input, files.plan);
  const record = await evidence.read<RingRecord>(input, patchFiles.ring(input.ring));
  const ofRing = intents.of(input.campaign, input.ring);
  const read = await readProgress(record, ofRing, plan, ports, now);
  const done = hostsOf(read, 'working').length === 0;
  await evidence.write(input, patchFiles.ring(input.ring), { ...read, lastDoneAt: done ? now : read.lastDoneAt });
  return { decision: done ? 'Done' : 'Working', waitSeconds: pause(record, now) };
}

/** Seconds until the next look: a wave that takes long is looked at less often, or days of them fill the history. */
function pause(record: RingRecord, now: Instant): number {
  const sentAt = latest(...record.hosts.map((host) => host.sentAt)) ?? now;
  return wavePause(now < plusMinutes(sentAt, 30) ? 120 : 600, record, now);
}

export const handler = lambda(checkWave, { evidence, instances, intents, patching });
