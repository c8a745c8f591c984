import { type Instant, SEVERITIES, type Severity } from '#domain/model.ts';
import type { ExportedFinding, ExportedPackage } from '#rehearsal/world/exported.ts';
import { BadInput } from '../bad-input.ts';
import { moment } from './moment.ts';
import { type Entry, HOW_TO_EXPORT, isObject, readExport } from './pages.ts';

export interface ExportedHost {
  id: string;
  tags: Record<string, string>;
  platform: string; // Inspector's word: DEBIAN_12, AMAZON_LINUX_2023, WINDOWS_SERVER_2022
  zone: string | null;
  launchedAt: Instant | null;
  findings: ExportedFinding[];
}

export interface ImportedExport {
  hosts: ExportedHost[]; // by id
  findings: number; // distinct ARNs, ACTIVE and SUPPRESSED
  lastSeenAt: Instant; // the newest time in the export
  asides: string[]; // what was skipped, and why
}

/** Reads a `list-findings` export as hosts with their findings. Throws BadInput naming file, place and remedy of each fault. */
export function importExport(file: string): ImportedExport {
  const { entries, more } = readExport(file);
  const reading = new Reading();
  for (const entry of entries) reading.take(entry);
  if (reading.faults.length) throw new BadInput(faultsOf(reading.faults, file));
  const findings = [...reading.findings.values()];
  if (findings.length === 0) {
    const skipped = reading.skippedWords();
    const held = skipped.length
      ? `holds no open package finding of an EC2 instance (${skipped.join('; ')})`
      : 'holds no findings';
    throw new BadInput([`${file}: ${held}. Remedy: ${HOW_TO_EXPORT}`]);
  }
  const asides = reading.skippedWords();
  if (more) asides.push('the last page carries a nextToken: the export is not whole, later findings are missing');
  const hosts = [...reading.hosts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { host, finding } of findings) reading.hosts.get(host)?.findings.push(finding);
  return {
    hosts: hosts.filter((host) => host.findings.length > 0),
    findings: findings.length,
    lastSeenAt: reading.lastSeenAt,
    asides: asides.map((aside) => `${file}: ${aside}`),
  };
}

const FAULTS_SHOWN = 20;

function faultsOf(faults: string[], file: string): string[] {
  const shown = faults.slice(0, FAULTS_SHOWN).map((fault) => `${file}: ${fault}`);
  const rest = faults.length - shown.length;
  return rest > 0 ? [...shown, `${file}: and ${rest} faults more of this kind`] : shown;
}

class Reading {
  readonly findings = new Map<string, { host: string; finding: ExportedFinding }>();
  readonly hosts = new Map<string, ExportedHost>();
  readonly faults: string[] = [];
  lastSeenAt: Instant = '';
  private readonly skipped = new Map<string, number>();
  private readonly oddSeverities = new Map<string, { places: number; first: string }>();

  take({ place, value }: Entry): void {
    if (!isObject(value)) {
      this.faults.push(`${place}: is no object. Remedy: take the export as the command wrote it`);
      return;
    }
    const resource = ec2Resource(value);
    const passed = resource ? whyPassed(value) : 'of another resource type';
    if (!resource || passed) {
      this.skip(passed ?? '');
      return;
    }
    const missing = missingOf(value, resource);
    if (missing.length) {
      const remedy = 'export whole findings, without --query';
      this.faults.push(...missing.map((what) => `${place}${what}. Remedy: ${remedy}`));
      return;
    }
    this.keep(value, resource, place);
  }

  skippedWords(): string[] {
    const severities = [...this.oddSeverities].map(([severity, { places, first }]) => {
      const also = places > 1 ? ` and ${places - 1} more` : '';
      return `${first}${also}: severity ${severity} is none that Inspector has, taken as UNTRIAGED`;
    });
    return [
      ...[...this.skipped].map(([why, times]) => `skipped ${times} ${times === 1 ? 'entry' : 'entries'} ${why}`),
      ...severities,
    ];
  }

  private skip(why: string): void {
    this.skipped.set(why, (this.skipped.get(why) ?? 0) + 1);
  }

  private keep(value: Record<string, unknown>, resource: Record<string, unknown>, place: string): void {
    const finding = this.findingOf(value, place);
    const host = String(resource.id);
    if (finding.updatedAt > this.lastSeenAt) this.lastSeenAt = finding.updatedAt;
    this.meet(host, resource);
    const known = this.findings.get(finding.arn);
    if (known) this.skip('that repeats a finding ARN');
    if (!known || known.finding.updatedAt < finding.updatedAt) this.findings.set(finding.arn, { host, finding });
  }

