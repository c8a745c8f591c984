/** Inspector2 as a fake: account status, coverage, findings. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { order, viewMatches } from '#rehearsal/world/finding-filters.ts';
import { findingView, fixAvailable } from '#rehearsal/world/finding-view.ts';
import type { FindingRecord, Findings } from '#rehearsal/world/findings.ts';
import type { Fleet, Host } from '#rehearsal/world/fleet.ts';
import type { Looks } from '#rehearsal/world/looks.ts';
import { pageOf, timeOf } from '#rehearsal/world/paging.ts';

const DAY = 86_400_000;

interface StringFilter {
  comparison: string;
  value: string;
}

export function inspectorOperations(
  stage: Stage,
  fleet: Fleet,
  looks: Looks,
  findings: Findings,
  offSince: () => number | null,
): Record<string, Operation> {
  /** Findings are kept for a day after Inspector was disabled. */
  const isGone = () => {
    const since = offSince();
    return since !== null && stage.clock.now() - since >= DAY;
  };
  return {
    BatchGetAccountStatus: () => {
      const status = offSince() === null ? 'ENABLED' : 'DISABLED';
      const off = { status: 'DISABLED', errorCode: 'ALREADY_ENABLED', errorMessage: 'None' };
      const ec2 = { ...off, status };
      const resourceState = { ec2, ecr: off, lambda: off, lambdaCode: off };
      return { accounts: [{ accountId: stage.account, state: ec2, resourceState }], failedAccounts: [] };
    },

    ListCoverage: (input) => {
      const criteria = readCriteria(input.filterCriteria, COVERAGE_FIELDS);
      const hosts = hostsOf(fleet, criteria).filter((host) => host.state !== 'terminated');
      const covered = offSince() === null ? hosts.flatMap((host) => coverageRows(host, looks, stage)) : [];
      const wanted = covered.filter((row) =>
        Object.entries(criteria).every(([key, filters]) => coverageMatches(row, key, filters)),
      );
      const rule = { operation: 'ListCoverage', least: 1, most: 200, usual: 200 };
      const { rows, next } = pageOf(wanted, rule, criteria, input.maxResults, input.nextToken);
      return { coveredResources: rows, nextToken: next };
    },

    ListFindings: (input) => {
      const criteria = readCriteria(input.filterCriteria);
      const byRecord = Object.entries(criteria).filter(([key]) => FINDING_FIELDS.includes(key));
      const byView = Object.entries(criteria).filter(([key]) => !FINDING_FIELDS.includes(key));
      const records = isGone() ? [] : hostsOf(fleet, criteria).flatMap((host) => findings.of(host));
      const view = (record: FindingRecord) => findingView(record, looks.lastLook(record.host), stage);
      let wanted = records.filter((record) =>
        byRecord.every(([key, filters]) => findingMatches(record, key, filters, stage)),
      );
      if (byView.length > 0)
        wanted = wanted.filter((record) => byView.every(([key, filters]) => viewMatches(view(record), key, filters)));
      if (input.sortCriteria) {
        const compare = order(input.sortCriteria);
        wanted = wanted
          .map((record) => ({ record, shown: view(record) }))
          .sort((a, b) => compare(a.shown, b.shown))
          .map(({ record }) => record);
      }
      const rule = { operation: 'ListFindings', least: 1, most: 100, usual: 100 };
      const question = { criteria, sort: input.sortCriteria };
      const { rows, next } = pageOf(wanted, rule, question, input.maxResults, input.nextToken);
      return { findings: rows.map(view), nextToken: next };
    },
  };
}

const FINDING_FIELDS = [
  'awsAccountId',
  'findingArn',
  'findingStatus',
  'findingType',
  'fixAvailable',
  'exploitAvailable',
  'firstObservedAt',
  'resourceId',
  'resourceTags',
  'resourceType',
  'severity',
  'updatedAt',
  'vulnerabilityId',
];
const COVERAGE_FIELDS = [
  'accountId',
  'ec2InstanceTags',
  'lastScannedAt',
  'resourceId',
  'resourceType',
  'scanMode',
  'scanStatusCode',
  'scanStatusReason',
  'scanType',
];

type Criteria = Record<string, unknown[]>;

/** One to ten entries a filter (Inspector API model). */
function readCriteria(given: Criteria | undefined, known?: string[]): Criteria {
  const criteria = given ?? {};
  for (const [key, filters] of Object.entries(criteria)) {
    if (known && !known.includes(key))
      throw new AwsFault('ValidationException', `filterCriteria.${key} is not played here`);
    if (filters.length < 1 || filters.length > 10) {
      throw new AwsFault('ValidationException', `filterCriteria.${key}: 1 to 10 entries, got ${filters.length}`);
    }
  }
  return criteria;
}

