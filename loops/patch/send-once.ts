/** Sending at most once per host and campaign: the intent first, then the send, then its command id on the intent. */

import { leaseLost } from '#domain/campaign/lease.ts';
import { SendRefused } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import { recheck } from '#domain/patch/plan/scope.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Intent, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { hostsOf, withHosts } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import { DELIVERY_SECONDS, STEP_SECONDS } from '#domain/patch/waves.ts';
import { plural } from '#domain/plural.ts';
import { byId } from '#loops/patch/survey.ts';

/** ListCommands is eventually consistent: a command that was accepted is taken to be listed after so long. */
const LISTED_MINUTES = 15;

type IntentPorts = Pick<PatchPorts, 'intents' | 'patching'>;

/**
 * Settles what an earlier run of this task left open. `clear` false: an intent has no command yet and may still get one.
 * Hosts of an intent whose command was never listed are `unknown` from then on.
 */
export async function resolveIntents(input: RingTask, record: RingRecord, ports: IntentPorts, now: Instant) {
  const intents: Intent[] = [];
  let clear = true;
  let resolved = record;
  for await (const intent of ports.intents.of(input.campaign, input.ring)) {
    const settled = intent.state === 'intended' ? await lookFor(intent, ports.patching, now) : intent;
    if (settled !== intent) await ports.intents.update(settled);
    if (settled.state === 'intended') clear = false;
    if (settled.state === 'sent') resolved = working(resolved, settled);
    if (settled.state === 'unclear') resolved = unknown(resolved, settled);
    intents.push(settled);
  }
  return { record: resolved, intents, clear };
}

interface Sending {
  group: GroupPolicy;
  plan: Plan;
  ringPlan: RingPlan;
  record: RingRecord;
  intents: Intent[];
  wave: InstanceId[];
}

interface Sent {
  record: RingRecord;
  result: { decision: string; waitSeconds: number; why: string };
}

/**
 * Only hosts that are Online are sent: one that is not refuses the whole command (trap 22). Nor one that left its ring. AWS took
 * nothing of a command that it refused, so its half is sent, until one is taken or a host is refused alone: that is skipped.
 */
export async function sendOnce(
  input: RingTask,
  { intents, plan, wave, ...of }: Sending,
  { instances: ec2, ...ports }: IntentPorts & Pick<PatchPorts, 'campaigns' | 'instances'>,
  now: Instant,
): Promise<Sent> {
  const { ready, skipped } = await stillThere(wave, of, ec2, ports.patching);
  if (!ready.length) return { record: skipped, result: wait(60, 'no host of the wave is there and online') };
  let number = Math.max(0, ...intents.map((i) => i.wave));
  let instances = ready;
  for (;;) {
    const { sent, error } = await sendPart(input, plan, instances, ++number, ports, now);
    if (sent) {
      const why = `wave ${number}`;
      return { record: working(skipped, sent), result: { decision: 'Sent', waitSeconds: 120, why } };
    }
    if (!(error instanceof SendRefused)) return { record: skipped, result: wait(120, String(error)) };
    if (error.retryable) return { record: skipped, result: wait(60, `not accepted: ${error.message}`) };
    const [only, ...others] = instances;
    if (only && !others.length) return refusedAlone(skipped, only, intents, of.ringPlan, error.message, now);
    instances = instances.slice(0, Math.ceil(instances.length / 2));
  }
}

/** `sent` null: it was not, or nobody can tell. Only a `SendRefused` says for certain that nothing was taken. */
async function sendPart(
  input: RingTask,
  plan: Plan,
  instances: InstanceId[],
  wave: number,
  { campaigns, intents, patching }: IntentPorts & Pick<PatchPorts, 'campaigns'>,
  at: Instant,
): Promise<{ sent: Intent | null; error?: unknown }> {
  const { campaign, ring } = input;
  const comment = `${campaign}/${ring}/${wave}`.slice(-100);
  const state = 'intended' as const;
  const intent: Intent = { campaign, ring, wave, instances, comment, at, state, commandId: null, words: '' };
  if (!(await intents.add(intent))) return { sent: null, error: 'another run of this task is sending' };
  // Whoever ends this campaign drains the lease before it reads the intents: one of the two sees the other.
  const lost = await campaigns.lease(input.group).then(
    (lease) => leaseLost(lease, campaign),
    (error) => `the lease could not be read: ${error}`,
  );
  const taken = lost ? { error: new SendRefused(lost, true) } : await sendWave(plan, intent, patching);
  if (typeof taken === 'string') {
    const sent: Intent = { ...intent, state: 'sent', commandId: taken };
    await intents.update(sent);
    return { sent };
  }
  const { error } = taken;
  // Unclear: AWS may have taken it. The intent stays, and the next run looks for its command.
  if (!(error instanceof SendRefused)) return { sent: null, error: `unclear whether it was sent: ${error}` };
  await intents.update({ ...intent, state: 'refused', words: error.message });
  return { sent: null, error };
}

