/** How Inspector shows a finding: to its API with real times, in an event with times as text that is not ISO (trap 3). */
import type { Stage } from '#rehearsal/api.ts';
import type { Advisory } from '#rehearsal/fleet/advisories.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { instanceOf } from '#rehearsal/fleet/instance.ts';
import { evr } from '#rehearsal/fleet/versions.ts';
import type { Affected } from '#rehearsal/services/inspector2/exported.ts';
import type { FindingRecord } from '#rehearsal/services/inspector2/findings.ts';

export function findingView(record: FindingRecord, lastLook: number | null, stage: Stage): Record<string, unknown> {
  const { host, advisory, vulnerabilityId } = record;
  const title = titleOf(record);
  const instance = instanceOf(host, stage);
  const parts = { type: instance.type, platform: host.platform.name, launchedAt: new Date(host.launchedAt) };
  return {
    awsAccountId: stage.account,
    findingArn: record.arn,
    type: 'PACKAGE_VULNERABILITY',
    title,
    description: `${title} on ${host.id}`,
    severity: record.severity,
    status: record.status,
    firstObservedAt: new Date(record.firstObservedAt),
    lastObservedAt: new Date(lastObservedAt(record, lastLook)),
    updatedAt: new Date(record.updatedAt),
    exploitAvailable: advisory?.exploit ? 'YES' : 'NO',
    fixAvailable: fixAvailable(record),
    ...(record.score === null ? {} : { inspectorScore: record.score }),
    packageVulnerabilityDetails: {
      vulnerabilityId,
      source: sourceOf(host),
      sourceUrl: `https://example.invalid/${vulnerabilityId}`,
      ...(advisory?.vendorSeverity ? { vendorSeverity: advisory.vendorSeverity } : {}),
      ...(advisory?.publishedAt ? { vendorCreatedAt: new Date(advisory.publishedAt) } : {}),
      ...(advisory ? vendorUpdated(advisory, stage.clock.now()) : {}),
      referenceUrls: [],
      relatedVulnerabilities: advisory?.cves.filter((cve) => cve !== vulnerabilityId) ?? [],
      cvss: advisory?.vector
        ? [{ baseScore: record.score ?? 0, scoringVector: advisory.vector, source: 'NVD', version: '3.1' }]
        : [],
      vulnerablePackages: packagesOf(record),
    },
    remediation: { recommendation: { text: 'None Provided' } },
    resources: [
      {
        type: 'AWS_EC2_INSTANCE',
        id: host.id,
        partition: 'aws',
        provider: 'AWS',
        providerAccountId: stage.account,
        region: stage.region,
        ...(Object.keys(host.tags).length > 0 ? { tags: host.tags } : {}),
        details: {
          awsEc2Instance: {
            ...parts,
            imageId: instance.imageId,
            vpcId: instance.vpcId,
            subnetId: instance.subnetId,
            ipV4Addresses: [instance.privateIp],
            ipV6Addresses: [],
            ...(instance.profileArn && { iamInstanceProfileArn: instance.profileArn }),
          },
          vm: {
            ...parts,
            vmImageReference: instance.imageId,
            networkId: instance.vpcId,
            subnetIds: [instance.subnetId],
          },
        },
      },
    ],
  };
}

export function titleOf({ told, advisory, vulnerabilityId, affected, host }: FindingRecord): string {
  if (told) return told.title;
  if (!advisory) return `Discontinued operating system - ${host.platform.name}`;
  const name = host.platform.type === 'Windows' ? 'windows' : (affected[0]?.name ?? host.platform.name);
  return `${vulnerabilityId} - ${name}`;
}

export function lastObservedAt({ status, updatedAt }: FindingRecord, lastLook: number | null): number {
  return status === 'CLOSED' ? updatedAt : Math.max(updatedAt, lastLook ?? 0);
}

export function packagesOf({ affected, host }: FindingRecord): Record<string, unknown>[] {
  return affected.map((one) => packageView(one, host));
}

/** The vendor touches its record when the fix comes out. */
function vendorUpdated({ releasedAt, publishedAt }: Advisory, now: number): { vendorUpdatedAt?: Date } {
  const at = releasedAt !== null && releasedAt <= now ? releasedAt : publishedAt;
  return at === null ? {} : { vendorUpdatedAt: new Date(at) };
}

/** PARTIAL: some of several packages. */
export function fixAvailable({ affected, told }: FindingRecord): string {
  if (told?.fixAvailable) return told.fixAvailable;
  const fixed = affected.filter(({ fixedIn }) => fixedIn !== null).length;
  if (fixed === 0) return 'NO';
  return fixed === affected.length ? 'YES' : 'PARTIAL';
}

/** The same with all times as `Wed Sep 04 16:59:44.356 UTC 2024`. */
export function eventDetail(view: unknown): unknown {
  if (view instanceof Date) return eventTime(view);
  if (Array.isArray(view)) return view.map(eventDetail);
  if (typeof view !== 'object' || view === null) return view;
  return Object.fromEntries(Object.entries(view).map(([key, value]) => [key, eventDetail(value)]));
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function eventTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, '0');
  const time = at.toISOString().slice(11, 23);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${day} ${time} UTC ${at.getUTCFullYear()}`;
}

function packageView(affected: Affected, host: Host): Record<string, unknown> {
  const isOs = affected.manager === 'OS';
  const { epoch, version, release } = isOs
    ? evr(affected.version)
    : { epoch: 0, version: affected.version, release: null };
  return {
    name: affected.name,
    version,
    epoch,
    ...(release === null ? {} : { release }),
    arch: affected.arch,
    packageManager: affected.manager,
    fixedInVersion: affected.toldFix ?? fixedInVersion(affected, isOs && host.platform.type === 'Linux'),
    ...(affected.path === null ? {} : { filePath: affected.path }),
  };
}

function fixedInVersion({ fixedIn }: Affected, isOsOfLinux: boolean): string {
  return fixedIn === null ? 'NotAvailable' : withEpoch(fixedIn, isOsOfLinux);
}

function withEpoch(version: string, wanted: boolean): string {
  return !wanted || evr(version).epoch > 0 ? version : `0:${version}`;
}

export function sourceOf(host: Host): string {
  if (host.platform.packaging === 'windows') return 'MICROSOFT_CVE';
  return host.platform.packaging === 'rpm' ? 'AMAZON_CVE' : 'DEBIAN_CVE';
}
