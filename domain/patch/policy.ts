import type { FrozenPolicy, SubjectPolicy } from '#domain/campaign/policy.ts';
import type { WindowPolicy } from '#domain/campaign/window.ts';
import type { Os, ScanMode } from '#domain/patch/model.ts';
import type { Severity } from '#domain/severity.ts';

export type Amount = { count: number } | { percent: number };

export interface RingPolicy {
  name: string;
  tag: { key: string; value: string };
  atOnce: Amount; // of the ring's planned hosts; a percentage rounds down, but never below 1
  errors: Amount; // failed or lost hosts tolerated before no further wave starts
  soakMinutes: number;
}

export interface BaselineWish {
  classifications: string[];
  severities: string[];
  approvedWithinDays: number;
}

export interface GatePolicy {
  minSample: number;
  failures: number; // hosts that may fail or not come back
  alarms: string[]; // CloudWatch alarm names that must be quiet from the first wave to the verdict
  introduced: number; // findings that the patch itself may bring
  coveragePercent: number; // of running hosts that Inspector must see, or the campaign is Blind
  looks: number; // how often an inconclusive ring is looked at again
}

export interface Waiver {
  id: string;
  owner: string;
  reason: string;
  vulnerabilities: string[]; // CVE ids; at least one
  instances: string[]; // empty: all of the group
  packages: string[]; // empty: any
  expires: string; // YYYY-MM-DD; holds through that day in UTC
}

export interface GroupPolicy extends SubjectPolicy {
  os: Os[];
  rings: RingPolicy[];
  reboot: 'RebootIfNeeded' | 'NoReboot';
  /** Hosts that a scaling group or a cluster would replace: listed only, or patched in place all the same. */
  replaced: 'list' | 'patch';
  baseline: Partial<Record<Os, BaselineWish>>;
  gate: GatePolicy;
  approvals: SubjectPolicy['approvals'] & { before: string[] }; // names of rings
  window: WindowPolicy | null; // null: always open
  proofDays: number;
  rescanMinutes: Record<ScanMode, number>; // deadline for a valid look after the re-scan was asked for
  triggers: SubjectPolicy['triggers'] & { severities: Severity[]; exploitAvailable: boolean };
  waivers: Waiver[];
}

/** `policy.json` of a patch campaign. */
export type FrozenGroup = FrozenPolicy<GroupPolicy>;

export function amountOf(amount: Amount, total: number): number {
  return 'count' in amount ? amount.count : Math.floor((amount.percent * total) / 100);
}