/** As many hosts as SSM may refuse are as many as may fail: a ring of which it takes none is not tried host by host. */
function refusedAlone(
  record: RingRecord,
  id: InstanceId,
  intents: Intent[],
  { errors }: RingPlan,
  words: string,
  at: Instant,
): Sent {
  const alone = new Set(intents.flatMap((i) => (i.state === 'refused' && i.instances.length === 1 ? i.instances : [])));
  const skipped = withHosts(record, (host) =>
    host.id === id ? { status: 'skipped', words: `SSM refused it: ${words}` } : null,
  );
  const refused = 1 + hostsOf(record, 'skipped').filter((host) => alone.has(host.id)).length;
  if (refused <= errors) return { record: skipped, result: wait(30, `not accepted: ${words}`) };
  const why = `SSM refused ${plural(refused, 'host')}, ${errors} ${errors === 1 ? 'is' : 'are'} tolerated: ${words}`;
  const stopped = { why: 'errors' as const, words: why, at };
  return { record: { ...skipped, stopped }, result: { decision: 'Stopped', waitSeconds: 0, why } };
}

async function sendWave(
  plan: Plan,
  intent: Intent,
  patching: PatchPorts['patching'],
): Promise<string | { error: unknown }> {
  try {
    return await patching.send({
      document: 'patch',
      instances: intent.instances,
      comment: intent.comment,
      operation: 'Install',
      snapshotId: plan.snapshotId,
      reboot: plan.reboot,
      stepSeconds: STEP_SECONDS,
      deliverySeconds: DELIVERY_SECONDS,
    });
  } catch (error) {
    return { error };
  }
}

async function lookFor(intent: Intent, patching: PatchPorts['patching'], now: Instant): Promise<Intent> {
  const found: string[] = [];
  for await (const command of patching.commandsByComment(intent.comment, plusMinutes(intent.at, -5)))
    found.push(command.id);
  if (found[0]) return { ...intent, state: 'sent', commandId: found[0], words: 'found by its comment' };
  if (now < plusMinutes(intent.at, LISTED_MINUTES)) return intent;
  return {
    ...intent,
    state: 'unclear',
    words: `no command with its comment was listed within ${LISTED_MINUTES} minutes`,
  };
}

async function stillThere(
  wave: InstanceId[],
  { group, record, ringPlan }: Pick<Sending, 'group' | 'record' | 'ringPlan'>,
  instances: PatchPorts['instances'],
  patching: PatchPorts['patching'],
) {
  const hosts = ringPlan.hosts.filter(({ id }) => wave.includes(id));
  const members = await byId(instances.byIds(wave));
  const { still, dropped } = recheck({ ...ringPlan, hosts }, group, members, await byId(patching.managed(wave)));
  const why = new Map(dropped.map(({ id, words }) => [id, words]));
  const skipped = withHosts(record, ({ id }) => {
    const words = why.get(id);
    return words ? { status: 'skipped', words: `When its turn came: ${words}` } : null;
  });
  return { ready: still, skipped };
}

function working(record: RingRecord, intent: Intent): RingRecord {
  const of = new Set(intent.instances);
  if (!record.hosts.some((host) => of.has(host.id) && host.status === 'planned')) return record;
  const changed = withHosts(record, (host) =>
    of.has(host.id) && host.status === 'planned' ? { status: 'working', wave: intent.wave, sentAt: intent.at } : null,
  );
  const sent = new Set(changed.hosts.flatMap((host) => (host.sentAt ? [host.wave] : [])));
  return { ...changed, waves: sent.size, firstSentAt: record.firstSentAt ?? intent.at };
}

function unknown(record: RingRecord, intent: Intent): RingRecord {
  const of = new Set(intent.instances);
  if (!record.hosts.some((host) => of.has(host.id) && host.status === 'planned')) return record;
  const words = `whether it was sent is unclear: ${intent.words}`;
  return withHosts(record, (host) =>
    of.has(host.id) && host.status === 'planned' ? { status: 'unknown', words } : null,
  );
}

function wait(waitSeconds: number, why: string) {
  return { decision: 'Wait', waitSeconds, why };
}
