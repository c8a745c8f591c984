import { randomUUID } from 'node:crypto';
import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { campaignName } from '#domain/campaign/names.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { CONTRACT } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { wrapAt } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import { now } from './clock.ts';
import type { Open } from './open.ts';
import { groupOf } from './policy.ts';

export async function start(name: string, { policy }: { policy: string }, open: Open): Promise<Answer> {
  const { group } = groupOf(policy, name);
  const { arn } = await open();
  return startByHand(group, { by: arn, id: randomUUID() }, { campaigns, engine, evidence }, now());
}

/** `by`: the caller's ARN. Who starts a campaign by hand is not asked to approve it. */
async function startByHand(
  group: GroupPolicy,
  { by, id }: { by: string; id: string },
  { campaigns, engine, evidence }: Pick<Ports, 'campaigns' | 'engine' | 'evidence'>,
  now: Instant,
): Promise<Answer> {
  const killSwitch = await campaigns.killSwitch();
  const holder = (await campaigns.lease(group.name))?.holder ?? null;
  const campaign = campaignName(group.name, now);
  const trigger = { kind: 'person' as const, id: `person/${id}`, at: now, by };
  const execution = await engine.start(campaign, { contract: CONTRACT, group: group.name, trigger }, 'group');
  const place = evidence.place({ group: group.name, campaign });
  const waits = holder ? `${holder.campaign} is at work: this one is noted, and follows it.` : null;
  const stopped = 'The kill switch says stop: it surveys and plans, and sends nothing until patchwright resume.';
  return {
    document: { version: 1, campaign, group: group.name, execution, evidence: place, trigger, killSwitch, holder },
    lines: (paint, columns) => [
      paint('green', `Started ${campaign}`),
      ...(waits ? wrapAt(waits, columns, '  ').map((line) => paint('yellow', line)) : []),
      ...(killSwitch === 'stop' ? wrapAt(stopped, columns, '  ').map((line) => paint('yellow', line)) : []),
      `Evidence: ${place}`,
      `Follow it: patchwright status ${shortName(group.name)} --watch`,
    ],
    exit: 0,
  };
}
