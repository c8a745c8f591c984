/**
 * What a loop tells the campaign that runs it. A campaign opens, is closed once and for good, and is told of; what work its subject
 * needs, what may still change something after a death, and what evidence says of it, the loop alone knows.
 */
import type { Manifest } from '#domain/campaign/manifest.ts';
import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';

/** `P`: the ports that the loop needs. Each method may run twice, and is resumed after a death. */
export interface Loop<P> {
  /** What may still change something, in words; none: the subject may pass on. */
  atWork(ref: CampaignRef, ports: P, now: Instant): Promise<string[]>;
  /** Executions that outlive the campaign's own are stopped: which, in words. While there are any, nobody ends the campaign. */
  stop(ref: CampaignRef, ports: P): Promise<string[]>;
  /** After a death: brings the records up to date and looks at what became of it. What is not back, in words: then it is called again. */
  settle(ref: CampaignRef, ports: P, now: Instant): Promise<string[]>;
  /** Writes all evidence but the manifest, with the closing notice, which is not sent here. */
  leave(ref: CampaignRef, end: CampaignEnd, ports: P, now: Instant): Promise<Left>;
}

export interface CampaignEnd {
  outcome: Outcome;
  why: string;
  previous: Manifest['previous'];
}

/** What the lease keeps of a closed campaign. */
export interface Left {
  proof: Lease['lastProof'];
  minHours: number; // between campaigns that events start
}
