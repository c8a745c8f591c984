/** ListFindings' filters and orders over what a finding shows. Entries of one filter are alternatives; a member no finding has is empty. */
import { timeOf } from '#rehearsal/world/paging.ts';

type View = Record<string, unknown>;
interface Text {
  comparison: string;
  value: string;
}
interface Range {
  lowerInclusive?: number;
  upperInclusive?: number;
}

export function viewMatches(view: View, key: string, filters: readonly unknown[]): boolean {
  if (key === 'vulnerablePackages')
    return filters.some((filter) => packagesOf(view).some((one) => isPackage(one, filter)));
  const value = memberOf(view, key);
  return filters.some((filter) => {
    if (isText(filter)) return texts(value).some((text) => textMatches(text, filter));
    const { startInclusive, endInclusive } = filter as Record<string, unknown>;
    if (startInclusive === undefined && endInclusive === undefined) return inRange(value, filter as Range);
    const at = value instanceof Date ? value.getTime() : Number.NaN;
    return at >= (timeOf(startInclusive) ?? -Infinity) && at <= (timeOf(endInclusive) ?? Infinity);
  });
}

const FIELDS: Record<string, string> = {
  AWS_ACCOUNT_ID: 'awsAccountId',
  FINDING_TYPE: 'type',
  SEVERITY: 'severity',
  FIRST_OBSERVED_AT: 'firstObservedAt',
  LAST_OBSERVED_AT: 'lastObservedAt',
  FINDING_STATUS: 'status',
  VULNERABILITY_ID: 'vulnerabilityId',
  VULNERABILITY_SOURCE: 'vulnerabilitySource',
  INSPECTOR_SCORE: 'inspectorScore',
  VENDOR_SEVERITY: 'vendorSeverity',
};
const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

/** For Array.sort. Fields that no finding of an instance has leave the order as it is. */
export function order({ field, sortOrder }: { field: string; sortOrder: string }): (a: View, b: View) => number {
  const rank = (view: View): number | string => {
    const value = memberOf(view, FIELDS[field] ?? '');
    if (field === 'SEVERITY') return SEVERITIES.indexOf(String(value));
    if (value instanceof Date) return value.getTime();
    return typeof value === 'number' ? value : String(value ?? '');
  };
  const sign = sortOrder === 'DESC' ? -1 : 1;
  return (a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left < right ? -sign : left > right ? sign : 0;
  };
}

function memberOf(view: View, key: string): unknown {
  const details = (view.packageVulnerabilityDetails ?? {}) as View;
  if (key === 'vulnerabilitySource') return details.source;
  if (['vendorSeverity', 'relatedVulnerabilities', 'vulnerabilityId'].includes(key)) return details[key];
  return view[key];
}

function packagesOf(view: View): View[] {
  return ((view.packageVulnerabilityDetails as View | undefined)?.vulnerablePackages ?? []) as View[];
}

function isPackage(one: View, filter: unknown): boolean {
  return Object.entries(filter as Record<string, unknown>).every(([key, wanted]) => {
    const value = one[key === 'architecture' ? 'arch' : key];
    return isText(wanted) ? textMatches(String(value ?? ''), wanted) : inRange(value, wanted as Range);
  });
}

function isText(filter: unknown): filter is Text {
  return typeof (filter as Text).comparison === 'string';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value ?? '')];
}

function textMatches(value: string, { comparison, value: wanted }: Text): boolean {
  if (comparison === 'PREFIX') return value.startsWith(wanted);
  return comparison === 'EQUALS' ? value === wanted : value !== wanted;
}

function inRange(value: unknown, { lowerInclusive, upperInclusive }: Range): boolean {
  return typeof value === 'number' && value >= (lowerInclusive ?? -Infinity) && value <= (upperInclusive ?? Infinity);
}
