/** Inspector2 as a fake: account status, coverage, findings, suppression rules. */
import { createHash } from 'node:crypto';
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { coverageMatches, coverageRows } from '#rehearsal/services/inspector2/coverage.ts';
import { type Asked, findingMatches, sorted } from '#rehearsal/services/inspector2/finding-filters.ts';
import { findingView, lastObservedAt, packagesOf } from '#rehearsal/services/inspector2/finding-view.ts';
import type { FindingRecord, Findings } from '#rehearsal/services/inspector2/findings.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import type { Criteria, TextFilter } from '#rehearsal/services/ssm/criteria.ts';

const DAY = 86_400_000;

export function inspectorOperations(
  stage: Stage,
  fleet: Fleet,
  looks: Looks,
  findings: Findings,
  inspector: { readonly offSince: number | null; readonly findingsPerPage: number },
): Record<string, Operation> {
  /** Findings are kept for a day after Inspector was disabled. */
  const isGone = () => {
    const since = inspector.offSince;
    return since !== null && stage.clock.now() - since >= DAY;
  };
  const covered = (criteria: Criteria) => {
    const hosts = hostsOf(fleet, criteria).filter((host) => host.state !== 'terminated');
    const rows = inspector.offSince === null ? hosts.flatMap((host) => coverageRows(host, looks, stage)) : [];
    return rows.filter((row) => coverageMatches(row, criteria));
  };
  const ask = (record: FindingRecord): Asked => ({
    record,
    stage,
    lastObservedAt: lastObservedAt(record, looks.lastLook(record.host)),
    packages: () => packagesOf(record),
  });
  return {
    BatchGetAccountStatus: ({ accountIds = [] }: { accountIds?: string[] }) => {
      const status = inspector.offSince === null ? 'ENABLED' : 'DISABLED';
      const off = { status: 'DISABLED', errorCode: 'ALREADY_ENABLED', errorMessage: 'None' };
      const ec2 = { ...off, status };
      const resourceState = { ec2, ecr: off, lambda: off, lambdaCode: off };
      const own = { accountId: stage.account, state: ec2, resourceState };
      const strangers = accountIds.filter((id) => id !== stage.account);
      const isAsked = accountIds.length === 0 || accountIds.length > strangers.length;
      return { accounts: isAsked ? [own] : [], failedAccounts: strangers.map(notOurs) };
    },

    ListCoverage: (input) => {
      const criteria: Criteria = input.filterCriteria ?? {};
      const rule = { operation: 'ListCoverage', least: 1, most: 200, usual: 200 };
      const { rows, next } = pageOf(covered(criteria), rule, criteria, input.maxResults, input.nextToken);
      return { coveredResources: rows, nextToken: next };
    },

    ListCoverageStatistics: (input) => {
      // The model gives a group's key the names of the groupings for values: what AWS really says there is nowhere to read.
      if (input.groupBy !== undefined)
        throw new AwsFault('ValidationException', 'not rehearsed: inspector2.ListCoverageStatistics with groupBy');
      const total = covered(input.filterCriteria ?? {}).length;
      const rule = { operation: 'ListCoverageStatistics', least: 1, most: 1, usual: 1 };
      pageOf([], rule, input.filterCriteria, undefined, input.nextToken);
      return { totalCounts: total };
    },

    ListFindings: (input) => {
      const criteria: Criteria = input.filterCriteria ?? {};
      const records = isGone() ? [] : hostsOf(fleet, criteria).flatMap((host) => findings.of(host));
      const found = records.map(ask).filter((asked) => findingMatches(asked, criteria));
      const wanted = input.sortCriteria ? sorted(found, input.sortCriteria) : found;
      const rule = { operation: 'ListFindings', least: 1, most: 100, usual: 100, cap: inspector.findingsPerPage };
      const question = { criteria, sort: input.sortCriteria };
      const { rows, next } = pageOf(wanted, rule, question, input.maxResults, input.nextToken);
      const views = rows.map(({ record }) => findingView(record, looks.lastLook(record.host), stage));
      return { findings: views, nextToken: next };
    },

    // Of what it would add (exploits seen, techniques, weaknesses), the advisories have references at most.
    BatchGetFindingDetails: ({ findingArns }: { findingArns: string[] }) => {
      const all = isGone() ? [] : fleet.hosts.flatMap((host) => findings.of(host));
      const arns = new Set(all.map(({ arn }) => arn));
      const gone = { errorCode: 'FINDING_DETAILS_NOT_FOUND', errorMessage: 'Finding details not found.' };
      return {
        findingDetails: findingArns
          .filter((arn) => arns.has(arn))
          .map((findingArn) => ({ findingArn, cwes: [], referenceUrls: [], tools: [], ttps: [], evidences: [] })),
        errors: findingArns.filter((arn) => !arns.has(arn)).map((findingArn) => ({ findingArn, ...gone })),
      };
    },

    ListFilters: (input) => {
      const arns: string[] | undefined = input.arns;
      const wanted = findings.suppressions
        .map((one) => ruleView(one, stage))
        .filter(({ arn, action }) => {
          return (arns?.includes(arn) ?? true) && (input.action ?? action) === action;
        });
      const rule = { operation: 'ListFilters', least: 1, most: 100, usual: 100 };
      const { rows, next } = pageOf(wanted, rule, { arns, of: input.action }, input.maxResults, input.nextToken);
      return { filters: rows, nextToken: next };
    },
  };
}

function notOurs(accountId: string) {
  return { accountId, errorCode: 'ACCESS_DENIED', errorMessage: 'The account is no member of this one.' };
}

/** Hosts that the question can be about: by their ids where it names them, so that a big fleet is not walked for ten. */
function hostsOf(fleet: Fleet, criteria: Criteria): readonly Host[] {
  const filters = (criteria.resourceId ?? []) as TextFilter[];
  if (filters.length === 0 || filters.some(({ comparison }) => comparison !== 'EQUALS')) return fleet.hosts;
  return [...new Set(filters.map(({ value }) => value))].flatMap((id) => fleet.byId(id) ?? []);
}

function ruleView({ vulnerabilityId, at }: { vulnerabilityId: string; at: number }, { account, region }: Stage) {
  const digits = createHash('sha256').update(vulnerabilityId).digest('hex').slice(0, 16);
  return {
    arn: `arn:aws:inspector2:${region}:${account}:owner/${account}/filter/${digits}`,
    ownerId: account,
    name: `suppress-${vulnerabilityId}`,
    action: 'SUPPRESS',
    criteria: { vulnerabilityId: [{ comparison: 'EQUALS', value: vulnerabilityId }] },
    createdAt: new Date(at),
    updatedAt: new Date(at),
  };
}
