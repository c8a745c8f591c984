/** What ListFindings filters and sorts by. A field that no finding of an instance has is empty, as it is with AWS. */
import type { Stage } from '#rehearsal/api.ts';
import { instanceOf } from '#rehearsal/fleet/instance.ts';
import { fixAvailable, sourceOf, titleOf } from '#rehearsal/services/inspector2/finding-view.ts';
import type { FindingRecord } from '#rehearsal/services/inspector2/findings.ts';
import { type Criteria, type FieldValue, fieldMatches, packageMatches } from '#rehearsal/services/ssm/criteria.ts';

/** A finding, with what shows it whole: dear, so only packages ask for it. */
export interface Asked {
  record: FindingRecord;
  lastObservedAt: number;
  stage: Stage;
  packages(): Record<string, unknown>[];
}

export function findingMatches(asked: Asked, criteria: Criteria): boolean {
  return Object.entries(criteria).every(([key, filters]) => {
    if (key === 'vulnerablePackages')
      return filters.some((filter) => asked.packages().some((one) => packageMatches(one, filter)));
    return fieldMatches(FIELDS[key]?.(asked), filters);
  });
}

const FIELDS: Record<string, (asked: Asked) => FieldValue> = {
  awsAccountId: ({ stage }) => stage.account,
  findingArn: ({ record }) => record.arn,
  findingStatus: ({ record }) => record.status,
  findingType: () => 'PACKAGE_VULNERABILITY',
  severity: ({ record }) => record.severity,
  firstObservedAt: ({ record }) => new Date(record.firstObservedAt),
  lastObservedAt: ({ lastObservedAt }) => new Date(lastObservedAt),
  updatedAt: ({ record }) => new Date(record.updatedAt),
  title: ({ record }) => titleOf(record),
  inspectorScore: ({ record }) => record.score ?? undefined,
  resourceType: () => 'AWS_EC2_INSTANCE',
  resourceId: ({ record }) => record.host.id,
  resourceTags: ({ record }) => record.host.tags,
  ec2InstanceImageId: ({ record, stage }) => instanceOf(record.host, stage).imageId,
  ec2InstanceVpcId: ({ record, stage }) => instanceOf(record.host, stage).vpcId,
  ec2InstanceSubnetId: ({ record, stage }) => instanceOf(record.host, stage).subnetId,
  vulnerabilityId: ({ record }) => record.vulnerabilityId,
  vulnerabilitySource: ({ record }) => sourceOf(record.host),
  vendorSeverity: ({ record }) => record.advisory?.vendorSeverity ?? undefined,
  relatedVulnerabilities: ({ record }) => record.advisory?.cves.filter((cve) => cve !== record.vulnerabilityId) ?? [],
  fixAvailable: ({ record }) => fixAvailable(record),
  exploitAvailable: ({ record }) => (record.advisory?.exploit ? 'YES' : 'NO'),
  cloudProvider: () => 'AWS',
  cloudProviderAccountId: ({ stage }) => stage.account,
  cloudProviderRegion: ({ stage }) => stage.region,
  cloudVmImageReference: ({ record, stage }) => instanceOf(record.host, stage).imageId,
  cloudVmNetworkId: ({ record, stage }) => instanceOf(record.host, stage).vpcId,
  cloudVmSubnetIds: ({ record, stage }) => [instanceOf(record.host, stage).subnetId],
};

const SORTED_BY: Record<string, string> = {
  AWS_ACCOUNT_ID: 'awsAccountId',
  FINDING_TYPE: 'findingType',
  SEVERITY: 'severity',
  FIRST_OBSERVED_AT: 'firstObservedAt',
  LAST_OBSERVED_AT: 'lastObservedAt',
  FINDING_STATUS: 'findingStatus',
  RESOURCE_TYPE: 'resourceType',
  VULNERABILITY_ID: 'vulnerabilityId',
  VULNERABILITY_SOURCE: 'vulnerabilitySource',
  INSPECTOR_SCORE: 'inspectorScore',
  VENDOR_SEVERITY: 'vendorSeverity',
};
const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** Fields that no finding of an instance has leave the order as it is; findings without a value come first. */
export function sorted(all: readonly Asked[], { field, sortOrder }: { field: string; sortOrder: string }): Asked[] {
  const sign = sortOrder === 'DESC' ? -1 : 1;
  const ranked = all.map((asked) => ({ asked, rank: rankOf(asked, field) }));
  ranked.sort(({ rank: a }, { rank: b }) => (a === b ? 0 : a === null || (b !== null && a < b) ? -sign : sign));
  return ranked.map(({ asked }) => asked);
}

function rankOf(asked: Asked, field: string): number | string | null {
  const value = FIELDS[SORTED_BY[field] ?? '']?.(asked);
  if (field === 'SEVERITY') return SEVERITIES.indexOf(String(value));
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
