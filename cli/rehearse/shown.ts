import type { Delta } from '#domain/patch/delta/records.ts';
import type { PatchRecord, Plan, RingRecord } from '#domain/patch/records.ts';
import type { Mail } from '#rehearsal/api.ts';
import type { RehearsedCampaign } from './document.ts';

/** All that the screen tells of a rehearsed campaign. What a campaign did not come to is null or empty. */
export interface Shown {
  run: RehearsedCampaign;
  scenario: string; // its name, for people
  record: PatchRecord | null;
  plan: Plan | null;
  rings: RingRecord[]; // in order
  delta: Delta | null;
  mails: Mail[];
}
