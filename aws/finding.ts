import type { CoveredResource, Finding as InspectorFinding } from '@aws-sdk/client-inspector2';
import { instant } from '#domain/instant.ts';
import type { Coverage, Finding } from '#domain/patch/model.ts';
import { fromInspector } from '#domain/patch/packages/comparable.ts';
import { SEVERITIES } from '#domain/severity.ts';

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
    packages: (details?.vulnerablePackages ?? []).map(fromInspector),
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
