/** Small builders for rings, hosts and findings: each test names only what it is about. */
import type { Finding, HostAfter, Os, SurveyedHost, VulnerablePackage } from '#domain/patch/model.ts';
import type { FindingFate, HostResult, PlannedHost, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { noCounts } from '#domain/severity.ts';

export const OPENED = '2024-09-01T00:00:00.000Z';
export const SURVEYED = '2024-09-01T00:30:00.000Z';
export const SENT = '2024-09-01T02:00:00.000Z';
export const DONE = '2024-09-01T02:10:00.000Z';
export const BACK = '2024-09-01T02:15:00.000Z';
export const RESCANNED = '2024-09-01T02:20:00.000Z';
export const LOOKED = '2024-09-01T02:30:00.000Z';
export const JUDGED = '2024-09-01T04:00:00.000Z';

export function aPackage(change: Partial<VulnerablePackage> = {}): VulnerablePackage {
  return { name: 'openssl', arch: 'x86_64', version: '3.0.1-1', fixedIn: '3.0.2-1', manager: 'OS', ...change };
}

export function aFinding(change: Partial<Finding> = {}): Finding {
  return {
    arn: 'arn:f1',
    instance: 'i-1',
    vulnerabilityId: 'CVE-2024-0001',
    title: 'CVE-2024-0001 - openssl',
    severity: 'HIGH',
    status: 'ACTIVE',
    fixAvailable: 'YES',
    exploitAvailable: false,
    score: 7.5,
    vendorSeverity: null,
    vendorCreatedAt: null,
    vendorUpdatedAt: null,
    firstObservedAt: '2024-08-01T00:00:00.000Z',
    updatedAt: '2024-08-01T00:00:00.000Z',
    packages: [aPackage()],
    ...change,
  };
}

export function before(id: string, findings: Finding[] = [], change: Partial<SurveyedHost> = {}): SurveyedHost {
  return {
    id,
    ring: 'canary',
    rings: ['canary'],
    member: { id, state: 'running', zone: 'eu-central-1a', tags: {}, launchedAt: '2024-01-01T00:00:00.000Z' },
    managed: { id, ping: 'Online', os: 'AMAZON_LINUX_2023', platform: 'Amazon Linux 2023', lastPingAt: OPENED },
    coverage: { id, status: 'ACTIVE', reason: 'SUCCESSFUL', scanMode: 'EC2_SSM_AGENT_BASED', lastScannedAt: OPENED },
    patchScan: 'fresh',
    patchState: null,
    patches: [],
    findings,
    ...change,
  };
}

export function after(id: string, findings: Finding[] = [], change: Partial<HostAfter> = {}): HostAfter {
  return {
    id,
    ring: 'canary',
    member: { id, state: 'running', zone: 'eu-central-1a', tags: {}, launchedAt: '2024-01-01T00:00:00.000Z' },
    managed: { id, ping: 'Online', os: 'AMAZON_LINUX_2023', platform: 'Amazon Linux 2023', lastPingAt: LOOKED },
    coverage: { id, status: 'ACTIVE', reason: 'SUCCESSFUL', scanMode: 'EC2_SSM_AGENT_BASED', lastScannedAt: LOOKED },
    patches: [],
    findings,
    ...change,
  };
}

export function patched(id: string, change: Partial<HostResult> = {}): HostResult {
  return {
    ...notSent(id),
    status: 'patched',
    wave: 1,
    exit: 0,
    sentAt: SENT,
    finishedAt: DONE,
    backAt: BACK,
    installed: 2,
    packages: ['openssl'],
    rescanCommand: 'c-2',
    rescannedAt: RESCANNED,
    ...change,
  };
}

export function notSent(id: string, change: Partial<HostResult> = {}): HostResult {
  return {
    id,
    status: 'planned',
    wave: null,
    words: '',
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
    ...change,
  };
}

export function planned(id: string, os: Os = 'AMAZON_LINUX_2023'): PlannedHost {
  return { id, os, zone: 'eu-central-1a', scanMode: 'EC2_SSM_AGENT_BASED', missing: 2, expected: 1 };
}

export function ringPlan(ids: string[], change: Partial<RingPlan> = {}): RingPlan {
  return {
    ring: 'canary',
    atOnce: 2,
    errors: 0,
    soakMinutes: 60,
    hosts: ids.map((id) => planned(id)),
    atLevel: [],
    later: ['AMAZON_LINUX_2023'],
    last: false,
    expected: noCounts(),
    ...change,
  };
}

export function ringRecord(hosts: HostResult[], change: Partial<RingRecord> = {}): RingRecord {
  return {
    ring: 'canary',
    startedAt: SENT,
    firstSentAt: SENT,
    lastDoneAt: BACK,
    waves: 1,
    hosts,
    stopped: null,
    rescanAt: BACK,
    lookDeadline: null,
    scan: {
      snapshotId: 's',
      sentAt: BACK,
      deadline: JUDGED,
      commands: [],
      done: hosts.map(({ id }) => id),
      failed: [],
    },
    looks: 1,
    alarms: [{ name: 'web-5xx', state: 'OK', rangSince: null }],
    verdict: null,
    ...change,
  };
}

export function fate(finding: Finding, change: Partial<FindingFate> = {}): [string, FindingFate] {
  const { arn, instance, vulnerabilityId, severity } = finding;
  return [
    arn,
    { arn, instance, vulnerabilityId, severity, fate: 'fix', words: 'openssl 3.0.2-1 is offered', ...change },
  ];
}
