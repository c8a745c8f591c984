import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { event } from '#aws/lambda.ts';
import { notices } from '#aws/notices.ts';
import { patching } from '#aws/patching.ts';
import type { Instant } from '#domain/model.ts';
import type { Ports } from '#domain/ports.ts';
import { startSuccessor, tell } from '#loop/close.ts';
import { deliverDecisions } from '#loop/decision.ts';
import { drain } from '#loop/drain.ts';

type SweepPorts = Omit<Ports, 'alarms' | 'baselines' | 'pages' | 'policies' | 'secrets'>;

/**
 * Every 15 minutes, and when an execution ended badly: a lease whose execution runs no more is drained and closed as `Lost`, a
 * hand-over without a successor is started, a closing notice that did not go out is sent, a decision that the machine could not
 * be told is told again. All leases are looked at each time:
 * an event only says when (they are best effort, may be doubled and out of order).
 */
export const sweepLeases = async (_event: object, ports: SweepPorts, now: Instant) => {
  const swept: Record<string, string> = {};
  for await (const lease of ports.campaigns.leases()) {
    const { holder, lastClosed, group } = lease;
    if (lastClosed && !lastClosed.noticed) await tell({ group, campaign: lastClosed.campaign }, ports);
    if (!holder) continue;
    const status = await ports.engine.status(holder.execution);
    if (status === 'RUNNING') {
      await deliverDecisions(holder.campaign, ports, now);
      continue;
    }
    if (holder.state === 'handover' && status === 'unknown') await startSuccessor(group, ports);
    else swept[group] = await drain(lease, holder, status, ports, now);
  }
  return swept;
};

export const handler = event(sweepLeases, { campaigns, engine, evidence, inspector, instances, notices, patching });
