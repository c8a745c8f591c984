import { campaigns } from '#aws/campaigns.ts';
import { clock } from '#aws/clock.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { intents } from '#aws/intents.ts';
import { event } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import { untold } from '#domain/campaign/lease.ts';
import type { Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { startSuccessor, tell } from '#loops/campaign/close.ts';
import { deliverDecisions } from '#loops/campaign/decision.ts';
import { drain } from '#loops/campaign/drain.ts';
import { loopOf } from '#loops/loop-of.ts';

type SweepPorts = Omit<Ports, 'alarms' | 'baselines' | 'approvalUrl' | 'policies' | 'secrets'>;

/**
 * Every 15 minutes, and when an execution ended badly: a lease whose execution runs no more is drained and closed as `Lost`, a
 * hand-over without a successor is started, a closing notice that did not go out is sent, a decision that the machine could not
 * be told is told again. All leases are looked at each time: an event only says when (they are best effort, may be doubled and
 * out of order). A group that fails holds up no other: what failed is thrown in the end.
 */
export async function sweepLeases(_event: object, ports: SweepPorts, now: Instant) {
  const swept: Record<string, string> = {};
  const failed: unknown[] = [];
  for await (const lease of ports.campaigns.leases()) {
    const { group } = lease;
    const tries = [() => tellUntold(lease, ports), () => sweep(lease, ports, now, swept)];
    for (const attempt of tries) {
      await attempt().catch((error: unknown) => {
        failed.push(error);
        swept[group] = `failed: ${error instanceof Error ? error.message : error}`;
      });
    }
  }
  if (failed.length) throw new AggregateError(failed, JSON.stringify(swept));
  return swept;
}

async function tellUntold(lease: Lease, ports: SweepPorts): Promise<void> {
  for (const campaign of untold(lease)) await tell({ group: lease.group, campaign }, ports);
}

/**
 * The lease is read again once it is known that the execution runs no more: it may have closed since the leases were listed.
 * DescribeExecution is eventually consistent (its API reference): it may not know yet what has just opened.
 */
async function sweep(seen: Lease, ports: SweepPorts, now: Instant, swept: Record<string, string>): Promise<void> {
  if (!seen.holder) return;
  const { campaign, execution } = seen.holder;
  const status = await ports.engine.status(execution);
  if (status === 'RUNNING') return deliverDecisions(campaign, ports);
  const lease = await ports.campaigns.lease(seen.group);
  if (lease?.holder?.campaign !== campaign) return;
  if (lease.holder.state === 'open' && status === 'unknown' && now < plusMinutes(lease.holder.openedAt, 15)) return;
  if (lease.holder.state === 'handover' && status === 'unknown') await startSuccessor(seen.group, ports);
  else swept[seen.group] = await drain(lease, lease.holder, status, loopOf(lease), ports, now);
}

export const handler = event(sweepLeases, {
  campaigns,
  clock,
  engine,
  evidence,
  inspector,
  instances,
  intents,
  notices,
  patching,
});
