import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Approval, NoticeKind } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import type { Question } from '#domain/patch/question.ts';
import type { PatchRecord, Plan, RingPlan, Verdict } from '#domain/patch/records.ts';

/** The end of a campaign. */
export interface ClosingFacts {
  record: PatchRecord;
  plan: Plan | null;
  delta: Delta | null;
  place: string; // where the evidence lies: s3://…
}

export interface ApprovalFacts {
  plan: Plan;
  ringPlan: RingPlan;
  approval: Approval;
  verdicts: readonly Verdict[]; // of the rings before
  place: string;
  question?: Question; // what is asked, at length
  link?: string; // to the page that shows it
}

/** What a notice of any kind is made of. */
export interface Facts {
  group: string;
  campaign: string;
  at: Instant;
  outcome: Outcome | null; // null: it still runs
  why: string;
  plan: Plan | null;
  delta: Delta | null;
  verdicts: readonly Verdict[];
  approvals: readonly Approval[];
  asked: ApprovalFacts | null;
  place: string;
}

/** `missing` has a file of its own: it is told before anything is known of the group. */
export type KnownKind = Exclude<NoticeKind, 'missing'>;
