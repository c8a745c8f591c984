import { alarms } from '#aws/alarms.ts';
import { campaigns } from '#aws/campaigns.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { lambda } from '#aws/lambda.ts';
import { patching } from '#aws/patching.ts';
import { files } from '#domain/campaign/files.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { judge, mayChange } from '#domain/patch/gate/gate.ts';
import { gateEvidence } from '#domain/patch/gate/gate-evidence.ts';
import { endOfRing } from '#domain/patch/how-it-ends.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { RingRecord, Verdict } from '#domain/patch/records.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import type { Ports } from '#domain/ports.ts';
import { ringFacts } from '#loops/patch/gate-facts.ts';

type JudgePorts = Pick<Ports, 'alarms' | 'campaigns' | 'evidence' | 'inspector' | 'instances' | 'patching'>;

/** Judges the ring. An inconclusive verdict that may change is looked at again, up to the policy's limit. */
export async function judgeRing(input: RingTask, ports: JudgePorts, now: Instant) {
  const { evidence } = ports;
  const { group } = await evidence.read<FrozenGroup>(input, files.policy);
  const facts = await ringFacts(input, group, ports, now);
  const verdict = judge(gateEvidence(facts));
  const record: RingRecord = { ...facts.record, looks: facts.record.looks + 1, verdict };
  await evidence.write(input, patchFiles.ring(input.ring), record);
  const again = verdict.verdict === 'inconclusive' && mayChange(verdict) && record.looks < group.gate.looks;
  return {
    decision: again ? 'Again' : 'Decided',
    waitSeconds: 900,
    ring: input.ring,
    verdict: verdict.verdict,
    outcome: endOfRing(record),
    why: why(verdict),
  };
}

function why({ ring, verdict, reasons }: Verdict): string {
  const words = `${ring} ${verdict}: ${reasons.map((reason) => reason.words).join('; ')}`;
  return words.length > 400 ? `${words.slice(0, 397)}...` : words;
}

export const handler = lambda(judgeRing, { alarms, campaigns, evidence, inspector, instances, patching });
