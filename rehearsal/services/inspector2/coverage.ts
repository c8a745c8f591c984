/** What Inspector covers: an instance appears once for each scan type. */
import type { Stage } from '#rehearsal/api.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { instanceOf } from '#rehearsal/fleet/instance.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';
import { type Criteria, type FieldValue, fieldMatches } from '#rehearsal/services/ssm/criteria.ts';

const DAY = 86_400_000;

export interface CoverageRow {
  accountId: string;
  resourceId: string;
  resourceType: string;
  scanType: string;
  scanMode: string;
  scanStatus: { statusCode: string; reason: string };
  lastScannedAt?: Date;
  provider: string;
  providerAccountId: string;
  providerRegion: string;
  resourceMetadata: { ec2: { tags: Record<string, string>; amiId: string; platform: string } };
}

export function coverageRows(host: Host, looks: Looks, stage: Stage): CoverageRow[] {
  const platform = host.platform.type === 'Windows' ? 'WINDOWS' : 'LINUX';
  const row = {
    accountId: stage.account,
    resourceId: host.id,
    resourceType: 'AWS_EC2_INSTANCE',
    scanMode: host.scanMode,
    provider: 'AWS',
    providerAccountId: stage.account,
    providerRegion: stage.region,
    resourceMetadata: { ec2: { tags: host.tags, amiId: instanceOf(host, stage).imageId, platform } },
  };
  const lastLook = looks.lastLook(host);
  const now = stage.clock.now();
  const network = { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' };
  const everyTwelveHours = new Date(now - (now % (DAY / 2)));
  const scanned = lastLook === null ? {} : { lastScannedAt: new Date(lastLook) };
  return [
    { ...row, scanType: 'PACKAGE', scanStatus: packageStatus(host, looks, now), ...scanned },
    { ...row, scanType: 'NETWORK', scanStatus: network, lastScannedAt: everyTwelveHours },
  ];
}

export function packageStatus(host: Host, looks: Looks, now: number): { statusCode: string; reason: string } {
  const inactive = (reason: string) => ({ statusCode: 'INACTIVE', reason });
  if (host.state !== 'running') return inactive('EC2_INSTANCE_STOPPED');
  if (host.agent === 'none' && host.scanMode !== 'EC2_AGENTLESS') return inactive('UNMANAGED_EC2_INSTANCE');
  const inventory = looks.lastInventory(host);
  if (inventory === null) return inactive('NO_INVENTORY');
  if (host.staleInventory || now - inventory > 7 * DAY) return inactive('STALE_INVENTORY');
  return { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' };
}

/** Fields of images, functions and repositories are empty on instances. */
export function coverageMatches(row: CoverageRow, criteria: Criteria): boolean {
  return Object.entries(criteria).every(([key, filters]) => fieldMatches(FIELDS[key]?.(row), filters));
}

const FIELDS: Record<string, (row: CoverageRow) => FieldValue> = {
  accountId: (row) => row.accountId,
  resourceId: (row) => row.resourceId,
  resourceType: (row) => row.resourceType,
  scanMode: (row) => row.scanMode,
  scanType: (row) => row.scanType,
  scanStatusCode: (row) => row.scanStatus.statusCode,
  scanStatusReason: (row) => row.scanStatus.reason,
  lastScannedAt: (row) => row.lastScannedAt,
  ec2InstanceTags: (row) => row.resourceMetadata.ec2.tags,
  cloudProvider: (row) => row.provider,
  cloudProviderAccountId: (row) => row.providerAccountId,
  cloudProviderRegion: (row) => row.providerRegion,
};
