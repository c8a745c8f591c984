/** Sending at most once per host and campaign: the intent first, then the send, then its command id on the intent. */
import { SendRefused } from '#domain/errors.ts';
import { leaseLost } from '#domain/go.ts';
import { plusMinutes } from '#domain/instant.ts';
import type { InstanceId, Instant } from '#domain/model.ts';
import type { GroupPolicy } from '#domain/policy.ts';
import type { Ports } from '#domain/ports.ts';
import type { Intent, Plan, RingPlan, RingRecord } from '#domain/records.ts';
import { withHosts } from '#domain/ring-record.ts';
import { DELIVERY_SECONDS } from '#domain/rings.ts';
import { recheck } from '#domain/scope.ts';
import type { RingTask } from '#domain/tasks.ts';
import { byId } from '#loop/survey.ts';

/** ListCommands is eventually consistent: a command that was accepted is taken to be listed after so long. */
const LISTED_MINUTES = 15;

type IntentPorts = Pick<Ports, 'campaigns' | 'patching'>;

/**
 * Settles what an earlier run of this task left open. `clear` false: an intent has no command yet and may still get one.
 * Hosts of an intent whose command was never listed are `unknown` from then on.
 */
export async function resolveIntents(
  input: RingTask,
  record: RingRecord,
  { campaigns, patching }: IntentPorts,
  now: Instant,
) {
  const intents: Intent[] = [];
  let clear = true;
  let resolved = record;
  for await (const intent of campaigns.intents(input.campaign, input.ring)) {
    const settled = intent.state === 'intended' ? await lookFor(intent, patching, now) : intent;
    if (settled !== intent) await campaigns.updateIntent(settled);
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

/** Only hosts that are Online are sent: one that is not refuses the whole command (trap 22). Nor one that left its ring. */
export async function sendOnce(
  input: RingTask,
  { intents, plan, wave, ...of }: Sending,
  { campaigns, instances: ec2, patching }: IntentPorts & Pick<Ports, 'instances'>,
  now: Instant,
) {
  const { ready, skipped } = await stillThere(wave, of, ec2, patching);
  const refusedBefore = new Set(intents.filter((i) => i.state === 'refused').flatMap((i) => i.instances));
  const doubtful = ready.find((id) => refusedBefore.has(id));
  const instances = doubtful ? [doubtful] : ready;
  if (!instances.length) return { record: skipped, result: wait(60, 'no host of the wave is there and online') };
  const number = Math.max(0, ...intents.map((i) => i.wave)) + 1;
  const intent: Intent = {
    campaign: input.campaign,
    ring: input.ring,
    wave: number,
    instances,
    comment: `${input.campaign}/${input.ring}/${number}`.slice(-100),
    at: now,
    state: 'intended',
    commandId: null,
    words: '',
  };
  if (!(await campaigns.addIntent(intent)))
    return { record: skipped, result: wait(60, 'another run of this task is sending') };
  // Whoever ends this campaign drains the lease before it reads the intents: one of the two sees the other.
  const lost = await campaigns.lease(input.group).then(
    (lease) => leaseLost(lease, input.campaign),
    (error) => `the lease could not be read: ${error}`,
  );
  if (lost) {
    await campaigns.updateIntent({ ...intent, state: 'refused', words: lost });
    return { record: skipped, result: wait(60, lost) };
  }
  const commandId = await sendWave(plan, intent, patching);
  if (typeof commandId === 'string') {
    const sent: Intent = { ...intent, state: 'sent', commandId };
    await campaigns.updateIntent(sent);
    return { record: working(skipped, sent), result: { decision: 'Sent', waitSeconds: 120, why: `wave ${number}` } };
  }
  const { error } = commandId;
  // Unclear: AWS may have taken it. The intent stays, and the next run looks for its command.
  if (!(error instanceof SendRefused))
    return { record: skipped, result: wait(120, `unclear whether it was sent: ${error}`) };
  await campaigns.updateIntent({ ...intent, state: 'refused', words: error.message });
  const given = !error.retryable && instances.length === 1 ? refused(skipped, instances, error.message) : skipped;
  return { record: given, result: wait(60, `not accepted: ${error.message}`) };
}

async function sendWave(plan: Plan, intent: Intent, patching: Ports['patching']): Promise<string | { error: unknown }> {
  try {
    return await patching.send({
      document: 'patch',
      instances: intent.instances,
      comment: intent.comment,
      operation: 'Install',
      snapshotId: plan.snapshotId,
      reboot: plan.reboot,
      deliverySeconds: DELIVERY_SECONDS,
    });
  } catch (error) {
    return { error };
  }
}

async function lookFor(intent: Intent, patching: Ports['patching'], now: Instant): Promise<Intent> {
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
  instances: Ports['instances'],
  patching: Ports['patching'],
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

function refused(record: RingRecord, ids: InstanceId[], words: string): RingRecord {
  return withHosts(record, ({ id }) =>
    ids.includes(id) ? { status: 'skipped', words: `SSM refused it: ${words}` } : null,
  );
}

function wait(waitSeconds: number, why: string) {
  return { decision: 'Wait', waitSeconds, why };
}
