import { alarms } from '#aws/alarms.ts';
import { baselines } from '#aws/baselines.ts';
import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { instances } from '#aws/instances.ts';
import { intents } from '#aws/intents.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { type Go, mayGo } from '#domain/patch/may-send.ts';
import { wavePause } from '#domain/patch/pauses.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { hostsOf } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import { nextWave } from '#domain/patch/waves.ts';
import type { Ports } from '#domain/ports.ts';
import { changedBaseline } from '#loops/patch/changed-baseline.ts';
import { goFacts } from '#loops/patch/may-send-facts.ts';
import { resolveIntents, sendOnce } from '#loops/patch/send-once.ts';

type SendPorts = Pick<Ports, 'alarms' | 'baselines' | 'campaigns' | 'evidence' | 'instances' | 'intents' | 'patching'>;

/**
 * Sends the next wave, if everything says that it may go now. An intent is written before the send, so that a second run of
 * this task finds it, looks for its command, and never sends those hosts again.
 */
export async function sendWave(input: RingTask, ports: SendPorts, now: Instant) {
  const { evidence } = ports;
  const plan = await evidence.read<Plan>(input, files.plan);
  const ringPlan = await evidence.read<RingPlan>(input, patchFiles.ringPlan(input.ring));
  const before = await evidence.read<RingRecord>(input, patchFiles.ring(input.ring));
  const { record, intents: earlier, clear } = await resolveIntents(input, before, ports, now);
  if (record !== before) await evidence.write(input, patchFiles.ring(input.ring), record);
  const pause = (seconds: number) => wavePause(seconds, record, now);
  if (!clear) return { decision: 'Wait', waitSeconds: pause(120), why: 'an intent without a command: looking for it' };
  if (hostsOf(record, 'working').length) return { decision: 'Sent', waitSeconds: pause(60), why: 'a wave is at work' };
  if (record.stopped) return { decision: 'Stopped', waitSeconds: 0, why: record.stopped.words };
  if (!hostsOf(record, 'planned').length) return { decision: 'AllSent', waitSeconds: 0, why: 'every host was sent' };

  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const go = await mayGoNow();
  if (go.say === 'wait') return { decision: 'Wait', waitSeconds: pause(go.seconds), why: go.words };
  const wave = go.say === 'go' ? nextWave(ringPlan, record, earlier) : [];
  if (go.say === 'stop' || !wave.length) {
    const stopped = go.say === 'stop' ? { ...go, at: now } : noRoom(now);
    await evidence.write(input, patchFiles.ring(input.ring), { ...record, stopped });
    return { decision: 'Stopped', waitSeconds: 0, why: stopped.words };
  }
  const sent = await sendOnce(input, { group, plan, ringPlan, record, intents: earlier, wave }, ports, now);
  await evidence.write(input, patchFiles.ring(input.ring), sent.record);
  const { waitSeconds } = sent.result;
  return { ...sent.result, waitSeconds: waitSeconds && pause(waitSeconds) };

  /** The baseline last: the ring may have waited for days since it was rechecked. */
  async function mayGoNow(): Promise<Go> {
    const go = mayGo(ringPlan, await goFacts(input, plan, { ringPlan, record }, ports, now));
    const words = go.say === 'go' ? await changedBaseline(input, plan, ringPlan, ports.baselines) : null;
    return words ? { say: 'stop', why: 'baseline', words } : go;
  }
}

function noRoom(at: Instant) {
  return { why: 'errors' as const, words: 'as many hosts as may be disturbed at once have not come back', at };
}

export const handler = lambda(sendWave, { alarms, baselines, campaigns, evidence, instances, intents, patching });
