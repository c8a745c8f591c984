/**
 * The lease of a group: who may patch it. Pure transitions; the table makes each a conditional write on the version.
 *
 * ```
 * free ──open──▶ open ──drain──▶ draining
 * free ──promise──▶ handover: to a campaign that an event is about to start
 *                  └─────close──────┴────▶ draining while a command may be at work ──release──▶ free,
 *                                          or handover (a trigger was noted) ──open by the successor──▶ open
 * ```
 * Time alone never frees it: `close` is called by the holder, or by the sweeper once the holder's execution runs no more
 * and all its commands are terminal.
 */

import { OUTCOME, type Outcome } from '#domain/campaign/outcomes.ts';
import type { Holder, Lease, Trigger } from '#domain/campaign/records.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';

/** Of a subject that nobody held yet. */
export function unheldLease(group: string): Lease {
  return { group, version: 0, holder: null, noted: [], lastOpenedAt: null, lastClosed: null, lastProof: null };
}

/** Of the subject of a lease or an approval. One from before kinds were written is a group's. */
export function kindOf(of: { kind?: string } | null): string {
  return of?.kind ?? 'group';
}

/** Why a task of this campaign may not act: the lease is not, or no longer, its own and open. null: it is. */
export function leaseLost(lease: Lease | null, campaign: string): string | null {
  const holder = lease?.holder;
  if (holder?.campaign === campaign && holder.state === 'open') return null;
  return `the lease is ${holder ? `${holder.state} by ${holder.campaign}` : 'free'}, not open and ours`;
}

/** Only a close passes a lease on: where others closed and hold it, a campaign that once opened closed before them. */
export function isClosed(lease: Lease | null, campaign: string): boolean {
  if (!lease?.lastClosed) return false;
  return lease.lastClosed.campaign === campaign || lease.holder?.campaign !== campaign;
}

export interface Opening {
  kind: string; // of the subject
  campaign: string;
  execution: string;
  trigger: Trigger;
  minHours: number;
  at: Instant;
}

/** `lease` is what to write, or null where nothing changes. */
export type OpenedLease = { decision: 'Opened' | typeof OUTCOME.Coalesced; why: string; lease: Lease | null };

export function openLease(lease: Lease, opening: Opening): OpenedLease {
  const { holder } = lease;
  if (holder?.campaign === opening.campaign && holder.state === 'open') {
    return { decision: 'Opened', why: 'already ours', lease: null };
  }
  if (holder?.campaign === opening.campaign && holder.state === 'handover') return taken(lease, opening);
  if (holder) return noted(lease, holder, opening.trigger);
  const early = tooEarly(lease, opening);
  if (early) return { decision: OUTCOME.Coalesced, why: early, lease: null };
  return taken(lease, opening);
}

/**
 * Before a campaign is started for a finding event, so that one execution is started and not one per batch. Held by somebody
 * who opened before the finding was observed, the event is noted.
 */
export function promiseLease(lease: Lease, opening: Opening): OpenedLease {
  const { holder } = lease;
  const { kind, campaign, execution, trigger, at } = opening;
  const not = (why: string): OpenedLease => ({ decision: OUTCOME.Coalesced, why, lease: null });
  if (holder?.state === 'handover') return not(`campaign ${holder.campaign} is about to open and will see it`);
  if (holder) {
    if (trigger.at <= holder.openedAt) return not(`first observed ${trigger.at}, before ${holder.campaign} opened`);
    if (lease.noted.some((t) => t.kind === 'event' && t.at >= trigger.at)) return not('a newer event is noted');
    return {
      ...not(`noted on the lease of ${holder.campaign}`),
      lease: { ...lease, noted: withNewest(lease, trigger) },
    };
  }
  const early = tooEarly(lease, opening);
  if (early) return not(early);
  const next: Holder = { campaign, execution, state: 'handover', openedAt: at, trigger };
  return { decision: 'Opened', why: `starts ${campaign}`, lease: { ...lease, kind, holder: next } };
}

/** From open or draining. Draining again changes nothing. */
export function drainLease(lease: Lease, campaign: string): Lease {
  const holder = heldBy(lease, campaign, ['open', 'draining', 'handover']);
  return { ...lease, holder: { ...holder, state: 'draining' } };
}

/** No run of a function lives longer (Lambda's own limit): one that began before that is done, or died. */
const RUN_MINUTES = 15;

/** Whether another run may be writing the evidence of the campaign's end. Two at once would mix it. */
export function isEnding({ endingAt }: Holder, at: Instant): boolean {
  return endingAt !== undefined && at < plusMinutes(endingAt, RUN_MINUTES);
}

/** A run begins to end the campaign, or (null) gives it up. Nothing to do where the campaign holds the lease no more. */
export function endingLease(lease: Lease, campaign: string, endingAt: Instant | null): Lease | null {
  if (lease.holder?.campaign !== campaign) return null;
  const { endingAt: _, ...holder } = lease.holder;
  return { ...lease, holder: endingAt ? { ...holder, endingAt } : holder };
}

interface Closing {
  campaign: string;
  outcome: Outcome;
  at: Instant;
  minHours: number;
  proof: Lease['lastProof'];
  manifest?: string;
  successor: { campaign: string; execution: string };
  /** A command of the campaign may still work on a host: the lease stays draining until the sweeper finds it terminal. */
  busy: boolean;
}

