/** How far one host at work is, from what SSM says of it. */

import type { Instant } from '#domain/instant.ts';
import { minute, plusMinutes } from '#domain/instant.ts';
import { exitWords } from '#domain/patch/exit-words.ts';
import type { Managed, PatchState } from '#domain/patch/model.ts';
import type { Invocation } from '#domain/patch/ports.ts';
import type { HostResult, Plan } from '#domain/patch/records.ts';
import { DELIVERY_SECONDS, STEP_SECONDS } from '#domain/patch/waves.ts';
import { plural } from '#domain/plural.ts';

/** A host whose agent has not been heard of for so long while at work, or after it, counts as lost. */
const SILENT_MINUTES = 30;
/** So long after its send SSM has given a command up, whatever became of the host (StatusDetails DeliveryTimedOut). */
const COMMAND_MINUTES = (DELIVERY_SECONDS + STEP_SECONDS) / 60;
/** Delivery, the step's own time, a reboot: a host at work for longer counts as lost. */
export const LONGEST_MINUTES = COMMAND_MINUTES + 30;
/** The patch state's end is written before the reboot (trap 18): an agent heard so long after it has rebooted since. */
const REBOOT_MINUTES = 10;

/** What the campaign installs by: its states alone are believed (trap 21). */
export interface Install {
  snapshotId: string;
  reboot: Plan['reboot'];
}

export interface HostFacts {
  invocation: Invocation | null;
  managed: Managed | null; // null: SSM does not list it
  state: PatchState | null; // of this campaign's install, else null (trap 21)
  reboot: Plan['reboot'];
  at: Instant;
}

/** What changes in the host's record; a host that stays at work keeps its status. null: nothing. */
export function hostProgress(host: HostResult, facts: HostFacts): Partial<HostResult> | null {
  const { invocation, managed, state, at } = facts;
  if (invocation?.terminal && endsNoWork(invocation, host, at)) return afterTheCommand(host, invocation, facts);
  const heard = managed?.lastPingAt ?? null;
  const silent = (managed?.ping !== 'Online' || !heard) && at > plusMinutes(heard ?? host.sentAt ?? at, SILENT_MINUTES);
  const overdue = isOverdue(host, at);
  if (!invocation?.terminal) {
    if (silent)
      return { status: 'lost', words: `its agent was last heard ${heard ?? 'never'}, while the patch was at work` };
    return overdue ? { status: 'lost', words: `it had not ended ${LONGEST_MINUTES} minutes after it was sent` } : null;
  }
  const { status, exit, finishedAt } = invocation;
  if (status !== 'Success')
    return { ...counts(state), status: 'failed', exit, finishedAt, words: exitWords(status, exit) };
  // The report of a command is no proof that the host is up: it counts as back once its agent was heard after the end.
  if (managed?.ping !== 'Online' || !heard || (finishedAt && heard < finishedAt)) {
    return silent || overdue
      ? { status: 'lost', exit, finishedAt, words: 'its agent was not heard again after the patch' }
      : null;
  }
  const failed = state?.failed ?? 0;
  const words = failed ? `the command succeeded, yet ${plural(failed, 'package')} failed to install` : '';
  return { ...counts(state), status: failed ? 'failed' : 'patched', exit, finishedAt, backAt: heard, words };
}

/** StatusDetails that end a command and promise nothing of the process on the host (trap 31). */
const NO_END_OF_WORK = ['Cancelled', 'Cancelling', 'Terminated', 'ExecutionTimedOut', 'DeliveryTimedOut', 'TimedOut'];

/**
 * Whether the command is over and its work may go on. The agent reports the start of a step together with its end, so that
 * nobody can tell of a cancelled command whether the host had begun: it counts as begun. A delivery that timed out before the
 * whole command could is the one that says so: that host never began.
 */
function endsNoWork({ status }: Invocation, { sentAt }: Pick<HostResult, 'sentAt'>, at: Instant): boolean {
  if (status === 'DeliveryTimedOut' && sentAt !== null && at < plusMinutes(sentAt, COMMAND_MINUTES)) return false;
  return NO_END_OF_WORK.includes(status);
}

/** At work until its own report of our install, and its agent after the reboot, say that it is over; else lost, in the end. */
function afterTheCommand(
  host: HostResult,
  { status, exit }: Invocation,
  { managed, state, reboot, at }: HostFacts,
): Partial<HostResult> {
  const ended = exitWords(status, exit);
  const endedAt = state && (!host.sentAt || state.endedAt > host.sentAt) ? state.endedAt : null;
  const heard = managed?.ping === 'Online' ? managed.lastPingAt : null;
  if (endedAt && heard && heard >= plusMinutes(endedAt, reboot === 'NoReboot' ? 0 : REBOOT_MINUTES)) {
    const words = `${ended}; its work went on until ${minute(endedAt)}`;
    return { ...counts(state), status: 'failed', exit, finishedAt: endedAt, backAt: heard, words };
  }
  if (isOverdue(host, at)) {
    const words = `${ended}; whether its work ended was not heard of within ${LONGEST_MINUTES} minutes of its send`;
    return { status: 'lost', exit, words };
  }
  return { words: `${ended}; it counts as at work until it is heard of again` };
}

function isOverdue({ sentAt }: HostResult, at: Instant): boolean {
  return sentAt !== null && at > plusMinutes(sentAt, LONGEST_MINUTES);
}

/**
 * Whether EC2 is to be asked if the host is terminated: nothing was heard of it since it was sent, it never began, or only its
 * command has ended.
 */
export function isUnheard(host: HostResult, invocation: Invocation | null): boolean {
  if (host.status === 'lost') return true;
  const status = invocation?.terminal ? invocation.status : '';
  return host.status === 'working' ? NO_END_OF_WORK.includes(status) : host.status === 'failed' && isUnbegun(status);
}

const isUnbegun = (status: string) => status === 'DeliveryTimedOut' || status === 'Undeliverable';

export function gone(host: HostResult, when: string): HostResult {
  return { ...host, status: 'gone', words: `EC2 says that it was terminated ${when}` };
}

function counts(state: PatchState | null): Partial<HostResult> {
  return state ? { pendingReboot: state.installedPendingReboot, installFailed: state.failed } : {};
}
