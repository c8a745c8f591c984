import { compareVersions, type VersionOrder } from '#rehearsal/fleet/versions.ts';

/** One advisory of a data file or of a `release` fault, as it is written there. */
export interface AdvisoryRow {
  vulnerabilityId: string;
  source: string;
  manager?: string | undefined; // OS unless said; PIP and others come from deep inspection (trap 10)
  fixedInVersion: string | null;
  released: string | null;
  published?: string | null | undefined;
  severity: string;
  score?: number | null | undefined;
  cvss?: { version: string; baseScore: number; vectorString: string; source: string } | null | undefined;
  exploitation?: string | null | undefined;
  vendorSeverity?: string | null | undefined;
  urgency?: string | null | undefined;
  distribution?: string | undefined;
  classification?: string | undefined;
  title?: string | undefined;
  cves?: string[] | undefined;
  supersedes?: boolean | undefined; // Windows: only the newest of a line is reported (trap 20)
}

export interface PackageRow {
  name: string;
  source: string;
  arch: string;
  installed: string;
}

export interface AdvisoryFile {
  about: string;
  platform: string;
  packages: PackageRow[];
  advisories: AdvisoryRow[];
}

export interface Advisory {
  vulnerabilityId: string;
  source: string;
  manager: string;
  fixedIn: string | null;
  releasedAt: number | null;
  knownAt: number; // from when on Inspector knows it
  publishedAt: number | null;
  severity: string;
  score: number | null;
  vector: string | null;
  exploit: boolean;
  vendorSeverity: string | null;
  cves: string[];
  supersedes: boolean;
  withdrawnAt: number | null;
}

/** A version that the distribution released; it closes its advisories and those of every earlier one. */
export interface Release {
  source: string;
  version: string;
  at: number;
  security: boolean; // from the security archive: a baseline without EnableNonSecurity takes no other on Debian and Ubuntu
  classification: string;
  severity: string;
  title: string | null;
  vulnerabilities: string[];
  cves: string[];
}

const WORST_FIRST = ['Critical', 'Important', 'Medium', 'Low', 'None'];
const NO_DATE = Number.NEGATIVE_INFINITY;

/** All advisories of one platform, and the releases that follow from them. */
export class AdvisoryBook {
  readonly packages: PackageRow[] = [];
  readonly #order: VersionOrder;
  readonly #bySource = new Map<string, Advisory[]>();
  readonly #releases = new Map<string, Release[]>();
  readonly #open = new Map<string, readonly Advisory[]>(); // 'source version' → advisories, counted once for a whole fleet

  constructor(order: VersionOrder) {
    this.#order = order;
  }

  addFile(file: AdvisoryFile): void {
    this.packages.push(...file.packages);
    for (const row of file.advisories) this.add(row);
  }

  add(row: AdvisoryRow): Advisory {
    const advisory = readAdvisory(row);
    const list = this.#bySource.get(row.source) ?? [];
    this.#bySource.set(row.source, [...list, advisory]);
    this.#open.clear();
    if (advisory.fixedIn !== null && advisory.releasedAt !== null) this.#addRelease(row, advisory.releasedAt);
    return advisory;
  }

  /** Advisories that a version of the source does not have the fix of, whether known and released yet or not. */
  openFor(source: string, version: string): readonly Advisory[] {
    const key = `${source} ${version}`;
    const counted = this.#open.get(key);
    if (counted) return counted;
    const isOpen = ({ fixedIn }: Advisory) => fixedIn === null || compareVersions(this.#order, version, fixedIn) < 0;
    const open = (this.#bySource.get(source) ?? []).filter(isOpen);
    this.#open.set(key, open);
    return open;
  }

  byId(vulnerabilityId: string): Advisory[] {
    return [...this.#bySource.values()].flat().filter((advisory) => advisory.vulnerabilityId === vulnerabilityId);
  }

  /** Oldest version first. */
  releases(source: string): readonly Release[] {
    return this.#releases.get(source) ?? [];
  }

  /** Instants after `from` at which something becomes known or fixed, with the sources that it is about. */
  news(from: number, until: number): Map<number, Set<string>> {
    const news = new Map<number, Set<string>>();
    for (const [source, advisories] of this.#bySource) {
      for (const advisory of advisories) {
        for (const at of [advisory.knownAt, advisory.releasedAt]) {
          if (at !== null && at > from && at <= until) news.set(at, (news.get(at) ?? new Set()).add(source));
        }
      }
    }
    return news;
  }

  #addRelease(row: AdvisoryRow, at: number): void {
    const version = row.fixedInVersion ?? '';
    const releases = this.#releases.get(row.source) ?? [];
    const known = releases.find((release) => release.version === version);
    const severity = row.vendorSeverity ?? 'Medium';
    if (known) {
      known.at = Math.min(known.at, at);
      known.vulnerabilities.push(row.vulnerabilityId);
      known.cves.push(...cvesOf(row));
      if (WORST_FIRST.indexOf(severity) < WORST_FIRST.indexOf(known.severity)) known.severity = severity;
      return;
    }
    const release: Release = {
      source: row.source,
      version,
      at,
      security: row.distribution === undefined || row.distribution.endsWith('-security'),
      classification: row.classification ?? 'Security',
      severity,
      title: row.title ?? null,
      vulnerabilities: [row.vulnerabilityId],
      cves: cvesOf(row),
    };
    const sorted = [...releases, release].sort((a, b) => compareVersions(this.#order, a.version, b.version));
    this.#releases.set(row.source, sorted);
  }
}

function readAdvisory(row: AdvisoryRow): Advisory {
  const releasedAt = row.released ? Date.parse(row.released) : null;
  const publishedAt = row.published ? Date.parse(row.published) : null;
  const dates = [releasedAt, publishedAt].filter((at) => at !== null);
  return {
    vulnerabilityId: row.vulnerabilityId,
    source: row.source,
    manager: row.manager ?? 'OS',
    fixedIn: row.fixedInVersion,
    releasedAt,
    publishedAt,
    knownAt: dates.length > 0 ? Math.min(...dates) : NO_DATE,
    severity: row.severity,
    score: row.score ?? row.cvss?.baseScore ?? null,
    vector: row.cvss?.vectorString ?? null,
    exploit: row.exploitation === 'poc' || row.exploitation === 'active',
    vendorSeverity: row.vendorSeverity ?? row.urgency ?? null,
    cves: cvesOf(row),
    supersedes: row.supersedes ?? false,
    withdrawnAt: null,
  };
}

function cvesOf(row: AdvisoryRow): string[] {
  return row.cves ?? (row.vulnerabilityId.startsWith('CVE-') ? [row.vulnerabilityId] : []);
}
