import type { Instant } from '#domain/instant.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import type { HostResult, HostStatus, Intent, RingPlan, RingRecord } from '#domain/patch/records.ts';

/** The record of a ring that has not begun, with hosts that fell out of it since the plan as skipped. */
export function newRing(plan: RingPlan, dropped: { id: string; words: string }[], at: Instant): RingRecord {
  const gone = new Map(dropped.map(({ id, words }) => [id, words]));
  return {
    ring: plan.ring,
    startedAt: at,
    firstSentAt: null,
    lastDoneAt: null,
    waves: 0,
    hosts: plan.hosts.map(({ id }) => newHost(id, gone.get(id) ?? null)),
    stopped: null,
    rescanAt: null,
    lookDeadline: null,
    scan: null,
    looks: 0,
    alarms: [],
    verdict: null,
  };
}

/** The record with some hosts changed. */
export function withHosts(record: RingRecord, change: (host: HostResult) => Partial<HostResult> | null): RingRecord {
  return { ...record, hosts: record.hosts.map((host) => ({ ...host, ...change(host) })) };
}

export function hostsOf(record: RingRecord, ...statuses: HostStatus[]): HostResult[] {
  return record.hosts.filter((host) => statuses.includes(host.status));
}

/** Ids of the hosts that were sent, and may be spoken to: not those that nobody heard of since. */
export function reached(record: RingRecord): InstanceId[] {
  return record.hosts
    .filter(({ sentAt, status }) => sentAt && status !== 'lost' && status !== 'gone')
    .map(({ id }) => id);
}

/** A host that was sent with that intent, of which nothing more is known. */
export function sentHost(id: InstanceId, { wave, at }: Pick<Intent, 'wave' | 'at'>): HostResult {
  return { ...newHost(id, null), status: 'working', wave, sentAt: at };
}

function newHost(id: string, dropped: string | null): HostResult {
  return {
    id,
    status: dropped === null ? 'planned' : 'skipped',
    wave: null,
    words: dropped ?? '',
    exit: null,
    sentAt: null,
    finishedAt: null,
    backAt: null,
    installed: 0,
    pendingReboot: 0,
    installFailed: 0,
    packages: [],
    rescanCommand: null,
    rescannedAt: null,
    lookedAt: null,
  };
}
