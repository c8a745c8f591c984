/** One finding of an export, as the rehearsal takes it; what it cannot do without, by the path that a person finds it by. */
import type { Instant } from '#domain/instant.ts';
import { SEVERITIES, type Severity } from '#domain/severity.ts';
import type { ExportedFinding, ExportedPackage } from '#rehearsal/fleet/host.ts';
import { moment } from './moment.ts';
import { isObject } from './pages.ts';

export type Raw = Record<string, unknown>;

/** The instance that it is on; {}: it names no resource at all, which is a fault; null: it is on something else. */
export function ec2Resource(value: Raw): Raw | null {
  const resources = Array.isArray(value.resources) ? value.resources : [];
  if (resources.length === 0) return {};
  return resources.find((resource) => isObject(resource) && resource.type === 'AWS_EC2_INSTANCE') ?? null;
}

/** By AWS's own models, by which the rehearsal judges what is asked of it. */
const FINDING_ARN = /^arn:aws[a-z-]*:inspector2:[a-z0-9-]+:\d{12}:finding\/[a-f0-9]{32}$/;
const INSTANCE_ID = /^i-(?:[a-f0-9]{8}|[a-f0-9]{17})$/;

/** Everything that is missing, each with its path and what is wrong there. */
export function missingOf(value: Raw, resource: Raw): string[] {
  const missing: string[] = [];
  const text = (path: string, found: unknown) => {
    if (typeof found !== 'string' || found === '') missing.push(`${path}: is missing`);
  };
  text('.findingArn', value.findingArn);
  text('.resources[0].id', resource.id);
  const named = (path: string, found: unknown, form: RegExp, what: string) => {
    if (typeof found === 'string' && found !== '' && !form.test(found)) missing.push(`${path}: ${found} is no ${what}`);
  };
  named('.findingArn', value.findingArn, FINDING_ARN, 'ARN of a finding of Inspector');
  named('.resources[0].id', resource.id, INSTANCE_ID, 'id of an instance');
  if (moment(value.firstObservedAt) === null) {
    missing.push(`.firstObservedAt: ${JSON.stringify(value.firstObservedAt) ?? 'nothing'} is no time`);
  }
  const details = detailsOf(value);
  text('.packageVulnerabilityDetails.vulnerabilityId', details.vulnerabilityId);
  const packages = Array.isArray(details.vulnerablePackages) ? details.vulnerablePackages : [];
  const path = '.packageVulnerabilityDetails.vulnerablePackages';
  packages.forEach((each, place) => {
    text(`${path}[${place}].name`, isObject(each) ? each.name : undefined);
    text(`${path}[${place}].version`, isObject(each) ? each.version : undefined);
  });
  return missing;
}

/** Takes what `missingOf` finds whole. */
export function findingOf(value: Raw, severity: Severity): ExportedFinding {
  const details = detailsOf(value);
  return {
    arn: String(value.findingArn),
    vulnerabilityId: String(details.vulnerabilityId),
    title: typeof value.title === 'string' ? value.title : String(details.vulnerabilityId),
    severity,
    status: value.status === 'SUPPRESSED' ? 'SUPPRESSED' : 'ACTIVE',
    score: typeof value.inspectorScore === 'number' ? value.inspectorScore : null,
    fixAvailable: typeof value.fixAvailable === 'string' ? value.fixAvailable : null,
    exploitAvailable: value.exploitAvailable === 'YES',
    vendorSeverity: typeof details.vendorSeverity === 'string' ? details.vendorSeverity : null,
    vendorCreatedAt: moment(details.vendorCreatedAt),
    firstObservedAt: moment(value.firstObservedAt) ?? '',
    updatedAt: updatedAt(value),
    packages: packagesOf(details),
  };
}

export function updatedAt(value: Raw): Instant {
  return moment(value.updatedAt) ?? moment(value.lastObservedAt) ?? moment(value.firstObservedAt) ?? '';
}

/** null: it is none that Inspector has. */
export function severityOf(value: Raw): Severity | null {
  return SEVERITIES.find((severity) => severity === value.severity) ?? null;
}

function detailsOf(value: Raw): Raw {
  return isObject(value.packageVulnerabilityDetails) ? value.packageVulnerabilityDetails : {};
}

function packagesOf(details: Raw): ExportedPackage[] {
  const packages = Array.isArray(details.vulnerablePackages) ? details.vulnerablePackages.filter(isObject) : [];
  return packages.map((each) => ({
    name: String(each.name),
    version: wholeVersion(each),
    arch: typeof each.arch === 'string' && each.arch !== 'ALL' ? each.arch : null,
    manager: typeof each.packageManager === 'string' ? each.packageManager : 'OS',
    fixedIn: fixOf(each),
    toldFix: typeof each.fixedInVersion === 'string' ? each.fixedInVersion : null,
    filePath: typeof each.filePath === 'string' ? each.filePath : null,
  }));
}

function wholeVersion(each: Raw): string {
  const version = String(each.version);
  const release = typeof each.release === 'string' && each.release !== '' ? `-${withoutArch(each.release)}` : '';
  return `${/^\d+:/.test(version) ? '' : epochOf(each)}${version}${release}`.replace(/^0:/, '');
}

/** As a repository has it: no arch behind it, and the package's own epoch where the finding leaves it out. */
function fixOf(each: Raw): string | null {
  const told = typeof each.fixedInVersion === 'string' ? each.fixedInVersion.trim() : '';
  if (told === '' || /^(not ?available|none|n\/a)$/i.test(told)) return null;
  if (typeof each.packageManager === 'string' && each.packageManager !== 'OS') return told;
  return withoutArch(/^\d+:/.test(told) ? told.replace(/^0:/, '') : `${epochOf(each)}${told}`);
}

function epochOf({ epoch }: Raw): string {
  return Number(epoch) > 0 ? `${Number(epoch)}:` : '';
}

function withoutArch(version: string): string {
  return version.replace(/\.(x86_64|amd64|aarch64|arm64|noarch|i[3-6]86|ppc64le|s390x|all|src)$/i, '');
}
