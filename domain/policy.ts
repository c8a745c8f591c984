/**
 * The policy as everything behind config/ sees it: validated, defaults filled in, frozen. config/ makes it from policy.yml;
 * a campaign freezes the group's part into its evidence and every later task reads that copy.
 */
import type { SitePolicy } from '#domain/edge/site.ts';
import type { Instant, Os, ScanMode, Severity } from '#domain/model.ts';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

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

export interface WindowPolicy {
  days: Weekday[]; // weekdays on which it opens; empty where `nth` rules
  nth: { nth: 1 | 2 | 3 | 4 | 5; day: Weekday }[]; // second Tuesday of the month …
  from: string; // HH:MM, local
  to: string; // HH:MM, local; not later than `from` means the next day
  cutoffMinutes: number; // no wave starts in the last minutes
  timeZone: string; // IANA
  calendars: string[]; // Change Calendars, all must be OPEN
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

export interface GroupPolicy {
  name: string;
  mode: 'observe' | 'act';
  os: Os[];
  rings: RingPolicy[];
  reboot: 'RebootIfNeeded' | 'NoReboot';
  /** Hosts that a scaling group or a cluster would replace: listed only, or patched in place all the same. */
  replaced: 'list' | 'patch';
  baseline: Partial<Record<Os, BaselineWish>>;
  gate: GatePolicy;
  /** `decide`: on the page that the mail links to, or only with AWS credentials (the page shows, and decides nothing). */
  approvals: { before: string[]; expiresHours: number; decide: 'link' | 'iam' };
  window: WindowPolicy | null; // null: always open
  proofDays: number;
  rescanMinutes: Record<ScanMode, number>; // deadline for a valid look after the re-scan was asked for
  triggers: {
    schedule: string | null;
    timeZone: string;
    severities: Severity[];
    exploitAvailable: boolean;
    minHours: number;
  };
  waivers: Waiver[];
}

export interface Policy {
  version: 1;
  hash: string; // sha256 of the canonical JSON of everything else
  groups: Record<string, GroupPolicy>;
  sites?: Record<string, SitePolicy>; // absent where the file has none
}

/** `policy.json` of a campaign's evidence. */
export interface FrozenPolicy {
  hash: string;
  frozenAt: Instant;
  group: GroupPolicy;
}

/** null: the policy has no such group. Names are anybody's words: `constructor` is a legal one. */
export function groupIn({ groups }: Pick<Policy, 'groups'>, name: string): GroupPolicy | null {
  return (Object.hasOwn(groups, name) && groups[name]) || null;
}

export function amountOf(amount: Amount, total: number): number {
  return 'count' in amount ? amount.count : Math.floor((amount.percent * total) / 100);
}
