import type { Instant } from '#domain/instant.ts';
import type { Severity } from '#domain/severity.ts';
import type { ExportedFinding } from '#rehearsal/fleet/host.ts';
import { BadInput } from '../../bad-input.ts';
import { several } from '../../screen/text.ts';
import { choosePlace, type FindingPlace, placeOf, samePlace, type WantedPlace } from './borders.ts';
import { HOW_TO_EXPORT } from './documents.ts';
import { ec2Resource, findingOf, missingOf, type Raw, severityOf, updatedAt } from './finding.ts';
import { moment } from './moment.ts';
import { type Entry, isObject, readExport } from './pages.ts';

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
  place: FindingPlace; // the one account and Region that all of it is of
  asides: string[]; // what was skipped, and why
}

/**
 * Reads findings of Inspector as hosts with their findings, of one account and Region. Of a finding that is there several times the
 * latest counts. Throws BadInput naming file, place and remedy of each fault.
 */
export function importExport(files: readonly string[], wanted: WantedPlace = {}): ImportedExport {
  const { entries, cut, otherEvents } = readExport(files);
  const what = files.length > 1 ? `${files[0]} and ${several(files.length - 1, 'more file')}` : String(files[0]);
  const reading = new Reading();
  for (let event = 0; event < otherEvents; event++) reading.skip('that is an event about something else');
  for (const entry of entries) reading.take(entry);
  if (reading.faults.length) throw new BadInput(faultsOf(reading.faults, what));
  const open = reading.open();
  const asides = reading.skippedWords();
  if (open.length === 0) {
    const held = asides.length
      ? `holds no open package finding of an EC2 instance (${asides.join('; ')})`
      : 'holds no findings';
    throw new BadInput([`${what}: ${held}. Remedy: ${HOW_TO_EXPORT}`]);
  }
  const { place, aside } = choosePlace(byPlace(open), wanted, what);
  if (aside) asides.push(aside);
  if (cut.length > 0)
    asides.push('the last page carries a nextToken: the export is not whole, later findings are missing');
  const taken = open.filter((each) => samePlace(each.place, place));
  return {
    hosts: hostsOf(taken),
    findings: taken.length,
    lastSeenAt: taken.reduce((last, { finding }) => (finding.updatedAt > last ? finding.updatedAt : last), ''),
    place,
    asides: asides.map((each) => `${what}: ${each}`),
  };
}

const FAULTS_SHOWN = 20;

function faultsOf(faults: string[], what: string): string[] {
  const rest = faults.length - FAULTS_SHOWN;
  if (rest <= 0) return faults;
  return [...faults.slice(0, FAULTS_SHOWN), `${what}: and ${several(rest, 'fault')} more of this kind`];
}

interface Open {
  finding: ExportedFinding;
  place: FindingPlace;
  resource: Raw;
}

class Reading {
  readonly faults: string[] = [];
  readonly #latest = new Map<string, { at: Instant; open: Open | null }>(); // null: closed
  readonly #skipped = new Map<string, number>();
  readonly #oddSeverities = new Map<string, { places: number; first: string }>();

  take({ file, place, value }: Entry): void {
    if (!isObject(value)) {
      this.faults.push(`${file}: ${place}: is no object. Remedy: take the export as the command wrote it`);
      return;
    }
    const resource = ec2Resource(value);
    if (!resource) this.skip('of another resource type');
    else if (value.type !== undefined && value.type !== 'PACKAGE_VULNERABILITY') {
      this.skip('that is no package vulnerability');
    } else if (value.status === 'CLOSED') {
      this.skip('that is closed');
      this.#keep(String(value.findingArn), updatedAt(value), null);
    } else this.#takeOpen(value, resource, file, place);
  }

  /** The latest of every ARN, but for those that were closed last. */
  open(): Open[] {
    return [...this.#latest.values()].flatMap(({ open }) => open ?? []);
  }

  skip(why: string): void {
    this.#skipped.set(why, (this.#skipped.get(why) ?? 0) + 1);
  }

  skippedWords(): string[] {
    const severities = [...this.#oddSeverities].map(([severity, { places, first }]) => {
      const also = places > 1 ? ` and ${places - 1} more` : '';
      return `${first}${also}: severity ${severity} is none that Inspector has, taken as UNTRIAGED`;
    });
    return [
      ...[...this.#skipped].map(([why, times]) => `skipped ${times} ${times === 1 ? 'entry' : 'entries'} ${why}`),
      ...severities,
    ];
  }

  #takeOpen(value: Raw, resource: Raw, file: string, place: string): void {
    const missing = missingOf(value, resource);
    if (missing.length) {
      const remedy = 'export whole findings, without --query';
      this.faults.push(...missing.map((fault) => `${file}: ${place}${fault}. Remedy: ${remedy}`));
      return;
    }
    const finding = findingOf(value, severityOf(value) ?? this.#odd(value, place));
    if (this.#latest.has(finding.arn)) this.skip('that repeats a finding ARN');
    this.#keep(finding.arn, finding.updatedAt, { finding, place: placeOf(value, resource), resource });
  }

  #keep(arn: string, at: Instant, open: Open | null): void {
    const known = this.#latest.get(arn);
    if (!known || known.at <= at) this.#latest.set(arn, { at, open });
  }

  #odd(value: Raw, place: string): Severity {
    const severity = String(value.severity);
    const seen = this.#oddSeverities.get(severity);
    this.#oddSeverities.set(severity, { places: (seen?.places ?? 0) + 1, first: seen?.first ?? `${place}.severity` });
    return 'UNTRIAGED';
  }
}

function byPlace(open: readonly Open[]): { place: FindingPlace; findings: number }[] {
  const counted: { place: FindingPlace; findings: number }[] = [];
  for (const { place } of open) {
    const known = counted.find((each) => samePlace(each.place, place));
    if (known) known.findings += 1;
    else counted.push({ place, findings: 1 });
  }
  return counted;
}

function hostsOf(open: readonly Open[]): ExportedHost[] {
  const hosts = new Map<string, ExportedHost>();
  for (const { finding, resource } of open) {
    const host = met(hosts.get(String(resource.id)), resource);
    host.findings.push(finding);
    hosts.set(host.id, host);
  }
  return [...hosts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Each finding tells of its host anew: what a later one leaves out, an earlier one said. */
function met(known: ExportedHost | undefined, resource: Raw): ExportedHost {
  const details = isObject(resource.details) ? resource.details : {};
  const ec2 = isObject(details.awsEc2Instance) ? details.awsEc2Instance : {};
  const tags = isObject(resource.tags) ? resource.tags : {};
  return {
    id: String(resource.id),
    tags: { ...known?.tags, ...Object.fromEntries(Object.entries(tags).map(([key, text]) => [key, String(text)])) },
    platform: typeof ec2.platform === 'string' ? ec2.platform : (known?.platform ?? 'UNKNOWN'),
    zone: known?.zone ?? null,
    launchedAt: moment(ec2.launchedAt) ?? known?.launchedAt ?? null,
    findings: known?.findings ?? [],
  };
}
