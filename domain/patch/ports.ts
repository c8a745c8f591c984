/** What patching needs beside what any campaign does: hosts, findings, patches, commands. The rules of domain/campaign/ports.ts hold. */

import type { CampaignPorts } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import type {
  Baseline,
  Coverage,
  Finding,
  InstanceId,
  Managed,
  Member,
  Os,
  Patch,
  PatchState,
  PatchStatus,
} from '#domain/patch/model.ts';
import type { AlarmReading, Intent } from '#domain/patch/records.ts';

/** What was about to be sent, in the table: one conditional item each. Never deleted while the campaign is not closed. */
export interface Intents {
  of(campaign: string, ring?: string): AsyncIterable<Intent>;
  /** Puts it if that ring and wave have none. false: there is one. */
  add(intent: Intent): Promise<boolean>;
  update(intent: Intent): Promise<void>;
}

export interface SendRequest {
  document: 'patch' | 'refresh-association' | 'rescan-vm';
  instances: InstanceId[]; // 1 to 50
  comment: string;
  /** For `patch`. */
  operation?: 'Scan' | 'Install';
  snapshotId?: string;
  reboot?: 'RebootIfNeeded' | 'NoReboot';
  stepSeconds?: number; // how long its step may work on a host: 1 to 36,000
  /** For `refresh-association`. */
  associations?: string[];
  deliverySeconds: number; // 30 at least; a host that has not begun by then will not
}

export interface Invocation {
  instance: InstanceId;
  /** StatusDetails without spaces: Success, Failed, ExecutionTimedOut, DeliveryTimedOut, Undeliverable, Cancelled … */
  status: string;
  terminal: boolean;
  exit: number | null; // ResponseCode of the platform's plugin
  startedAt: Instant | null; // its ResponseStartDateTime, once it has ended
  finishedAt: Instant | null; // its ResponseFinishDateTime
  output: string; // the last part of it, for words
}

export interface CommandSummary {
  id: string;
  comment: string;
  status: string; // StatusDetails without spaces
  terminal: boolean;
  targets: number;
  sentAt: Instant;
}

export interface Patching {
  /** Managed nodes of the ids. Stopped and unmanaged instances are never in it (trap 29), nor is one that ended meanwhile. */
  managed(ids: Iterable<InstanceId>): AsyncIterable<Managed>;
  states(ids: Iterable<InstanceId>): AsyncIterable<PatchState>;
  /** Per instance, in the order of the ids, one row each also where there are none, or the instance ended meanwhile; several in flight. */
  patches(ids: Iterable<InstanceId>, statuses: PatchStatus[]): AsyncIterable<{ id: InstanceId; patches: Patch[] }>;
  /** At most once: this client does not retry. Throws `SendRefused` when AWS certainly took nothing; any other throw is unclear. */
  send(request: SendRequest): Promise<string>;
  /** Commands with exactly this Comment, sent after `since`. The list lags: none found proves nothing at once. */
  commandsByComment(comment: string, since: Instant): AsyncIterable<CommandSummary>;
  command(id: string): Promise<CommandSummary | null>;
  invocations(commandId: string): AsyncIterable<Invocation>;
  /** Ids of the associations by which Inspector collects inventory (Inspector User Guide), whatever their name. */
  inventoryAssociations(): AsyncIterable<string>;
  /**
   * When associations by which Inspector takes inventory last ran on the hosts with success, as their agents reported it: of
   * all systems by an association for inventory, of Windows by a plugin. None of a host on which nothing ran.
   */
  collections(ids: Iterable<InstanceId>): AsyncIterable<{ id: InstanceId; by: 'inventory' | 'plugin'; at: Instant }>;
  /** Of the names those that are no change calendar here; OPEN only if all are. Not readable: each throws. */
  missingCalendars(names: string[]): Promise<string[]>;
  calendars(names: string[], at: Instant): Promise<{ open: boolean; nextChange: Instant | null }>;
}

export interface Instances {
  /** All instances, of any state, whose tag `PatchGroup` or `Patch Group` is the group's name. */
  members(group: string): AsyncIterable<Member>;
  /** Those of the ids that EC2 still knows. Ids that it does not know are left out, they are no error. */
  byIds(ids: Iterable<InstanceId>): AsyncIterable<Member>;
}

export interface Inspector {
  /** Whether Inspector's EC2 scanning is enabled in this account and Region. */
  enabled(): Promise<boolean>;
  /** Coverage rows of scanType PACKAGE. An instance without a row is not covered. */
  coverage(ids: Iterable<InstanceId>): AsyncIterable<Coverage>;
  /** Package findings. `updatedSince` bounds CLOSED ones only: ACTIVE and SUPPRESSED come whole. */
  findings(ids: Iterable<InstanceId>, ask: { closedSince: Instant | null }): AsyncIterable<Finding>;
}

export interface Baselines {
  /** The baseline that the patch group gets on that OS: the registered one, else the account's default. */
  forGroup(group: string, os: Os): Promise<Baseline>;
}

export interface Alarms {
  missing(names: string[]): Promise<string[]>; // those that no alarm here has; not readable: throws
  /** One reading per name, in order. Never throws: what cannot be read is `unreadable`. */
  readings(names: string[], since: Instant): Promise<AlarmReading[]>;
}

export interface PatchPorts extends CampaignPorts {
  instances: Instances;
  inspector: Inspector;
  patching: Patching;
  baselines: Baselines;
  intents: Intents;
  alarms: Alarms;
}
