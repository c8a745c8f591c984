/**
 * What any campaign needs from AWS, by need and not by service. aws/ implements these on the SDK. No method returns a page or a
 * token: lists are async iterables. Every method may throw `AwsUnavailable` (try later) or `AwsRefused` (do not).
 */

import type { Approval, Lease, Notice, Trigger } from '#domain/campaign/records.ts';
import type { Topic } from '#domain/campaign/topics.ts';
import type { Instant } from '#domain/instant.ts';

/** The table. Every write is one conditional item; a lost race is a result, not an error. */
export interface Campaigns {
  /** null: never written. */
  lease(group: string): Promise<Lease | null>;
  leases(): AsyncIterable<Lease>;
  /** Writes if the stored version is `lease.version` (0: not there yet); stores version + 1. false: somebody else wrote. */
  writeLease(lease: Lease): Promise<boolean>;
  /** true the first time for this trigger id, and again for the same campaign (a task runs twice). */
  claimTrigger(trigger: Trigger, campaign: string): Promise<boolean>;
  approval(campaign: string, ring: string): Promise<Approval | null>;
  /** The latest ask for a ring replaces the one before (a retry makes a new token). false: a later one stands, or it was decided. */
  putApproval(approval: Approval): Promise<boolean>;
  approvals(campaign: string): AsyncIterable<Approval>; // all asks of the campaign
  /** Sets the decision if there is none. false: it was decided before. */
  decide(approval: Approval): Promise<boolean>;
  /** Writes over the same ask. false: a later one has replaced it. */
  updateApproval(approval: Approval): Promise<boolean>;
  expire(campaign: string, after: Instant): Promise<void>; // what its loop intended and its approvals go by themselves after that
  /** `go` only if the switch was read and says so. Absent is `stop`. Not readable: throws. */
  killSwitch(): Promise<'go' | 'stop'>;
  setKillSwitch(to: 'go' | 'stop', by: string, at: Instant): Promise<void>;
}

/** Files of one campaign, below `<group>/<campaign>/`. Reads of a file that is not there throw `BrokenRecord`. */
export interface Evidence {
  read<T>(campaign: CampaignRef, path: string): Promise<T>;
  readIfThere<T>(campaign: CampaignRef, path: string): Promise<T | null>;
  write(campaign: CampaignRef, path: string, value: unknown): Promise<void>;
  /** Gzipped JSON lines, streamed: `path` ends in .jsonl.gz. */
  lines<T>(campaign: CampaignRef, path: string): AsyncIterable<T>;
  writeLines(campaign: CampaignRef, path: string, lines: Iterable<unknown> | AsyncIterable<unknown>): Promise<number>;
  /** Text that is made while it is written comes in parts. */
  writeText(
    campaign: CampaignRef,
    path: string,
    text: string | Iterable<string> | AsyncIterable<string>,
  ): Promise<void>;
  /** Hex sha256 and size of a file as it lies there. */
  digest(campaign: CampaignRef, path: string): Promise<{ sha256: string; bytes: number }>;
  list(campaign: CampaignRef): AsyncIterable<string>;
  /** Where people find it: s3://bucket/group/campaign/ */
  place(campaign: CampaignRef): string;
}

export interface CampaignRef {
  group: string;
  campaign: string;
}

export interface Notices {
  publish(notice: Notice): Promise<void>;
}

export type ExecutionStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'PENDING_REDRIVE'
  | 'unknown';

export interface Engine {
  /** Starts the machine of a kind of subject. Idempotent by name; already there counts as started. Returns the execution's ARN. */
  start(name: string, input: CampaignInput, kind: string): Promise<string>;
  status(execution: string): Promise<ExecutionStatus>;
  /** The account in which campaigns run: SSM reaches no other. */
  account(): string;
  /** The ARN that an execution with this name has of that kind's machine. */
  arn(name: string, kind: string): string;
  /** The ARN that an execution with this name has of the machine that campaigns start for a part of their work. */
  childArn(name: string): string;
  /** Stops an execution that runs; it may still be seen running for a while. Ended, or never there: nothing to stop. */
  stop(execution: string, why: string): Promise<void>;
  /** false: the token is no longer good (answered, timed out). */
  answer(taskToken: string, output: unknown): Promise<boolean>;
}

/** Time as it passes within a call, for work that has to stop before its call is over. What a task decides by is its own `now`. */
export interface Clock {
  now(): Instant;
}

export interface Secrets {
  /** 32 bytes of chance that nobody can guess, as base64url: 43 characters. */
  random(): string;
}

export interface ApprovalUrl {
  /** Where the page that takes a decision is: https://…/ */
  approval(): string;
  decision(): string; // the same for what takes one by AWS credentials
  /** By which the command line finds this deployment: --stage dev --region eu-central-1 */
  flags(): string;
}

/** The queue of messages that nobody could act on, where people find them with the reason. */
export interface DeadLetters {
  bury(body: string, reason: string): Promise<void>;
}

/** Who hears what is published. */
export interface Subscriptions {
  /** How many subscriptions of the topic are confirmed, and how many wait for it. What is published reaches the confirmed alone. */
  of(topic: Topic): Promise<{ confirmed: number; pending: number }>;
}

/** The schedules of the stack, one for each group that the policy gives one. */
export interface Schedules {
  /** When the group's was made; null: there is none. */
  madeAt(group: string): Promise<Instant | null>;
}

/** Names of groups and topics by what is wrong with them, for alarms. */
export interface Metrics {
  beat(names: { OverdueGroups: string[]; BlindGroups: string[]; UnheardTopics: string[] }): void;
}

/** Input of the campaign machine. */
export interface CampaignInput {
  contract: number;
  group: string;
  trigger: Trigger;
}

/** What the end of a campaign, a person's answer and the sweeper may touch, whichever the loop. */
export interface CampaignPorts {
  campaigns: Campaigns;
  evidence: Evidence;
  notices: Notices;
  engine: Engine;
  secrets: Secrets;
  clock: Clock;
  approvalUrl: ApprovalUrl;
}
