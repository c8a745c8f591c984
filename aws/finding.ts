import type {
  CoveredResource,
  Finding as InspectorFinding,
  VulnerablePackage as Raw,
} from '@aws-sdk/client-inspector2';
import { instant } from '#domain/instant.ts';
import { type Coverage, type Finding, SEVERITIES, type VulnerablePackage } from '#domain/model.ts';

/**
 * Inspector's finding in the loop's words; null for one on a resource that was not asked for. The model grows new enum members
 * (Inspector API model), so an unknown severity is UNTRIAGED, and an unknown status counts as ACTIVE: never as fixed.
 */
export function toFinding(raw: InspectorFinding, asked: ReadonlySet<string>): Finding | null {
  const instance = raw.resources?.map((resource) => resource.id).find((id) => id !== undefined && asked.has(id));
  const observedAt = raw.firstObservedAt ?? raw.lastObservedAt ?? raw.updatedAt;
  if (!instance || !raw.findingArn || !observedAt) return null;
  const details = raw.packageVulnerabilityDetails;
  return {
    arn: raw.findingArn,
    instance,
    vulnerabilityId: details?.vulnerabilityId ?? raw.title ?? raw.findingArn,
    title: raw.title ?? details?.vulnerabilityId ?? '',
    severity: SEVERITIES.find((severity) => severity === raw.severity) ?? 'UNTRIAGED',
    status: (['SUPPRESSED', 'CLOSED'] as const).find((status) => status === raw.status) ?? 'ACTIVE',
    fixAvailable: (['YES', 'NO', 'PARTIAL'] as const).find((answer) => answer === raw.fixAvailable) ?? null,
    exploitAvailable: raw.exploitAvailable === 'YES',
    score: raw.inspectorScore ?? null,
    vendorSeverity: details?.vendorSeverity ?? null,
    vendorCreatedAt: details?.vendorCreatedAt ? instant(details.vendorCreatedAt) : null,
    vendorUpdatedAt: details?.vendorUpdatedAt ? instant(details.vendorUpdatedAt) : null,
    firstObservedAt: instant(observedAt),
    updatedAt: instant(raw.updatedAt ?? raw.lastObservedAt ?? observedAt),
    packages: (details?.vulnerablePackages ?? []).map(toPackage),
  };
}

export function toCoverage(row: CoveredResource): Coverage {
  return {
    id: row.resourceId ?? '',
    status: row.scanStatus?.statusCode === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE',
    reason: row.scanStatus?.reason ?? '',
    scanMode: row.scanMode ?? null,
    lastScannedAt: row.lastScannedAt ? instant(row.lastScannedAt) : null,
  };
}

function toPackage(raw: Raw): VulnerablePackage {
  const version = raw.version ?? '';
  const epoch = raw.epoch && !version.startsWith(`${raw.epoch}:`) ? `${raw.epoch}:` : '';
  return {
    name: raw.name ?? '',
    arch: archOf(raw.arch),
    version: withoutZeroEpoch(`${epoch}${version}${raw.release ? `-${raw.release}` : ''}`),
    fixedIn: fixOf(raw.fixedInVersion),
    manager: raw.packageManager ?? '',
  };
}

/** Inspector writes ALL on Ubuntu whatever is installed, and upper case elsewhere; SSM writes x86_64. */
function archOf(arch: string | undefined): string | null {
  if (!arch || /^(all|noarch)$/i.test(arch)) return null;
  return arch.toLowerCase();
}

/** "NotAvailable" stands for none; "0:2.63" and "2.63" are the same version. */
function fixOf(fixedIn: string | undefined): string | null {
  if (!fixedIn || /^not ?available$/i.test(fixedIn)) return null;
  return withoutZeroEpoch(fixedIn);
}

function withoutZeroEpoch(version: string): string {
  return version.replace(/^0:/, '');
}
