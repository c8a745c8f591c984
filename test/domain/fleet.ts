import type {
  Baseline,
  BaselineRule,
  Finding,
  Os,
  Patch,
  PatchStatus,
  SurveyedHost,
  VulnerablePackage,
} from '#domain/patch/model.ts';
import { type FateContext, fateOf } from '#domain/patch/plan/finding-fate.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Severity } from '#domain/severity.ts';
import { noCounts } from '#domain/severity.ts';

/** Made-up hosts, findings and patches for tests of the plan. Whatever a test does not speak of is in order. */
export const AT = '2024-09-01T02:00:00.000Z';

export function host(id: string, over: Partial<Omit<SurveyedHost, 'id'>> & { os?: Os } = {}): SurveyedHost {
  const { os = 'DEBIAN', ...rest } = over;
  return {
    id,
    ring: 'fleet',
    rings: ['fleet'],
    member: {
      id,
      state: 'running',
      zone: 'eu-central-1a',
      tags: { PatchGroup: 'web', Ring: 'fleet' },
      launchedAt: '2024-01-01T00:00:00.000Z',
    },
    managed: { id, ping: 'Online', os, platform: 'Debian GNU/Linux 12', lastPingAt: AT },
    coverage: { id, status: 'ACTIVE', reason: 'SUCCESSFUL', scanMode: 'EC2_SSM_AGENT_BASED', lastScannedAt: AT },
    patchScan: 'fresh',
    patchState: null,
    patches: [],
    findings: [],
    ...rest,
  };
}

export function vulnerable(
  name: string,
  fixedIn: string | null,
  over: Partial<VulnerablePackage> = {},
): VulnerablePackage {
  return { name, arch: null, version: '0.1-1', fixedIn, manager: 'OS', ...over };
}

export function finding(over: Partial<Finding> = {}): Finding {
  const vulnerabilityId = over.vulnerabilityId ?? 'CVE-2024-1111';
  return {
    arn: `arn:aws:inspector2:eu-central-1:111122223333:finding/${over.instance ?? 'i-1'}/${vulnerabilityId}`,
    instance: 'i-1',
    vulnerabilityId,
    title: `${vulnerabilityId} - openssl`,
    severity: 'HIGH',
    status: 'ACTIVE',
    fixAvailable: 'YES',
    exploitAvailable: false,
    score: 7.5,
    vendorSeverity: null,
    vendorCreatedAt: '2024-08-01T00:00:00.000Z',
    vendorUpdatedAt: null,
    firstObservedAt: '2024-08-01T00:00:00.000Z',
    updatedAt: '2024-08-01T00:00:00.000Z',
    packages: [vulnerable('openssl', '3.0.14-1~deb12u2', { version: '3.0.9-1' })],
    ...over,
  };
}

export function patch(
  name: string,
  version: string,
  over: Partial<Patch> & { arch?: string; status?: PatchStatus } = {},
): Patch {
  const { arch = 'amd64', ...rest } = over;
  return {
    title: name,
    kb: `${name}.${arch}`,
    package: { name, arch, version },
    status: 'Missing',
    classification: null,
    severity: null,
    cveIds: [],
    installedAt: null,
    ...rest,
  };
}

export function kbPatch(kb: string, over: Partial<Patch> = {}): Patch {
  return { ...patch(kb, ''), kb, package: null, ...over };
}

export function rule(filters: Record<string, string[]>, over: Partial<BaselineRule> = {}): BaselineRule {
  return { filters, approveAfterDays: 7, approveUntil: null, enableNonSecurity: false, ...over };
}

