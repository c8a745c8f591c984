import type { InstanceId } from '#domain/patch/model.ts';
import type { HostResult, HostStatus, Intent, RingPlan, RingRecord } from '#domain/patch/records.ts';

/** SendCommand takes at most so many instance ids (trap 22). */
export const MOST_PER_COMMAND = 50;

/** A host that has not begun by then will not. */
export const DELIVERY_SECONDS = 600;

/** How long a step of the patch document may work on a host; sent with it, since AWS states no default. At most 36,000. */
export const STEP_SECONDS = 7200;

/**
 * Ids of the next wave: planned hosts in the plan's frozen order, as many as may be disturbed now. None is given twice unless
 * AWS certainly took nothing of the intent that named it. Empty: all sent, or no room.
 */
export function nextWave(plan: RingPlan, record: RingRecord, intents: readonly Intent[]): InstanceId[] {
  const intended = hostsIntended(intents);
  const status = new Map(record.hosts.map((host) => [host.id, host.status]));
  return plan.hosts
    .map((host) => host.id)
    .filter((id) => (status.get(id) ?? 'planned') === 'planned' && !intended.has(id))
    .slice(0, capacity(plan, record, intents));
}

/** How many more hosts may be sent now: `atOnce` less those at work or not back, and no more than one command takes. */
export function capacity(plan: RingPlan, record: RingRecord, intents: readonly Intent[]): number {
  const intended = hostsIntended(intents);
  const status = new Map(record.hosts.map((host) => [host.id, host.status]));
  const disturbed = plan.hosts.filter(({ id }) => {
    const now = status.get(id) ?? 'planned';
    // an intent is written before the send: a host that has one may be at work although its record does not say so yet
    return DISTURBED.includes(now) || (now === 'planned' && intended.has(id));
  }).length;
  return Math.max(0, Math.min(plan.atOnce - disturbed, MOST_PER_COMMAND));
}

/** Failed and lost hosts of the ring so far. */
export function errorsSoFar(record: RingRecord): number {
  return record.hosts.filter(isError).length;
}

export const isError = ({ status }: Pick<HostResult, 'status'>) => status === 'failed' || status === 'lost';

/**
 * Hosts that were terminated at work, where nobody can tell scaling from a patch that kills hosts: more than may fail, and at least
 * as many as came back. Fewer are no errors.
 */
export function doubtfullyGone<T extends Pick<HostResult, 'status'>>(hosts: readonly T[], tolerated: number): T[] {
  const gone = hosts.filter(({ status }) => status === 'gone');
  const back = hosts.filter(({ status }) => status === 'patched').length;
  return gone.length > tolerated && gone.length >= back ? gone : [];
}

const DISTURBED: HostStatus[] = ['working', 'lost', 'unknown'];

function hostsIntended(intents: readonly Intent[]): Set<InstanceId> {
  return new Set(intents.filter((intent) => intent.state !== 'refused').flatMap((intent) => intent.instances));
}
