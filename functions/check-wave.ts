import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/files.ts';
import { latest, plusMinutes } from '#domain/instant.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import { type HostFacts, hostProgress } from '#domain/progress.ts';
import type { Plan, RingRecord } from '#domain/records.ts';
import { hostsOf, withHosts } from '#domain/ring-record.ts';
import type { RingTask } from '#domain/tasks.ts';
import { byId } from '#loop/survey.ts';

/** Reads how far the hosts at work are. Done when each has ended and is back, or counts as lost. */
export const checkWave = async (
  input: RingTask,
  { campaigns, evidence, patching }: Pick<Ports, 'campaigns' | 'evidence' | 'patching'>,
  now: Instant,
) => {
  const { snapshotId } = await evidence.read<Plan>(input, files.plan);
  const record = await evidence.read<RingRecord>(input, files.ring(input.ring));
  const ids = hostsOf(record, 'working').map((host) => host.id);
  const invocations = new Map<string, HostFacts['invocation']>();
  for await (const intent of campaigns.intents(input.campaign, input.ring)) {
    if (!intent.commandId || !intent.instances.some((id) => ids.includes(id))) continue;
    for await (const invocation of patching.invocations(intent.commandId))
      invocations.set(invocation.instance, invocation);
  }
  const managed = await byId(patching.managed(ids));
  const states = await byId(patching.states(ids));
  const read = withHosts(record, (host) => {
    if (host.status !== 'working') return null;
    const state = states.get(host.id);
    return hostProgress(host, {
      invocation: invocations.get(host.id) ?? null,
      managed: managed.get(host.id) ?? null,
      state: state?.snapshotId === snapshotId && state.operation === 'Install' ? state : null,
      at: now,
    });
  });
  const done = hostsOf(read, 'working').length === 0;
  await evidence.write(input, files.ring(input.ring), { ...read, lastDoneAt: done ? now : read.lastDoneAt });
  return { decision: done ? 'Done' : 'Working', waitSeconds: pause(record, now) };
};

/** Seconds until the next look: a wave that takes long is looked at less often, or days of them fill the history. */
function pause(record: RingRecord, now: Instant): number {
  const sentAt = latest(...record.hosts.map((host) => host.sentAt)) ?? now;
  return now < plusMinutes(sentAt, 30) ? 120 : 600;
}

export const handler = lambda(checkWave, { campaigns, evidence, patching });