/** Hosts that the question can be about: by their ids where it names them, so that a big fleet is not walked for ten. */
function hostsOf(fleet: Fleet, criteria: Criteria): readonly Host[] {
  const filters = (criteria.resourceId ?? []) as StringFilter[];
  if (filters.length === 0 || filters.some(({ comparison }) => comparison !== 'EQUALS')) return fleet.hosts;
  return [...new Set(filters.map(({ value }) => value))].flatMap((id) => fleet.byId(id) ?? []);
}

/** Entries of one list are alternatives. */
function findingMatches(record: FindingRecord, key: string, filters: unknown[], stage: Stage): boolean {
  if (key === 'updatedAt') return filters.some((filter) => within(record.updatedAt, filter));
  if (key === 'firstObservedAt') return filters.some((filter) => within(record.firstObservedAt, filter));
  if (key === 'resourceTags') return filters.some((filter) => tagMatches(record.host, filter));
  const values: Record<string, string> = {
    awsAccountId: stage.account,
    findingArn: record.arn,
    findingStatus: record.status,
    findingType: 'PACKAGE_VULNERABILITY',
    fixAvailable: fixAvailable(record),
    exploitAvailable: record.advisory?.exploit ? 'YES' : 'NO',
    resourceId: record.host.id,
    resourceType: 'AWS_EC2_INSTANCE',
    severity: record.severity,
    vulnerabilityId: record.vulnerabilityId,
  };
  return filters.some((filter) => textMatches(values[key] ?? '', filter as StringFilter));
}

interface CoverageRow {
  accountId: string;
  resourceId: string;
  resourceType: string;
  scanType: string;
  scanMode: string;
  scanStatus: { statusCode: string; reason: string };
  lastScannedAt?: Date;
  resourceMetadata: { ec2: { tags: Record<string, string>; platform: string } };
}

function coverageMatches(row: CoverageRow, key: string, filters: unknown[]): boolean {
  if (key === 'lastScannedAt') return filters.some((filter) => row.lastScannedAt && within(+row.lastScannedAt, filter));
  if (key === 'ec2InstanceTags') return filters.some((filter) => tagMatches(row.resourceMetadata.ec2, filter));
  const values: Record<string, string> = {
    accountId: row.accountId,
    resourceId: row.resourceId,
    resourceType: row.resourceType,
    scanMode: row.scanMode,
    scanType: row.scanType,
    scanStatusCode: row.scanStatus.statusCode,
    scanStatusReason: row.scanStatus.reason,
  };
  return filters.some((filter) => textMatches(values[key] ?? '', filter as StringFilter));
}

function textMatches(value: string, filter: StringFilter): boolean {
  if (filter.comparison === 'EQUALS') return value === filter.value;
  if (filter.comparison === 'NOT_EQUALS') return value !== filter.value;
  if (filter.comparison === 'PREFIX') return value.startsWith(filter.value);
  throw new AwsFault('ValidationException', `comparison: ${filter.comparison}`);
}

function tagMatches({ tags }: { tags: Record<string, string> }, filter: unknown): boolean {
  const { key, value } = filter as { key: string; value?: string };
  return value === undefined ? tags[key] !== undefined : tags[key] === value;
}

function within(at: number, filter: unknown): boolean {
  const { startInclusive, endInclusive } = filter as { startInclusive?: unknown; endInclusive?: unknown };
  return (
    at >= (timeOf(startInclusive) ?? Number.NEGATIVE_INFINITY) &&
    at <= (timeOf(endInclusive) ?? Number.POSITIVE_INFINITY)
  );
}

/** An instance appears once for each scan type. */
function coverageRows(host: Host, looks: Looks, stage: Stage): CoverageRow[] {
  const row = {
    accountId: stage.account,
    resourceId: host.id,
    resourceType: 'AWS_EC2_INSTANCE',
    scanMode: host.scanMode,
    resourceMetadata: { ec2: { tags: host.tags, platform: host.platform.type === 'Windows' ? 'WINDOWS' : 'LINUX' } },
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

function packageStatus(host: Host, looks: Looks, now: number): { statusCode: string; reason: string } {
  const inactive = (reason: string) => ({ statusCode: 'INACTIVE', reason });
  if (host.state !== 'running') return inactive('EC2_INSTANCE_STOPPED');
  if (host.agent === 'none' && host.scanMode !== 'EC2_AGENTLESS') return inactive('UNMANAGED_EC2_INSTANCE');
  const inventory = looks.lastInventory(host);
  if (inventory === null) return inactive('NO_INVENTORY');
  if (host.staleInventory || now - inventory > 7 * DAY) return inactive('STALE_INVENTORY');
  return { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' };
}
