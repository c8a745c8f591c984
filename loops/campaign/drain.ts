/** The net: a campaign whose execution runs no more is drained; if it had not closed, it is closed as `Lost`. */

import { files } from '#domain/campaign/files.ts';
import { drainLease, endingLease, isEnding, releaseLease } from '#domain/campaign/lease.ts';
import type { Loop } from '#domain/campaign/loop.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import type { FrozenPolicy } from '#domain/campaign/policy.ts';
import type { CampaignRef, ExecutionStatus } from '#domain/campaign/ports.ts';
import type { Holder, Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { changeLease } from '#loops/campaign/change-lease.ts';
import { type ClosePorts, close, startSuccessor, successorOf } from '#loops/campaign/close.ts';

type DrainPorts = ClosePorts;

/** Returns what it did, in words. While something still runs, or may still change something, the lease stays draining. */
export async function drain<L>(
  lease: Lease,
  holder: Holder,
  status: ExecutionStatus,
  loop: Loop<L>,
  ports: DrainPorts & L,
  now: Instant,
): Promise<string> {
  const ref: CampaignRef = { group: lease.group, campaign: holder.campaign };
  let stopped: string[] = [];
  const begun = await changeLease(ports.campaigns, lease.group, (held) =>
    held.holder?.campaign !== holder.campaign || isEnding(held.holder, now)
      ? null
      : endingLease(drainLease(held, holder.campaign), holder.campaign, now),
  );
  if (!begun) return 'another run is about to close it';
  try {
    stopped = await loop.stop(ref, ports);
    if (stopped.length) return `draining: ${stopped.join(', ')}`;
    return await end(ref, begun.lastClosed?.campaign === holder.campaign, status, loop, ports, now);
  } finally {
    // What was stopped just now may have a function at work, which still writes: nobody ends the campaign meanwhile.
    if (!stopped.length) {
      await changeLease(ports.campaigns, lease.group, (held) =>
        held.holder?.endingAt === now ? endingLease(held, holder.campaign, null) : null,
      );
    }
  }
}

async function end<L>(
  ref: CampaignRef,
  closed: boolean,
  status: ExecutionStatus,
  loop: Loop<L>,
  ports: DrainPorts & L,
  now: Instant,
): Promise<string> {
  const working = closed ? await loop.atWork(ref, ports, now) : await loop.settle(ref, ports, now);
  if (working.length) return `draining: ${working.join(', ')}`;
  if (closed) {
    await release(ref, ports, now);
    return 'released';
  }
  const why = `the execution ended ${status} before the campaign was closed`;
  await close(ref, { outcome: OUTCOME.Lost, why }, loop, ports, now);
  return 'closed as Lost';
}

async function release(ref: CampaignRef, ports: DrainPorts, now: Instant): Promise<void> {
  const policy = await ports.evidence.readIfThere<FrozenPolicy>(ref, files.policy);
  const minHours = policy?.group.triggers.minHours ?? 0;
  const lease = await ports.campaigns.lease(ref.group);
  const successor = successorOf(ref.group, lease, ports.engine, now);
  await changeLease(ports.campaigns, ref.group, (held) => releaseLease(held, { ...ref, at: now, minHours, successor }));
  await startSuccessor(ref.group, ports);
}
