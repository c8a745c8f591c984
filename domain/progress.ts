/** How far one host at work is, from what SSM says of it. */
import { exitWords } from '#domain/exits.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { Instant, Managed, PatchState } from '#domain/model.ts';
import type { Invocation } from '#domain/ports.ts';
import type { HostResult } from '#domain/records.ts';

/** A host whose agent has not been heard of for so long while at work, or after it, counts as lost. */
const SILENT_MINUTES = 30;
/** Delivery (10 minutes), the document's two hours, a reboot: a host at work for longer counts as lost. */
export const LONGEST_MINUTES = 160;

export interface HostFacts {
  invocation: Invocation | null;
  managed: Managed | null; // null: SSM does not list it
  state: PatchState | null; // of this campaign's install, else null (trap 21)
  at: Instant;
}

/** What changes in the host's record; null while it is at work. */
export function hostProgress(
  host: HostResult,
  { invocation, managed, state, at }: HostFacts,
): Partial<HostResult> | null {
  const heard = managed?.lastPingAt ?? null;
  const silent = (managed?.ping !== 'Online' || !heard) && at > plusMinutes(heard ?? host.sentAt ?? at, SILENT_MINUTES);
  const overdue = host.sentAt !== null && at > plusMinutes(host.sentAt, LONGEST_MINUTES);
  if (!invocation?.terminal) {
    if (silent)
      return { status: 'lost', words: `its agent was last heard ${heard ?? 'never'}, while the patch was at work` };
    return overdue ? { status: 'lost', words: `it had not ended ${LONGEST_MINUTES} minutes after it was sent` } : null;
  }
  const { status, exit, finishedAt } = invocation;
  if (status !== 'Success')
    return { ...facts(state), status: 'failed', exit, finishedAt, words: exitWords(status, exit) };
  // The report of a command is no proof that the host is up: it counts as back once its agent was heard after the end.
  if (managed?.ping !== 'Online' || !heard || (finishedAt && heard < finishedAt)) {
    return silent || overdue
      ? { status: 'lost', exit, finishedAt, words: 'its agent was not heard again after the patch' }
      : null;
  }
  const failed = state?.failed ?? 0;
  const words = failed ? `the command succeeded, yet ${failed} packages failed to install` : '';
  return { ...facts(state), status: failed ? 'failed' : 'patched', exit, finishedAt, backAt: heard, words };
}

/** Whether nothing was heard of the host since it was sent, or it never began: then EC2 is asked whether it is terminated. */
export function isUnheard(change: Partial<HostResult> | null, invocation: Invocation | null): boolean {
  return change?.status === 'lost' || (change?.status === 'failed' && NOT_BEGUN.includes(invocation?.status ?? ''));
}

const NOT_BEGUN = ['DeliveryTimedOut', 'Undeliverable'];

export function gone(host: HostResult, when: string): HostResult {
  return { ...host, status: 'gone', words: `EC2 says that it was terminated ${when}` };
}

function facts(state: PatchState | null): Partial<HostResult> {
  return state ? { pendingReboot: state.installedPendingReboot, installFailed: state.failed } : {};
}
