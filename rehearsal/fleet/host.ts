import type { Chance } from '#rehearsal/api.ts';
import type { Platform } from '#rehearsal/fleet/platforms.ts';

export interface Package {
  name: string;
  source: string;
  arch: string;
  version: string;
  manager: string; // OS, PIP …
  path: string | null;
  /** kernel-meta pulls in a kernel-image with the version in its name; kernel is replaced in place. Images run, or are just there. */
  role: 'plain' | 'kernel-meta' | 'kernel-image' | 'kernel' | 'language';
}

export interface Kernel {
  name: string;
  version: string;
}

/** One run of the patch document on a host, for tests of what really happened. */
export interface PatchRun {
  commandId: string;
  operation: 'Scan' | 'Install';
  startedAt: number;
  endedAt: number | null; // null: never came to its end
  rebootedAt: number | null;
  installed: string[];
  exit: number | null;
}

export interface Host {
  readonly id: string;
  readonly name: string;
  readonly entry: string; // name of its entry in the scenario's fleet
  readonly platform: Platform;
  readonly zone: string;
  readonly scanMode: string;
  readonly launchedAt: number;
  readonly pinned: ReadonlySet<string>;
  readonly repositoryLag: number;
  readonly staleInventory: boolean;
  readonly chance: Chance;
  readonly managedBy: string | null; // the service that runs it for the account
  readonly exported: readonly ExportedFinding[] | null; // of a real export: Inspector shows these and no others
  tags: Record<string, string>;
  state: 'running' | 'stopping' | 'stopped' | 'terminated';
  terminatedAt: number | null;
  bootedAt: number;
  agent: 'online' | 'offline' | 'none';
  agentSince: number; // since when it is so
  packages: ReadonlyMap<string, Package>; // replaced as a whole, never changed: an inventory keeps the old one
  running: Kernel | null;
  changedAt: Map<string, number>; // package name → installed by a patch at
  pendingReboot: ReadonlyMap<string, Package>; // changed since the last boot
  failsWith: number | null; // exit of every install, by fault
  losesAgent: 'install' | 'reboot' | null; // by fault, at the next install
  agentBackAfter: number | null;
  runs: PatchRun[];
}

export interface ExportedPackage {
  name: string;
  version: string; // whole: [epoch:]version[-release]
  arch: string | null;
  manager: string;
  fixedIn: string | null; // whole, as a repository has it; null: NotAvailable or not said
  toldFix: string | null; // as the finding has it: perhaps with an epoch of 0, or an arch behind it
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
