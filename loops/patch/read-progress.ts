import type { Instant } from '#domain/instant.ts';
import { gone, hostProgress, type Install, isUnheard } from '#domain/patch/host-progress.ts';
import type { Invocation, PatchPorts } from '#domain/patch/ports.ts';
import type { HostResult, Intent, RingRecord } from '#domain/patch/records.ts';
import { hostsOf, withHosts } from '#domain/patch/ring-record.ts';
import { byId } from '#loops/patch/survey.ts';
import { terminatedOf } from '#loops/patch/terminated.ts';

type ProgressPorts = Pick<PatchPorts, 'instances' | 'patching'>;

/** The ring's record with how far its hosts at work are. */
export async function readProgress(
  record: RingRecord,
  intents: Iterable<Intent> | AsyncIterable<Intent>,
  install: Install,
  ports: ProgressPorts,
  now: Instant,
): Promise<RingRecord> {
  const read = await hostsNow(hostsOf(record, 'working'), intents, install, ports, now);
  return withHosts(record, ({ id }) => read.get(id) ?? null);
}

/** How far hosts that were sent are, by their ids. The one place that says whether a host is still at work. */
export async function hostsNow(
  sent: readonly HostResult[],
  intents: Iterable<Intent> | AsyncIterable<Intent>,
  { snapshotId, reboot }: Install,
  { instances, patching }: ProgressPorts,
  now: Instant,
): Promise<Map<string, HostResult>> {
  const ids = new Set(sent.map(({ id }) => id));
  const invocations = new Map<string, Invocation>();
  for await (const { commandId, instances } of intents) {
    if (!commandId || !instances.some((id) => ids.has(id))) continue;
    for await (const invocation of patching.invocations(commandId)) invocations.set(invocation.instance, invocation);
  }
  const managed = await byId(patching.managed(ids));
  const states = await byId(patching.states(ids));
  const read = sent.map((host): HostResult => {
    const state = states.get(host.id);
    const change = hostProgress(host, {
      invocation: invocations.get(host.id) ?? null,
      managed: managed.get(host.id) ?? null,
      state: state?.snapshotId === snapshotId && state.operation === 'Install' ? state : null,
      reboot,
      at: now,
    });
    return { ...host, ...change };
  });
  const unheard = read.filter((host) => isUnheard(host, invocations.get(host.id) ?? null));
  const terminated = await terminatedOf(
    unheard.map((host) => host.id),
    instances,
  );
  return new Map(read.map((host) => [host.id, terminated.has(host.id) ? gone(host, 'while it was at work') : host]));
}
