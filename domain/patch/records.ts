/** What a campaign writes: into its evidence (S3), and into the table where two writers could meet (DynamoDB). */

import type { CampaignRecord, VerdictHead } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import type { Baseline, InstanceId, Os } from '#domain/patch/model.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { Counts, Severity } from '#domain/severity.ts';

// ── plan ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the plan expects of one finding of the first survey: one line of `plan/<ring>.findings.jsonl.gz`. */
export interface FindingFate {
  arn: string;
  instance: InstanceId;
  vulnerabilityId: string;
  severity: Severity;
  fate: 'fix' | Reason;
  words: string; // why, in words; for `fix` which patch is expected to close it
  approvedFrom?: Instant; // for not-approved: the day from which it would be; no answer that is read tells one, older evidence has them
  waiver?: string; // id of a waiver in force
  exploited?: true; // an exploit is known
}

export interface PlannedHost {
  id: InstanceId;
  os: Os;
  zone: string;
  scanMode: string;
  /** Patches that the scan called Missing: nothing to install means already at level. */
  missing: number;
  expected: number; // findings that should be fixed
}

/** `plan/<ring>.json`: what one ring will do. `hosts` is frozen and in the order of sending. */
export interface RingPlan {
  ring: string;
  atOnce: number; // at least 1 where there are hosts
  errors: number;
  soakMinutes: number;
  hosts: PlannedHost[];
  atLevel: InstanceId[]; // managed, looked at, with nothing to install: not patched, they count as already at level
  later: Os[]; // the OSes of later rings' hosts, each of which this ring must prove (only the canary's is judged)
  last: boolean;
  expected: Counts;
}

/** `plan.json`. `scopeHash` covers what will be done, `planHash` everything else too. */
export interface Plan {
  version: 1;
  campaign: string;
  group: string;
  mode: 'observe' | 'act';
  at: Instant;
  policyHash: string;
  scopeHash: string;
  planHash: string;
  reboot: 'RebootIfNeeded' | 'NoReboot';
  snapshotId: string; // of the installs; a scan has its own
  proofMode: string; // how the proof is taken: scan modes in use, "EC2_AGENTLESS+EC2_SSM_AGENT_BASED"
  proofUntil: Instant | null; // set once the canary passed: proofDays after its first wave
  baselines: Baseline[];
  rings: {
    ring: string;
    hosts: number;
    atOnce: number;
    waves: number;
    soakMinutes: number;
    expected: Counts;
    approval: boolean;
  }[];
  left: LeftHost[];
  before: Counts;
  expected: Counts;
  byFate: Record<string, number>; // fate → findings
  coveredPercent: number; // of running hosts
  warnings: string[]; // what people should know and nothing forbids: a baseline below the wish, a waiver expired
  fits: { ok: boolean; words: string }; // does it fit the window and the proof
  remedies?: string[]; // where it ends Stuck: what a person does about it, one line a kind of host
}

// ── ring ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * How far a planned host got. `patched`: the command succeeded and the host is back. `failed`: it did not. `lost`: sent, and
 * not back by the deadline. `gone`: as lost, and EC2 says that it is terminated. `unknown`: whether it was sent is unclear (never
 * sent again). `skipped`: not sent, see words.
 */
export type HostStatus = 'planned' | 'working' | 'patched' | 'failed' | 'lost' | 'gone' | 'unknown' | 'skipped';

export interface HostResult {
  id: InstanceId;
  status: HostStatus;
  wave: number | null; // from 1
  words: string;
  exit: number | null;
  sentAt: Instant | null;
  finishedAt: Instant | null; // ResponseFinishDateTime of the platform's plugin (trap 18)
  backAt: Instant | null; // first seen Online and pinging after finishedAt
  installed: number;
  pendingReboot: number;
  installFailed: number;
  packages: string[]; // names of packages that this campaign changed (were Missing before, no longer are)
  rescanCommand: string | null;
  rescannedAt: Instant | null; // from when on a look rests on our re-scan; null where its mode has none to ask for
  lookedAt: Instant | null; // the valid look, if there was one
}

export type StopWhy =
  | 'kill-switch'
  | 'window'
  | 'proof'
  | 'lease'
  | 'errors'
  | 'alarm'
  | 'baseline'
  | 'approval'
  | 'canary';

/** `rings/<ring>.json`, written by the tasks of patch-ring in turn. */
export interface RingRecord {
  ring: string;
  startedAt: Instant;
  firstSentAt: Instant | null;
  lastDoneAt: Instant | null; // end of the last wave
  waves: number;
  hosts: HostResult[]; // one per planned host, in the plan's order
  stopped: { why: StopWhy; words: string; at: Instant } | null;
  rescanAt: Instant | null;
  lookDeadline: Instant | null;
  scan: ScanRecord | null; // the patch scan after the install
  looks: number; // how often the ring was judged
  alarms: AlarmReading[];
  verdict: Verdict | null;
}

/** A running patch scan: `scans/before.json`, and in a ring's record. */
export interface ScanRecord {
  snapshotId: string;
  sentAt: Instant;
  deadline: Instant;
  commands: { id: string; instances: InstanceId[] }[];
  done: InstanceId[]; // hosts whose scan succeeded
  failed: { id: InstanceId; words: string }[];
}

export interface AlarmReading {
  name: string;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'missing' | 'unreadable';
  rangSince: Instant | null; // it was ALARM at or after the instant asked from
}

export type VerdictName = VerdictHead['verdict'];

export interface Verdict extends VerdictHead {
  at: Instant;
  planned: number;
  patched: number;
  failed: number;
  looked: number;
  /** A pass that rests on an earlier campaign: its id. */
  restsOn: string | null;
  provenAt?: Instant; // when that one passed
}

/** `campaign.json` of a patch campaign. */
export type PatchRecord = CampaignRecord<Verdict>;

/** Written before a wave is sent, never deleted. `refused`: AWS certainly took nothing, its hosts may come again. */
export interface Intent {
  campaign: string;
  ring: string;
  wave: number;
  instances: InstanceId[];
  comment: string; // the command's Comment: unique to this intent, at most 100 characters
  at: Instant;
  state: 'intended' | 'sent' | 'refused' | 'unclear';
  commandId: string | null;
  words: string;
}
