/** Hosts of a real findings export: what they have installed, and the findings as Inspector told them, kept as they are. */
import type { Advisory, AdvisoryRow } from '#rehearsal/world/advisories.ts';
import type { Affected, Seen } from '#rehearsal/world/findings.ts';
import type { Package } from '#rehearsal/world/fleet.ts';
import { compareVersions, type VersionOrder } from '#rehearsal/world/versions.ts';

export interface ExportedPackage {
  name: string;
  version: string; // whole: [epoch:]version[-release]
  arch: string | null;
  manager: string;
  fixedIn: string | null; // null: NotAvailable or not said
  filePath: string | null;
}

/** Times are ISO, UTC. */
export interface ExportedFinding {
  arn: string;
  vulnerabilityId: string;
  title: string;
  severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL' | 'UNTRIAGED';
  status: 'ACTIVE' | 'SUPPRESSED';
  score: number | null;
  fixAvailable: string | null;
  exploitAvailable: boolean;
  vendorSeverity: string | null;
  vendorCreatedAt: string | null;
  firstObservedAt: string;
  updatedAt: string;
  packages: ExportedPackage[];
}

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
    packages.set(name, { name, source: name, arch: (arch ?? 'all').toLowerCase(), version, ...plain });
  }
  return [...packages.values()];
}

/** The findings of an export that still hold on what is installed, by ARN. */
export function seenInExport(
  findings: readonly ExportedFinding[],
  packages: ReadonlyMap<string, Package>,
  order: VersionOrder,
): Map<string, Seen> {
  const still = findings.filter((finding) => holds(finding, packages, order));
  return new Map(
    still.map((told) => [told.arn, { told, advisory: advisoryOf(told), affected: affectedOf(told, packages) }]),
  );
}

/** Does the finding still hold? As long as a package of it is older than its fix, or has none. */
function holds(finding: ExportedFinding, packages: ReadonlyMap<string, Package>, order: VersionOrder): boolean {
  if (finding.packages.length === 0) return true;
  return finding.packages.some(({ name, version, fixedIn, manager }) => {
    if (manager !== 'OS' || fixedIn === null) return true;
    return compareVersions(order, packages.get(name)?.version ?? version, fixedIn) < 0;
  });
}

/**
 * The releases that the fixes of an export imply. It does not say when each came out: the vendor's date of the vulnerability is
 * taken, else the first sight, and never later than the export itself.
 */
export function exportedAdvisories(
  findings: readonly ExportedFinding[],
  exportedAt: string,
  packaging: 'deb' | 'rpm' | 'windows',
): AdvisoryRow[] {
  // Windows names an update by the KB in its title.
  const kind = packaging === 'windows' ? { classification: 'SecurityUpdates' } : {};
  const rows = new Map<string, AdvisoryRow>();
  for (const finding of findings) {
    for (const { name, fixedIn, manager } of finding.packages) {
      if (manager !== 'OS' || fixedIn === null) continue;
      const released = finding.vendorCreatedAt ?? finding.firstObservedAt;
      rows.set(`${name} ${fixedIn} ${finding.vulnerabilityId}`, {
        vulnerabilityId: finding.vulnerabilityId,
        source: name,
        fixedInVersion: fixedIn,
        released: released < exportedAt ? released : exportedAt,
        severity: finding.severity,
        score: finding.score,
        vendorSeverity: VENDOR_SEVERITIES[finding.severity],
        title: `${finding.title} (${finding.vulnerabilityId})`,
        ...kind,
      });
    }
  }
  return [...rows.values()];
}

function affectedOf(finding: ExportedFinding, packages: ReadonlyMap<string, Package>): Affected[] {
  return finding.packages.map(({ name, version, arch, manager, fixedIn, filePath }) => ({
    name,
    arch: arch ?? 'ALL',
    version: (manager === 'OS' ? packages.get(name)?.version : undefined) ?? version,
    fixedIn,
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

/** In the words that patch baselines filter by. */
const VENDOR_SEVERITIES = {
  CRITICAL: 'Critical',
  HIGH: 'Important',
  MEDIUM: 'Medium',
  LOW: 'Low',
  INFORMATIONAL: 'Low',
  UNTRIAGED: 'Medium',
};