  private meet(id: string, resource: Record<string, unknown>): void {
    const details = isObject(resource.details) ? resource.details : {};
    const ec2 = isObject(details.awsEc2Instance) ? details.awsEc2Instance : {};
    const known = this.hosts.get(id);
    const tags = isObject(resource.tags) ? resource.tags : {};
    this.hosts.set(id, {
      id,
      tags: { ...known?.tags, ...Object.fromEntries(Object.entries(tags).map(([key, text]) => [key, String(text)])) },
      platform: typeof ec2.platform === 'string' ? ec2.platform : (known?.platform ?? 'UNKNOWN'),
      zone: known?.zone ?? null,
      launchedAt: moment(ec2.launchedAt) ?? known?.launchedAt ?? null,
      findings: [],
    });
  }

  private findingOf(value: Record<string, unknown>, place: string): ExportedFinding {
    const details = isObject(value.packageVulnerabilityDetails) ? value.packageVulnerabilityDetails : {};
    const first = moment(value.firstObservedAt) ?? '';
    return {
      arn: String(value.findingArn),
      vulnerabilityId: String(details.vulnerabilityId),
      title: typeof value.title === 'string' ? value.title : String(details.vulnerabilityId),
      severity: this.severityOf(value.severity, place),
      status: value.status === 'SUPPRESSED' ? 'SUPPRESSED' : 'ACTIVE',
      score: typeof value.inspectorScore === 'number' ? value.inspectorScore : null,
      fixAvailable: typeof value.fixAvailable === 'string' ? value.fixAvailable : null,
      exploitAvailable: value.exploitAvailable === 'YES',
      vendorSeverity: typeof details.vendorSeverity === 'string' ? details.vendorSeverity : null,
      vendorCreatedAt: moment(details.vendorCreatedAt),
      firstObservedAt: first,
      updatedAt: moment(value.updatedAt) ?? moment(value.lastObservedAt) ?? first,
      packages: packagesOf(details),
    };
  }

  private severityOf(value: unknown, place: string): Severity {
    const known = SEVERITIES.find((severity) => severity === value);
    if (known) return known;
    const seen = this.oddSeverities.get(String(value));
    this.oddSeverities.set(String(value), {
      places: (seen?.places ?? 0) + 1,
      first: seen?.first ?? `${place}.severity`,
    });
    return 'UNTRIAGED';
  }
}

function ec2Resource(value: Record<string, unknown>): Record<string, unknown> | null {
  const resources = Array.isArray(value.resources) ? value.resources : [];
  if (resources.length === 0) return {}; // named as a fault, not skipped: nothing says that it is of another type
  return resources.find((resource) => isObject(resource) && resource.type === 'AWS_EC2_INSTANCE') ?? null;
}

function whyPassed(value: Record<string, unknown>): string | null {
  if (value.type !== undefined && value.type !== 'PACKAGE_VULNERABILITY') return 'that is no package vulnerability';
  return value.status === 'CLOSED' ? 'that is closed' : null;
}

/** What a finding cannot do without, each with the path that a person finds it by. */
function missingOf(value: Record<string, unknown>, resource: Record<string, unknown>): string[] {
  const missing: string[] = [];
  const text = (path: string, found: unknown) => {
    if (typeof found !== 'string' || found === '') missing.push(`${path}: is missing`);
  };
  text('.findingArn', value.findingArn);
  text('.resources[0].id', resource.id);
  if (moment(value.firstObservedAt) === null) {
    missing.push(`.firstObservedAt: ${JSON.stringify(value.firstObservedAt) ?? 'nothing'} is no time`);
  }
  const details = isObject(value.packageVulnerabilityDetails) ? value.packageVulnerabilityDetails : {};
  text('.packageVulnerabilityDetails.vulnerabilityId', details.vulnerabilityId);
  const packages = Array.isArray(details.vulnerablePackages) ? details.vulnerablePackages : [];
  const path = '.packageVulnerabilityDetails.vulnerablePackages';
  packages.forEach((each, place) => {
    text(`${path}[${place}].name`, isObject(each) ? each.name : undefined);
    text(`${path}[${place}].version`, isObject(each) ? each.version : undefined);
  });
  return missing;
}

function packagesOf(details: Record<string, unknown>): ExportedPackage[] {
  const packages = Array.isArray(details.vulnerablePackages) ? details.vulnerablePackages.filter(isObject) : [];
  return packages.map((each) => ({
    name: String(each.name),
    version: wholeVersion(each),
    arch: typeof each.arch === 'string' && each.arch !== 'ALL' ? each.arch : null,
    manager: typeof each.packageManager === 'string' ? each.packageManager : 'OS',
    fixedIn: fixOf(each.fixedInVersion),
    filePath: typeof each.filePath === 'string' ? each.filePath : null,
  }));
}

function wholeVersion(each: Record<string, unknown>): string {
  const epoch = typeof each.epoch === 'number' && each.epoch > 0 ? `${each.epoch}:` : '';
  const release = typeof each.release === 'string' && each.release !== '' ? `-${each.release}` : '';
  return `${epoch}${String(each.version)}${release}`;
}

function fixOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || /^not ?available$/i.test(value)) return null;
  return value.replace(/^0:/, '');
}
