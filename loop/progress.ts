import type { Instant } from '#domain/model.ts';
import type { Invocation, Ports } from '#domain/ports.ts';
import { gone, hostProgress, isUnheard } from '#domain/progress.ts';
import type { Intent, RingRecord } from '#domain/records.ts';
import { hostsOf, withHosts } from '#domain/ring-record.ts';
import { byId } from '#loop/survey.ts';
import { terminatedOf } from '#loop/terminated.ts';

/** The ring's record with how far its hosts at work are. `snapshotId`: of our installs; other states are not believed (trap 21). */
export async function readProgress(
  record: RingRecord,
  intents: Iterable<Intent> | AsyncIterable<Intent>,
  snapshotId: string,
  { instances, patching }: Pick<Ports, 'instances' | 'patching'>,
  now: Instant,
): Promise<RingRecord> {
  const working = new Set(hostsOf(record, 'working').map((host) => host.id));
  const invocations = new Map<string, Invocation>();
  for await (const { commandId, instances } of intents) {
    if (!commandId || !instances.some((id) => working.has(id))) continue;
    for await (const invocation of patching.invocations(commandId)) invocations.set(invocation.instance, invocation);
  }
  const managed = await byId(patching.managed(working));
  const states = await byId(patching.states(working));
  const read = withHosts(record, (host) => {
    if (!working.has(host.id)) return null;
    const state = states.get(host.id);
    return hostProgress(host, {
      invocation: invocations.get(host.id) ?? null,
      managed: managed.get(host.id) ?? null,
      state: state?.snapshotId === snapshotId && state.operation === 'Install' ? state : null,
      at: now,
    });
  });
  const unheard = read.hosts.filter(
    (host) => working.has(host.id) && isUnheard(host, invocations.get(host.id) ?? null),
  );
  const terminated = await terminatedOf(
    unheard.map((host) => host.id),
    instances,
  );
  return withHosts(read, (host) => (terminated.has(host.id) ? gone(host, 'while it was at work') : null));
}