/** From open or draining: the campaign is closed, and the lease free unless it is busy. */
export function closeLease(lease: Lease, closing: Closing): Lease {
  const { endingAt: _, ...holder } = heldBy(lease, closing.campaign, ['open', 'draining']);
  const closed: Lease = {
    ...lease,
    holder: { ...holder, state: 'draining' },
    lastClosed: {
      campaign: closing.campaign,
      outcome: closing.outcome,
      at: closing.at,
      noticed: false,
      ...(closing.manifest ? { manifest: closing.manifest } : {}),
    },
    lastProof: closing.proof ?? lease.lastProof,
    ...withUntold(untold(lease)),
  };
  return closing.busy ? closed : releaseLease(closed, closing);
}

/** From draining, after the close: free, or handed to the successor where a noted trigger still asks for a campaign. */
export function releaseLease(
  lease: Lease,
  closing: Pick<Closing, 'campaign' | 'at' | 'minHours' | 'successor'>,
): Lease {
  const holder = heldBy(lease, closing.campaign, ['draining']);
  const asking = lease.noted.filter((t) => !(t.kind === 'event' && tooEarly(lease, { ...closing, trigger: t })));
  const first = asking[0];
  const next: Holder | null = first
    ? { ...closing.successor, state: 'handover', openedAt: closing.at, trigger: successorTrigger(first, holder) }
    : null;
  return { ...lease, holder: next, noted: [] };
}

/** Campaigns whose closing notice did not go out yet, oldest first: a later one may close before the first is told. */
export function untold({ lastClosed, untold = [] }: Lease): string[] {
  return lastClosed && !lastClosed.noticed ? [...untold, lastClosed.campaign] : untold;
}

/** The closing notice went out. Nothing to do where it had before. */
export function noticedLease(lease: Lease, campaign: string): Lease | null {
  if (!untold(lease).includes(campaign)) return null;
  const { untold: earlier = [], ...rest } = lease;
  const lastClosed =
    lease.lastClosed?.campaign === campaign ? { ...lease.lastClosed, noticed: true } : lease.lastClosed;
  return { ...rest, lastClosed, ...withUntold(earlier.filter((each) => each !== campaign)) };
}

const withUntold = (campaigns: string[]) => (campaigns.length ? { untold: campaigns } : {});

function taken(lease: Lease, { kind, campaign, execution, trigger, at }: Opening): OpenedLease {
  const holder: Holder = { campaign, execution, state: 'open', openedAt: at, trigger };
  return { decision: 'Opened', why: 'the lease was free', lease: { ...lease, kind, holder, lastOpenedAt: at } };
}

/** Triggers that a lease keeps besides one event: the first of them gets a successor, which serves all. */
const NOTED_AT_MOST = 20;

function noted(lease: Lease, holder: Holder, trigger: Trigger): OpenedLease {
  const held = `campaign ${holder.campaign} holds the lease (${holder.state})`;
  const not = (why: string): OpenedLease => ({ decision: OUTCOME.Coalesced, why: `${held}${why}`, lease: null });
  if (lease.noted.some((t) => t.id === trigger.id) || holder.trigger.id === trigger.id) return not('');
  if (trigger.kind === 'event' && lease.noted.some((t) => t.kind === 'event' && t.at >= trigger.at))
    return not('; a newer event is noted on it');
  const others = lease.noted.filter((t) => t.kind !== 'event');
  if (trigger.kind !== 'event' && others.length >= NOTED_AT_MOST)
    return not(`; ${others.length} triggers are noted on it, and a successor serves this one too`);
  const noted = trigger.kind === 'event' ? withNewest(lease, trigger) : [...lease.noted, trigger];
  return { ...not('; the trigger was noted on it'), lease: { ...lease, noted } };
}

/** Of events the newest alone: a thousand of them must not fill the item. */
function withNewest({ noted }: Lease, event: Trigger): Trigger[] {
  return [...noted.filter((t) => t.kind !== 'event'), event];
}

/** An event speaks of what the last campaign has seen, or comes too soon after it: else our own reboots start the next one. */
function tooEarly(
  lease: Lease,
  { trigger, minHours, at }: Pick<Opening, 'trigger' | 'minHours' | 'at'>,
): string | null {
  if (trigger.kind !== 'event' || !lease.lastOpenedAt) return null;
  if (trigger.at <= lease.lastOpenedAt) return `first observed ${trigger.at}, before the last campaign opened`;
  const from = plusMinutes(lease.lastOpenedAt, minHours * 60);
  return at < from ? `the last campaign opened ${lease.lastOpenedAt}; events may start one again from ${from}` : null;
}

function successorTrigger(trigger: Trigger, holder: Holder): Trigger {
  return { kind: 'successor', id: `${trigger.id}>${holder.campaign}`, at: trigger.at, by: trigger.by };
}

function heldBy(lease: Lease, campaign: string, legal: Holder['state'][]): Holder {
  const { holder } = lease;
  if (!holder || holder.campaign !== campaign || !legal.includes(holder.state)) {
    const is = holder ? `${holder.state} by ${holder.campaign}` : 'free';
    throw new BrokenRecord(`The lease of ${lease.group} is ${is}; ${campaign} needs it ${legal.join(' or ')}.`);
  }
  return holder;
}
