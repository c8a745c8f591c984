/** Hosts of a real findings export: what they have installed, and the findings as Inspector told them, kept as they are. */
import type { Advisory, AdvisoryRow } from '#rehearsal/fleet/advisories.ts';
import { metapackageOf, metapackageVersion, versionSeen, withKernels } from '#rehearsal/fleet/exported-kernels.ts';
import type { ExportedFinding, Package } from '#rehearsal/fleet/host.ts';
import type { Platform } from '#rehearsal/fleet/platforms.ts';
import { lineOf, lineOfFix } from '#rehearsal/fleet/repository-line.ts';
import { compareVersions, type VersionOrder } from '#rehearsal/fleet/versions.ts';
import type { Snapshot } from '#rehearsal/services/inspector2/looks.ts';

/**
 * What the findings say the system to have installed. Of several versions of one package the oldest: no finding is closed by a
 * rounding up. Packages of Python and the like are left out: nothing changes them, and a name may be one of the system's too.
 */
export function exportedPackages(findings: readonly ExportedFinding[], order: VersionOrder): Package[] {
  const packages = new Map<string, Package>();
  for (const { name, version, arch, manager } of findings.flatMap((finding) => finding.packages)) {
    const known = packages.get(name);
    if (manager !== 'OS' || (known && compareVersions(order, known.version, version) <= 0)) continue;
    const plain = { manager, path: null, role: 'plain' as const };
    const source = lineOf(metapackageOf(name), version);
    packages.set(name, { name, source, arch: (arch ?? 'all').toLowerCase(), version, ...plain });
  }
  return withKernels([...packages.values()]);
}

/** The findings of an export that still hold on what is installed, by ARN. */
export function seenInExport(
  findings: readonly ExportedFinding[],
  { packages, running }: Pick<Snapshot, 'packages' | 'running'>,
  order: VersionOrder,
): Map<string, SeenFinding> {
  const still = findings.filter((finding) => holds(finding, { packages, running }, order));
  return new Map(
    still.map((told) => [told.arn, { told, advisory: advisoryOf(told), affected: affectedOf(told, packages) }]),
  );
}

export function toldTimes({ firstObservedAt, updatedAt }: ExportedFinding): {
  firstObservedAt: number;
  updatedAt: number;
} {
  return { firstObservedAt: Date.parse(firstObservedAt), updatedAt: Date.parse(updatedAt) };
}

/**
 * Does the finding still hold? As long as a package of it is older than its fix, or has none. Inspector also tells of packages that are
 * as new as their fix by their own words (another kernel runs): those hold until something changes them.
 */
function holds(
  finding: ExportedFinding,
  { packages, running }: Pick<Snapshot, 'packages' | 'running'>,
  order: VersionOrder,
): boolean {
  if (finding.packages.length === 0) return true;
  return finding.packages.some(({ name, version, fixedIn, manager }) => {
    if (manager !== 'OS' || fixedIn === null) return true;
    const pkg = packages.get(name);
    const now = pkg ? versionSeen(pkg, running) : version;
    return compareVersions(order, now, fixedIn) < 0 || (now === version && isOpenOnItsOwnWords(finding, order));
  });
}

function isOpenOnItsOwnWords({ packages }: ExportedFinding, order: VersionOrder): boolean {
  return packages.every(({ version, fixedIn }) => fixedIn === null || compareVersions(order, version, fixedIn) >= 0);
}

/** A host of an export, as far as it tells when fixes came out. */
interface FoundOn {
  launchedAt: string | null;
  findings: readonly ExportedFinding[];
}

/**
 * The releases that the fixes of an export imply, as the vendor's repository has them: in the line of packages that they belong to, and
 * with the vendor's severity. It does not say when each came out: the first sight is taken where it was news (`newsOn`), else the vendor's
 * date of the vulnerability, else the first sight, and never later than the export itself.
 */
