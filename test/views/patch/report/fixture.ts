import { sumDelta } from '#domain/patch/delta/delta-sum.ts';
import type { InstanceRow } from '#domain/patch/delta/instance-rows.ts';
import type { Delta, DeltaRow } from '#domain/patch/delta/records.ts';
import type { PatchRecord, Plan } from '#domain/patch/records.ts';
import type { ReportFacts } from '#views/patch/report/page.ts';
import { reportPage } from '#views/patch/report/page.ts';
import { patched, ringRecord } from '../../../domain/fixture-ring.ts';
import { baseline } from '../../../domain/fleet.ts';

export const OPENED = '2024-09-01T00:00:00.000Z';
export const CLOSED = '2024-09-01T06:00:00.000Z';

export function row(over: Partial<DeltaRow> = {}): DeltaRow {
  return {
    arn: 'arn:f1',
    instance: 'i-1',
    ring: 'canary',
    vulnerabilityId: 'CVE-2024-0001',
    title: 'CVE-2024-0001 - openssl',
    package: 'openssl',
    severity: 'HIGH',
    bucket: 'fixed',
    reason: null,
    newKind: null,
    words: 'Patched, and closed when looked at.',
    rescoredTo: null,
    waived: null,
    exploitAvailable: false,
    approvedFrom: null,
    ...over,
  };
}

export function instance(over: Partial<InstanceRow> = {}): InstanceRow {
  return {
    id: 'i-1',
    name: 'web-1',
    ring: 'canary',
    zone: 'eu-central-1a',
    platform: 'Debian GNU/Linux 12',
    state: 'running',
    patch: 'patched',
    words: '',
    wave: 1,
    sentAt: '2024-09-01T02:00:00.000Z',
    finishedAt: '2024-09-01T02:10:00.000Z',
    backAt: '2024-09-01T02:15:00.000Z',
    lookedAt: '2024-09-01T02:30:00.000Z',
    installed: 2,
    findings: { gone: 0, unverified: 0, fixed: 1, closedOtherwise: 0, remaining: 0, new: 0 },
    worstLeft: null,
    ...over,
  };
}

export function record(over: Partial<PatchRecord> = {}): PatchRecord {
  return {
    version: 1,
    campaign: 'web-1',
    group: 'web',
    execution: 'arn:execution',
    trigger: { kind: 'schedule', id: 's', at: OPENED, by: 'arn:schedule' },
    openedAt: OPENED,
    closedAt: CLOSED,
    outcome: 'Completed',
    why: 'all rings passed',
    scopeHash: 'scope-hash',
    planHash: 'plan-hash',
    verdicts: [],
    approvals: [],
    ...over,
  };
}

export function plan(over: Partial<Plan> = {}): Plan {
  const none = sumDelta([]).before;
  return {
    version: 1,
    campaign: 'web-1',
    group: 'web',
    mode: 'act',
    at: '2024-09-01T00:30:00.000Z',
    policyHash: 'policy-hash',
    scopeHash: 'scope-hash',
    planHash: 'plan-hash',
    reboot: 'RebootIfNeeded',
    snapshotId: 's',
    proofMode: 'EC2_SSM_AGENT_BASED',
    proofUntil: null,
    baselines: [baseline('DEBIAN')],
    rings: [{ ring: 'canary', hosts: 1, atOnce: 1, waves: 1, soakMinutes: 60, expected: none, approval: false }],
    left: [],
    before: none,
    expected: none,
    byFate: {},
    coveredPercent: 100,
    warnings: [],
    fits: { ok: true, words: '' },
    ...over,
  };
}

export function facts(rows: DeltaRow[] = [], over: Partial<ReportFacts> = {}): ReportFacts {
  const delta: Delta = sumDelta(rows);
  return {
    record: record(),
    plan: plan(),
    delta,
    rings: [ringRecord([patched('i-1')])],
    previous: null,
    intents: [],
    scan: null,
    files: { findings: 'findings.csv', instances: 'instances.csv' },
    ...over,
  };
}

/** The whole page, with its rows in parts of `size`. */
export function rendered(
  {
    rows = [],
    instances = [],
    over = {},
  }: { rows?: DeltaRow[]; instances?: InstanceRow[]; over?: Partial<ReportFacts> },
  size = 2,
): string {
  const page = reportPage(facts(rows, over));
  const parts = [page.head()];
  for (let from = 0; from < instances.length; from += size)
    parts.push(page.instances.part(instances.slice(from, from + size)).text);
  parts.push(page.instances.section().text);
  for (let from = 0; from < rows.length; from += size)
    parts.push(page.findings.part(rows.slice(from, from + size)).text);
  parts.push(page.findings.section().text, page.tail());
  return parts.join('');
}
