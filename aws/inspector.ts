import {
  BatchGetAccountStatusCommand,
  type CoverageStringFilter,
  type FilterCriteria,
  Inspector2Client,
  type Finding as InspectorFinding,
  ListCoverageCommand,
  ListFindingsCommand,
  type StringFilter,
} from '@aws-sdk/client-inspector2';
import { ask, pages } from '#aws/call.ts';
import { toCoverage, toFinding } from '#aws/finding.ts';
import { groupsOf, inFlight } from '#aws/in-flight.ts';
import { lazily } from '#aws/lazily.ts';
import { AwsRefused } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { Coverage, Finding } from '#domain/patch/model.ts';
import type { Inspector } from '#domain/patch/ports.ts';

/**
 * No rates are published for Inspector, and it throttles: few requests at once, more attempts than three, and after a throttled one
 * all are sent at the rate that got through (retry mode `adaptive` of the SDK).
 */
const inspector2 = lazily(() => new Inspector2Client({ maxAttempts: 10, retryMode: 'adaptive' }));

/** Entries that one filter takes, and requests in flight. */
const FILTER_ENTRIES = 10;
const WIDTH = 8;

export const inspector: Inspector = {
  async enabled() {
    const call = inspector2().send(new BatchGetAccountStatusCommand({}));
    const { accounts, failedAccounts } = await ask('inspector2:BatchGetAccountStatus', call);
    const [account] = accounts ?? [];
    const [failed] = failedAccounts ?? [];
    if (!account) throw new AwsRefused(`inspector2:BatchGetAccountStatus: ${failed?.errorMessage ?? 'no account'}`);
    return account.resourceState?.ec2?.status === 'ENABLED';
  },

  async *coverage(ids) {
    for await (const rows of inFlight(groupsOf(ids, FILTER_ENTRIES), WIDTH, coverageOf)) yield* rows;
  },

  async *findings(ids, { closedSince }) {
    const read = (group: string[]) => findingsOf(group, closedSince);
    for await (const findings of inFlight(groupsOf(ids, FILTER_ENTRIES), WIDTH, read)) yield* findings;
  },
};

async function coverageOf(ids: string[]): Promise<Coverage[]> {
  const filterCriteria = { resourceId: ids.map(equals), scanType: [equals('PACKAGE')] };
  const rows = pages(async (nextToken) => {
    const command = new ListCoverageCommand({ filterCriteria, maxResults: 200, nextToken });
    const answer = await ask('inspector2:ListCoverage', inspector2().send(command));
    return { items: answer.coveredResources, next: answer.nextToken };
  });
  const found: Coverage[] = [];
  for await (const row of rows) found.push(toCoverage(row));
  return found;
}

/**
 * ACTIVE and SUPPRESSED whole, then CLOSED since. Inspector works on while we page: the same finding may come twice, and
 * may have been closed between the two requests; what was read last stands.
 */
async function findingsOf(ids: string[], closedSince: Instant | null): Promise<Finding[]> {
  const base = { resourceId: ids.map(equals), findingType: [equals('PACKAGE_VULNERABILITY')] };
  const asked = new Set(ids);
  const found = new Map<string, Finding>();
  const requests: FilterCriteria[] = [{ ...base, findingStatus: [equals('ACTIVE'), equals('SUPPRESSED')] }];
  if (closedSince !== null) {
    const updatedAt = [{ startInclusive: new Date(closedSince) }];
    requests.push({ ...base, findingStatus: [equals('CLOSED')], updatedAt });
  }
  for (const filterCriteria of requests) {
    for await (const raw of listed(filterCriteria)) {
      const finding = toFinding(raw, asked);
      if (finding) found.set(finding.arn, finding);
    }
  }
  return [...found.values()];
}

function listed(filterCriteria: FilterCriteria): AsyncGenerator<InspectorFinding> {
  return pages(async (nextToken) => {
    const command = new ListFindingsCommand({ filterCriteria, maxResults: 100, nextToken });
    const answer = await ask('inspector2:ListFindings', inspector2().send(command));
    return { items: answer.findings, next: answer.nextToken };
  });
}

function equals(value: string): StringFilter & CoverageStringFilter {
  return { comparison: 'EQUALS', value };
}
