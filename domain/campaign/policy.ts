import type { Instant } from '#domain/instant.ts';

/** The head of what a policy says of one subject: as much as any campaign needs, whichever its loop. */
export interface SubjectPolicy {
  name: string;
  mode: 'observe' | 'act';
  /** `decide`: on the page that the mail links to, or only with AWS credentials (the page shows, and decides nothing). */
  approvals: { expiresHours: number; decide: 'link' | 'iam' };
  triggers: { schedule: string | null; timeZone: string; minHours: number };
}

/** `policy.json` of a campaign's evidence: the subject's part as it was when the campaign opened. Every later task reads this copy. */
export interface FrozenPolicy<S extends SubjectPolicy = SubjectPolicy> {
  hash: string; // of the whole policy
  frozenAt: Instant;
  group: S; // whatever the subject is: the name is written so since the first evidence
}
