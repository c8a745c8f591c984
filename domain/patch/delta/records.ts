/** What a delta is made of. */

import type { Instant } from '#domain/instant.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { Counts, Severity } from '#domain/severity.ts';

/** One line of `delta/<ring>.jsonl.gz`: a finding of the first survey with its bucket, or a new one. */
export interface DeltaRow {
  arn: string;
  arnNow?: string; // the second survey's ARN of it, where that is another one
  instance: InstanceId;
  ring: string | null;
  vulnerabilityId: string;
  title: string;
  package: string; // first package, for people
  severity: Severity; // of the first survey; of the second for new ones
  bucket: Bucket | 'new';
  reason: Reason | null; // of `remaining`
  newKind: NewKind | null; // of `new`
  words: string;
  rescoredTo: Severity | null;
  waived: string | null;
  exploitAvailable: boolean;
  approvedFrom: Instant | null;
}

/** `delta.json`. */
export interface Delta {
  version: 1;
  before: Counts;
  fixed: Counts;
  closedOtherwise: Counts;
  remaining: Counts;
  unverified: Counts;
  gone: Counts;
  new: Counts;
  after: Counts; // remaining + unverified + new: not proven fixed
  newByKind: Record<NewKind, number>;
  remainingByReason: Partial<Record<Reason, number>>;
  remainingWaived: number;
  rescored: number;
  /** Hosts that nobody verified, with the reason in words. */
  unverifiedHosts: { id: InstanceId; ring: string | null; findings: number; words: string }[];
  /** For people: reason → an example in words and how many, worst severity. */
  why: { reason: Reason; findings: number; worst: Severity; words: string }[];
}

export const BUCKETS = ['gone', 'unverified', 'fixed', 'closedOtherwise', 'remaining'] as const;

export type Bucket = (typeof BUCKETS)[number];

export type NewKind = 'advisory' | 'host' | 'returned' | 'introduced';
