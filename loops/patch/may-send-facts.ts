import { files } from '#domain/campaign/files.ts';
import { windowAt } from '#domain/campaign/window.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { type GoFacts, proofUntil } from '#domain/patch/may-send.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import { doubtfullyGone, errorsSoFar } from '#domain/patch/waves.ts';

/** Reads everything that is asked before a wave. What cannot be read says so: it is no leave to go. */
export async function goFacts(
  input: RingTask,
  plan: Plan,
  { ringPlan, record }: { ringPlan: RingPlan; record: RingRecord },
  { alarms, campaigns, evidence, patching }: Pick<PatchPorts, 'alarms' | 'campaigns' | 'evidence' | 'patching'>,
  now: Instant,
): Promise<GoFacts> {
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const canary = group.rings[0]?.name ?? input.ring;
  const proof = canary === input.ring ? record : await evidence.readIfThere<RingRecord>(input, patchFiles.ring(canary));
  return {
    campaign: input.campaign,
    killSwitch: await campaigns.killSwitch().catch(() => 'unreadable' as const),
    lease: await campaigns.lease(input.group),
    approval: group.approvals.before.includes(input.ring)
      ? { given: await campaigns.approval(input.campaign, input.ring), scopeHash: plan.scopeHash }
      : null,
    window: windowAt(group.window, now),
    calendars: await calendars(group, patching, now),
    canary: canary === input.ring ? null : (proof?.verdict?.verdict ?? 'none'),
    begunAt: record.startedAt,
    proofUntil: proofUntil(proof, group.proofDays),
    alarms: group.gate.alarms.length ? await alarms.readings(group.gate.alarms, record.firstSentAt ?? now) : [],
    errors: errorsSoFar(record),
    gone: doubtfullyGone(record.hosts, ringPlan.errors).length,
    at: now,
  };
}

function calendars(
  { window }: GroupPolicy,
  patching: PatchPorts['patching'],
  now: Instant,
): Promise<GoFacts['calendars']> {
  if (!window?.calendars.length) return Promise.resolve({ open: true, nextChange: null });
  return patching.calendars(window.calendars, now).catch(() => 'unreadable' as const);
}
