/** What the table holds, where two writers could meet, and the notices that go out. */

import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Instant } from '#domain/instant.ts';

/** The lease of a group, one item. `holder` null: free. */
export interface Lease {
  group: string;
  kind?: string; // of the subject, by which loops/loop-of.ts finds the loop; absent: a group
  version: number; // every write is conditional on it
  holder: Holder | null;
  noted: Trigger[]; // triggers that came while it was held
  lastOpenedAt: Instant | null;
  /** `manifest`: the hash of its evidence's manifest. */
  lastClosed: { campaign: string; outcome: Outcome; at: Instant; noticed: boolean; manifest?: string } | null;
  /** Campaigns before the last closed one whose closing notice did not go out yet. */
  untold?: string[];
  /** The last canary that passed, for a canary already at level; `oses`: the operating systems that it proved. */
  lastProof: { campaign: string; ring: string; at: Instant; oses: string[] } | null;
}

/** `handover`: the holder closed, `campaign` is the successor's name and may not have started yet. */
export interface Holder {
  campaign: string;
  execution: string; // ARN
  state: 'open' | 'draining' | 'handover';
  openedAt: Instant;
  trigger: Trigger;
  /** A run began to end the campaign, and writes its evidence: see `isEnding`. */
  endingAt?: Instant;
}

/** The decision that stands here is what counts; the token only wakes the machine, which then reads it here. */
export interface Approval {
  campaign: string;
  group: string;
  kind?: string; // of the subject, as on its lease, which who answers may not read; absent: a group
  ring: string;
  scopeHash: string;
  askedAt: Instant;
  expiresAt: Instant;
  decide: Way; // how the policy lets it be decided: by iam alone, or by link too
  decideAt?: string; // the function URL that takes a decision by AWS credentials; dropped from evidence
  linkHash: string | null; // see domain/campaign/approval-link.ts; dropped from evidence
  taskToken: string | null; // null once the machine has read the decision; dropped from evidence
  decision: 'yes' | 'no' | 'silence' | null;
  by: string | null;
  way?: Way; // how it was decided
  decidedAt: Instant | null;
}

/** By the secret in a mailed link, or by AWS credentials. */
export type Way = 'link' | 'iam';

// ── notice ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type NoticeKind =
  | 'plan'
  | 'approval'
  | 'delta'
  | 'stuck'
  | 'halted'
  | 'expired'
  | 'denied'
  | 'blind'
  | 'nothing'
  | 'lost'
  | 'missing'; // as the campaign opens: names of its policy that are not there

/** A message to people. The same `id` means the same message, however often it arrives. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  topic: 'notices' | 'approvals';
  group: string;
  campaign: string;
  subject: string; // ASCII, under 100 characters, no line breaks
  body: string; // plain text
  data: unknown; // JSON for machines
  attributes: Record<string, string>;
}

/** Who or what asked for the campaign. `id` counts once: schedule + scheduled time, an event's id, or the command line's own. */
export interface Trigger {
  kind: 'schedule' | 'event' | 'person' | 'successor';
  id: string;
  at: Instant;
  by: string; // schedule ARN, rule, caller ARN
}

/** As much of a verdict as any loop gives one. */
export interface VerdictHead {
  ring: string;
  verdict: 'pass' | 'fail' | 'inconclusive';
  reasons: { row: string; words: string }[]; // `row`: name of the gate's row
}

/** `campaign.json`: how it ended. */
export interface CampaignRecord<V extends VerdictHead = VerdictHead> {
  version: 1;
  campaign: string;
  group: string;
  execution: string;
  trigger: Trigger;
  openedAt: Instant;
  closedAt: Instant;
  outcome: Outcome;
  why: string;
  scopeHash: string | null;
  planHash: string | null;
  verdicts: V[];
  approvals: Approval[];
}

/** With these every loop's `plan.json` begins: what will be done, and all that was planned. */
export interface PlanHead {
  scopeHash: string;
  planHash: string;
}
