/** What Patch Manager last reported of each host. Each operation overwrites the one before (trap 21). */
import type { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import type { Host, Package } from '#rehearsal/fleet/host.ts';
import { type PatchBaseline, patchGroupOf } from '#rehearsal/services/ssm/baselines.ts';
import { type Candidate, candidateRow, installedRow, type PatchRow } from '#rehearsal/services/ssm/patching.ts';

export interface Report {
  baseline: PatchBaseline;
  snapshotId: string | null;
  operation: 'Scan' | 'Install';
  reboot: string;
  startedAt: number;
  endedAt: number; // before the reboot (trap 18)
  missing: Candidate[]; // empty after an install, which reports none (trap 18)
  failed: Candidate[];
  unapproved: Candidate[]; // on Windows only
  pending: readonly Package[];
  packages: ReadonlyMap<string, Package>; // as they were then
}

export class PatchStates {
  readonly #reports = new Map<string, Report>();

  put(host: Host, report: Report): void {
    this.#reports.set(host.id, report);
  }

  report(host: Host): Report | undefined {
    return this.#reports.get(host.id);
  }

  /** A row of DescribeInstancePatchStates. */
  summary(host: Host, book: AdvisoryBook): Record<string, unknown> | null {
    const report = this.#reports.get(host.id);
    if (!report) return null;
    const counts = new Map<string, number>();
    for (const row of this.rows(host, book)) counts.set(row.State, (counts.get(row.State) ?? 0) + 1);
    const count = (state: string) => counts.get(state) ?? 0;
    return {
      InstanceId: host.id,
      PatchGroup: patchGroupOf(host) ?? '',
      BaselineId: report.baseline.id,
      ...(report.snapshotId === null ? {} : { SnapshotId: report.snapshotId }),
      InstalledCount: count('INSTALLED'),
      InstalledOtherCount: count('INSTALLED_OTHER'),
      InstalledPendingRebootCount: count('INSTALLED_PENDING_REBOOT'),
      InstalledRejectedCount: 0,
      UnreportedNotApplicableCount: 0,
      MissingCount: count('MISSING'),
      FailedCount: count('FAILED'),
      NotApplicableCount: 0,
      AvailableSecurityUpdateCount: count('AVAILABLE_SECURITY_UPDATE'),
      OperationStartTime: new Date(report.startedAt),
      OperationEndTime: new Date(report.endedAt),
      Operation: report.operation,
      RebootOption: report.reboot,
      CriticalNonCompliantCount: 0,
      SecurityNonCompliantCount: 0,
      OtherNonCompliantCount: count('MISSING') + count('FAILED') + count('INSTALLED_PENDING_REBOOT'),
    };
  }

  rows(host: Host, book: AdvisoryBook): PatchRow[] {
    const report = this.#reports.get(host.id);
    if (!report) return [];
    const open = new Set([...report.missing, ...report.failed].map(({ from }) => from.name));
    const pending = new Set(report.pending.map(({ name }) => name));
    const rows = [
      ...report.missing.map((candidate) => candidateRow(host, candidate, 'MISSING')),
      ...report.failed.map((candidate) => candidateRow(host, candidate, 'FAILED')),
      ...report.unapproved.map((candidate) => candidateRow(host, candidate, 'AVAILABLE_SECURITY_UPDATE')),
    ];
    for (const pkg of report.packages.values()) {
      if (pkg.role === 'language' || open.has(pkg.name)) continue;
      rows.push(installedRow(host, pkg, book, pending.has(pkg.name)));
    }
    return rows;
  }
}
