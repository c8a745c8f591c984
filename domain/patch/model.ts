import type { Instant } from '#domain/instant.ts';
import type { Severity } from '#domain/severity.ts';

export type InstanceId = string;

/** SSM's OperatingSystem enum, as far as EC2 fleets use it. */
export type Os =
  | 'WINDOWS'
  | 'AMAZON_LINUX_2'
  | 'AMAZON_LINUX_2023'
  | 'UBUNTU'
  | 'DEBIAN'
  | 'REDHAT_ENTERPRISE_LINUX'
  | 'SUSE'
  | 'CENTOS'
  | 'ORACLE_LINUX'
  | 'ROCKY_LINUX'
  | 'ALMA_LINUX';

/** How Inspector looks at an instance; other values exist (Inspector API model) and are kept as they came. */
export type ScanMode = 'EC2_SSM_AGENT_BASED' | 'EC2_AGENTLESS' | 'EC2_INSPECTOR_AGENT_BASED';

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** One instance as EC2 lists it. Only EC2 knows stopped and unmanaged ones (trap 29). */
export interface Member {
  id: InstanceId;
  state: InstanceState;
  zone: string;
  tags: Record<string, string>;
  launchedAt: Instant;
  managedBy?: string; // the service that runs it for the account: eks.amazonaws.com (trap 32)
}

/** One managed node as SSM lists it (DescribeInstanceInformation). */
export interface Managed {
  id: InstanceId;
  ping: 'Online' | 'ConnectionLost' | 'Inactive';
  os: Os | null; // null: a platform that is not patched
  limit?: 'ours' | 'aws'; // where os is null: who does not patch it, this loop or Patch Manager
  platform: string; // "Debian GNU/Linux 12"
  lastPingAt: Instant | null;
}

/** Inspector's coverage row of scanType PACKAGE. */
export interface Coverage {
  id: InstanceId;
  status: 'ACTIVE' | 'INACTIVE';
  reason: string; // SUCCESSFUL, STALE_INVENTORY, EC2_INSTANCE_STOPPED, UNMANAGED_EC2_INSTANCE …
  scanMode: string | null;
  lastScannedAt: Instant | null;
}

export interface VulnerablePackage {
  name: string;
  arch: string | null; // null where Inspector says ALL or nothing
  version: string; // whole: [epoch:]version[-release]
  fixedIn: string | null; // whole; null where there is none ("NotAvailable")
  manager: string; // OS, PIP, NODEPKG … ; only OS is patchable (trap 10)
}

/** One vulnerability on one instance, with its packages inside (trap 20). */
export interface Finding {
  arn: string;
  instance: InstanceId;
  vulnerabilityId: string;
  title: string;
  severity: Severity;
  status: 'ACTIVE' | 'SUPPRESSED' | 'CLOSED';
  fixAvailable: 'YES' | 'NO' | 'PARTIAL' | null;
  exploitAvailable: boolean;
  score: number | null;
  vendorSeverity: string | null;
  vendorCreatedAt: Instant | null;
  vendorUpdatedAt: Instant | null;
  firstObservedAt: Instant;
  updatedAt: Instant;
  packages: VulnerablePackage[];
}

/** SSM's summary of the last patch operation on an instance. Believe it only with our SnapshotId (trap 21). */
export interface PatchState {
  id: InstanceId;
  baselineId: string;
  snapshotId: string | null;
  operation: 'Scan' | 'Install';
  startedAt: Instant;
  endedAt: Instant; // before the reboot (trap 18)
  installed: number;
  installedPendingReboot: number;
  missing: number;
  failed: number;
  unapproved?: number; // AvailableSecurityUpdate, on Windows only (trap 37); absent: none
}

export type PatchStatus =
  | 'Installed'
  | 'InstalledOther'
  | 'InstalledPendingReboot'
  | 'InstalledRejected'
  | 'Missing'
  | 'NotApplicable'
  | 'Failed'
  | 'AvailableSecurityUpdate';

/** One row of DescribeInstancePatches. */
export interface Patch {
  title: string;
  kb: string; // KB number on Windows, name.arch on Linux
  package: { name: string; arch: string; version: string } | null; // null on Windows
  status: PatchStatus;
  classification: string | null;
  severity: string | null;
  cveIds: string[]; // empty on Debian and Ubuntu, and after the install (trap 17)
  installedAt: Instant | null;
}

export interface BaselineRule {
  filters: Record<string, string[]>; // PatchFilter key → values; "*" matches all
  approveAfterDays: number | null;
  approveUntil: string | null; // YYYY-MM-DD
  enableNonSecurity: boolean;
}

/** The patch baseline that a group gets on one OS, with its rules. */
export interface Baseline {
  id: string;
  name: string;
  os: Os;
  source: 'group' | 'default'; // registered for the patch group, or the account's default for the OS
  owner: 'AWS' | 'Self';
  globalFilters: Record<string, string[]>;
  rules: BaselineRule[];
  approved: string[];
  rejected: string[];
  contentHash: string; // sha256 over what decides, made by the adapter with #domain/hash.ts
}

/** A member with everything the survey learnt of it: one line of `before/<ring>.jsonl.gz`. */
export interface SurveyedHost {
  id: InstanceId;
  ring: string | null; // null: in none or in several
  rings: string[]; // all rings whose tag it has
  member: Member;
  managed: Managed | null;
  coverage: Coverage | null;
  /** `fresh`: the state carries our scan's SnapshotId. Otherwise nothing is known of missing patches. */
  patchScan: 'fresh' | 'unknown';
  patchState: PatchState | null;
  patches: Patch[]; // Missing, Failed and InstalledPendingReboot ones, on Windows AvailableSecurityUpdate ones too
  findings: Finding[];
}

/** A host of the second survey. A listed host that EC2 no longer knows has `member: null`. */
export interface HostAfter {
  id: InstanceId;
  ring: string | null;
  member: Member | null;
  managed: Managed | null;
  coverage: Coverage | null;
  patches: Patch[];
  findings: Finding[]; // ACTIVE, SUPPRESSED, and CLOSED updated since the campaign opened
}

/** The file that holds hosts of no ring or of several; no ring may be called so. */
export const NO_RING = 'no-ring';
