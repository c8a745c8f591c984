/** The net: a campaign whose execution runs no more is drained; if it had not closed, it is closed as `Lost`. */
import { files } from '#domain/files.ts';
import { drainLease, endingLease, isEnding, releaseLease } from '#domain/lease.ts';
import type { Instant } from '#domain/model.ts';
import type { FrozenPolicy } from '#domain/policy.ts';
import type { CampaignRef, ExecutionStatus, Ports } from '#domain/ports.ts';
import type { Holder, Lease, Plan, RingRecord } from '#domain/records.ts';
import { CONTRACT } from '#domain/tasks.ts';
import { atWork, installOf } from '#loop/at-work.ts';
import { close, startSuccessor, successorOf } from '#loop/close.ts';
import { changeLease } from '#loop/lease.ts';
import { readProgress } from '#loop/progress.ts';
import { takeSecondSurvey } from '#loop/second-survey.ts';
import { resolveIntents } from '#loop/send.ts';

export type DrainPorts = Omit<Ports, 'alarms' | 'baselines' | 'pages' | 'policies' | 'secrets'>;

/** Returns what it did, in words. While a ring still runs, or a command may still work on a host, the lease stays draining. */
export async function drain(
  lease: Lease,
  holder: Holder,
  status: ExecutionStatus,
  ports: DrainPorts,
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
    stopped = await stopRings(ref, ports);
    if (stopped.length) return `draining: ${stopped.join(', ')}`;
    return await end(ref, begun.lastClosed?.campaign === holder.campaign, status, ports, now);
  } finally {
    // A ring that was stopped just now may have a function at work, which still writes: nobody ends the campaign meanwhile.
    if (!stopped.length) {
      await changeLease(ports.campaigns, lease.group, (held) =>
        held.holder?.endingAt === now ? endingLease(held, holder.campaign, null) : null,
      );
    }
  }
}

/** Step Functions stops the rings of an execution that ended badly at best effort. Names those that ran on, and stops them. */
async function stopRings(
  ref: CampaignRef,
  { engine, evidence }: Pick<DrainPorts, 'engine' | 'evidence'>,
): Promise<string[]> {
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const running: string[] = [];
  for (const { ring } of plan?.rings ?? []) {
    const execution = engine.ringArn(ref.campaign, ring);
    const status = await engine.status(execution);
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') continue;
    await engine.stop(execution, `the execution of ${ref.campaign} runs no more`);
    running.push(`the execution of ${ring} ran on, and is being stopped`);
  }
  return running;
}

async function end(
  ref: CampaignRef,
  closed: boolean,
  status: ExecutionStatus,
  ports: DrainPorts,
  now: Instant,
): Promise<string> {
  if (!closed) await settleRings(ref, ports, now);
  const working = await atWork(ref, ports, now);
  if (working.length) return `draining: ${working.join(', ')}`;
  if (closed) {
    await release(ref, ports, now);
    return 'released';
  }
  // Once nothing is at work; the next sweep goes on with what this one does not end.
  const hasFirst = await ports.evidence.readIfThere(ref, files.surveyBefore);
  if (hasFirst && (await takeSecondSurvey(ref, ports, now)) === 'More') return 'draining: the second survey goes on';
  const why = `the execution ended ${status} before the campaign was closed`;
  await close(ref, { outcome: 'Lost', why }, ports, now);
  return 'closed as Lost';
}

async function release(ref: CampaignRef, ports: DrainPorts, now: Instant): Promise<void> {
  const policy = await ports.evidence.readIfThere<FrozenPolicy>(ref, files.policy);
  const minHours = policy?.group.triggers.minHours ?? 0;
  const successor = successorOf(ref.group, ports.engine, now);
  await changeLease(ports.campaigns, ref.group, (held) => releaseLease(held, { ...ref, at: now, minHours, successor }));
  await startSuccessor(ref.group, ports);
}

/** Brings the rings' records up to date from the intents: what was sent, and how it ended. */
async function settleRings(ref: CampaignRef, ports: DrainPorts, now: Instant): Promise<void> {
  const rings = new Set<string>();
  for await (const intent of ports.campaigns.intents(ref.campaign)) rings.add(intent.ring);
  const plan = await ports.evidence.readIfThere<Plan>(ref, files.plan);
  for (const ring of rings) {
    const stored = await ports.evidence.read<RingRecord>(ref, files.ring(ring));
    const { record, intents } = await resolveIntents({ contract: CONTRACT, ...ref, ring }, stored, ports, now);
    const settled = await readProgress(record, intents, installOf(plan), ports, now);
    await ports.evidence.write(ref, files.ring(ring), settled);
  }
}