export function exportedAdvisories(hosts: readonly FoundOn[], exportedAt: string, platform: Platform): AdvisoryRow[] {
  // Windows names an update by the KB in its title.
  const kind = platform.packaging === 'windows' ? { classification: 'SecurityUpdates' } : {};
  const rows = new Map<string, AdvisoryRow>();
  for (const host of hosts) {
    const news = newsOn(host);
    for (const finding of host.findings) {
      const released = news.has(finding)
        ? finding.firstObservedAt
        : (finding.vendorCreatedAt ?? finding.firstObservedAt);
      for (const { name, version, fixedIn, manager } of finding.packages) {
        if (manager !== 'OS' || fixedIn === null) continue;
        const source = lineOfFix(metapackageOf(name), version, fixedIn);
        const fixedInVersion = metapackageVersion(name, fixedIn);
        const row = `${source} ${fixedInVersion} ${finding.vulnerabilityId}`;
        rows.set(row, {
          vulnerabilityId: finding.vulnerabilityId,
          source,
          fixedInVersion,
          released: [released, exportedAt, rows.get(row)?.released ?? exportedAt].sort()[0] ?? exportedAt,
          severity: finding.severity,
          score: finding.score,
          vendorSeverity: vendorsWord(finding, platform),
          title: `${finding.title} (${finding.vulnerabilityId})`,
          ...kind,
        });
      }
    }
  }
  return [...rows.values()];
}

const DAY = 86_400_000;
const FIRST_LOOK = DAY; // a new host is looked at within it
const NEWS = 30 * DAY;

/**
 * Findings that a host could not have had before, since their fixes had just come out: it stood already, and all that was first seen in
 * that moment is of vulnerabilities that the vendor had taken up within a month. With an older one among them it was the look that
 * was new (Inspector switched on, an agent installed), and says nothing of the fixes.
 */
function newsOn({ launchedAt, findings }: FoundOn): Set<ExportedFinding> {
  if (launchedAt === null) return new Set();
  const isRecent = ({ vendorCreatedAt, firstObservedAt }: ExportedFinding) =>
    vendorCreatedAt !== null && Date.parse(firstObservedAt) - Date.parse(vendorCreatedAt) <= NEWS;
  const seenTogether = [...Map.groupBy(findings, ({ firstObservedAt }) => firstObservedAt)].filter(
    ([at, seen]) => Date.parse(at) - Date.parse(launchedAt) > FIRST_LOOK && seen.every(isRecent),
  );
  return new Set(seenTogether.flatMap(([, seen]) => seen));
}

function affectedOf(finding: ExportedFinding, packages: ReadonlyMap<string, Package>): Affected[] {
  return finding.packages.map(({ name, version, arch, manager, fixedIn, toldFix, filePath }) => ({
    name,
    arch: arch ?? 'ALL',
    version: (manager === 'OS' ? packages.get(name)?.version : undefined) ?? version,
    fixedIn,
    ...(toldFix === null ? {} : { toldFix }),
    manager,
    path: filePath,
  }));
}

function advisoryOf(finding: ExportedFinding): Advisory {
  const { vulnerabilityId, severity, score, vendorSeverity, vendorCreatedAt } = finding;
  return {
    vulnerabilityId,
    source: finding.packages[0]?.name ?? vulnerabilityId,
    manager: finding.packages[0]?.manager ?? 'OS',
    fixedIn: finding.packages[0]?.fixedIn ?? null,
    releasedAt: null,
    knownAt: Date.parse(finding.firstObservedAt),
    publishedAt: vendorCreatedAt === null ? null : Date.parse(vendorCreatedAt),
    severity,
    score,
    vector: null,
    exploit: finding.exploitAvailable,
    vendorSeverity,
    cves: [],
    supersedes: false,
    withdrawnAt: null,
  };
}

/**
 * The word that the vendor's own advisory has, which patch baselines filter by. Findings write it in any case, and where Inspector took the
 * vulnerability from NVD it is NVD's: then the word of the same rank.
 */
function vendorsWord({ vendorSeverity, severity }: ExportedFinding, { os }: Platform): string {
  const middle = os.startsWith('AMAZON_LINUX') ? 'Medium' : 'Moderate';
  const words: Record<string, string> = {
    CRITICAL: 'Critical',
    IMPORTANT: 'Important',
    HIGH: 'Important',
    MODERATE: middle,
    MEDIUM: middle,
    LOW: 'Low',
    NEGLIGIBLE: 'Low',
    UNIMPORTANT: 'Low',
    INFORMATIONAL: 'Low',
  };
  return words[vendorSeverity?.toUpperCase() ?? ''] ?? words[severity] ?? middle;
}

// of a terminated instance

export interface Affected {
  name: string;
  arch: string; // as Inspector writes it: AMD64, X86_64, ALL
  version: string;
  fixedIn: string | null;
  toldFix?: string; // of an export: fixedInVersion as it stands there
  manager: string;
  path: string | null;
}

export interface SeenFinding {
  advisory: Advisory | null;
  affected: Affected[];
  told?: ExportedFinding;
}