/** Like AWS's own for that OS: Debian at once, the others Critical and Important after seven days, and bug fixes. */
export function baseline(os: Os, over: Partial<Baseline> = {}): Baseline {
  const seven = [
    rule({ PRODUCT: ['*'], CLASSIFICATION: ['Security'], SEVERITY: ['Critical', 'Important'] }),
    rule({ PRODUCT: ['*'], CLASSIFICATION: ['Bugfix'] }),
  ];
  const atOnce = [
    rule(
      { PRODUCT: ['*'], PRIORITY: ['Required', 'Important', 'Standard', 'Optional', 'Extra'] },
      { approveAfterDays: null },
    ),
  ];
  const windows = [
    rule({
      PRODUCT: ['*'],
      CLASSIFICATION: ['CriticalUpdates', 'SecurityUpdates'],
      MSRC_SEVERITY: ['Critical', 'Important'],
    }),
  ];
  return {
    id: `pb-${os}`,
    name: `Default-${os}`,
    os,
    source: 'default',
    owner: 'AWS',
    globalFilters: {},
    rules: os === 'WINDOWS' ? windows : os === 'DEBIAN' || os === 'UBUNTU' ? atOnce : seven,
    approved: [],
    rejected: [],
    contentHash: `hash of ${os}`,
    ...over,
  };
}

export function groupPolicy(over: Partial<GroupPolicy> = {}): GroupPolicy {
  return {
    name: 'web',
    mode: 'act',
    os: ['DEBIAN'],
    rings: [
      {
        name: 'canary',
        tag: { key: 'Ring', value: 'canary' },
        atOnce: { count: 2 },
        errors: { count: 0 },
        soakMinutes: 60,
      },
      {
        name: 'fleet',
        tag: { key: 'Ring', value: 'fleet' },
        atOnce: { percent: 25 },
        errors: { percent: 10 },
        soakMinutes: 0,
      },
    ],
    reboot: 'RebootIfNeeded',
    replaced: 'list',
    baseline: {},
    gate: { minSample: 1, failures: 0, alarms: [], introduced: 0, coveragePercent: 90, looks: 3 },
    approvals: { before: ['fleet'], expiresHours: 24, decide: 'link' },
    window: null,
    proofDays: 3,
    rescanMinutes: { EC2_SSM_AGENT_BASED: 90, EC2_AGENTLESS: 1560, EC2_INSPECTOR_AGENT_BASED: 240 },
    triggers: { schedule: null, timeZone: 'UTC', severities: ['CRITICAL'], exploitAvailable: false, minHours: 24 },
    waivers: [],
    ...over,
  };
}

export function counts(some: Partial<Record<Severity, number>>): Record<Severity | 'total', number> {
  return { ...noCounts(), ...some, total: Object.values(some).reduce((sum, each) => sum + each, 0) };
}

export const AL: Os = 'AMAZON_LINUX_2023';
const baselines = new Map<Os, Baseline>([
  ['DEBIAN', baseline('DEBIAN')],
  [AL, baseline(AL)],
]);
export const ringContext = { at: AT, baselines, provenOses: ['DEBIAN'] as Os[], laterOses: [] as Os[] };

/** A host with one finding that its one missing patch closes. */
export function fixable(id: string, over: Parameters<typeof host>[1] = {}): SurveyedHost {
  return host(id, { patches: [patch('openssl', '3.0.14-1~deb12u2')], findings: [finding({ instance: id })], ...over });
}

export const canary = (id: string, over: Parameters<typeof host>[1] = {}) =>
  fixable(id, { ring: 'canary', rings: ['canary'], ...over });

export type Change = {
  finding?: Partial<Finding>;
  host?: Parameters<typeof host>[1];
  context?: Partial<FateContext>;
  baseline?: Partial<Baseline>;
};

/** The fate of an openssl finding whose patch is offered, with changes. */
export function fate(change: Change) {
  const given = host('i-1', { patches: [patch('openssl', '3.0.14-1~deb12u2')], ...change.host });
  const os = given.managed?.os ?? 'DEBIAN';
  const context: FateContext = {
    at: AT,
    baselines: new Map([[os, baseline(os, change.baseline)]]),
    provenOses: [os],
    reboot: 'RebootIfNeeded',
    replaced: 'list',
    waivers: [],
    ...change.context,
  };
  return fateOf(finding(change.finding), given, context);
}

export const agent = (over: Partial<NonNullable<SurveyedHost['managed']>>) => ({
  managed: {
    id: 'i-1',
    ping: 'Online' as const,
    os: 'DEBIAN' as Os,
    platform: 'Debian GNU/Linux 12',
    lastPingAt: AT,
    ...over,
  },
});
