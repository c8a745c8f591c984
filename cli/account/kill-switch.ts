import { campaigns } from '#aws/campaigns.ts';
import type { Campaigns } from '#domain/campaign/ports.ts';
import type { Instant } from '#domain/instant.ts';
import type { Answer } from './answer.ts';
import { now } from './clock.ts';
import type { DeployedStage } from './open.ts';

export function turnSwitch(to: 'go' | 'stop', { arn }: DeployedStage): Promise<Answer> {
  return turn(to, arn, { campaigns }, now());
}

/** `by`: the caller's ARN, kept beside the switch. */
export async function turn(
  to: 'go' | 'stop',
  by: string,
  { campaigns }: { campaigns: Pick<Campaigns, 'killSwitch' | 'setKillSwitch' | 'leases'> },
  now: Instant,
): Promise<Answer> {
  const was = await campaigns.killSwitch();
  await campaigns.setKillSwitch(to, by, now);
  const atWork: string[] = [];
  for await (const { holder } of campaigns.leases()) if (holder) atWork.push(holder.campaign);
  const asBefore = was === to ? ', as it was' : '';
  return {
    document: { version: 1, killSwitch: to, was, by, at: now, atWork },
    lines: (paint) =>
      to === 'stop'
        ? [
            paint('red', `Stopped${asBefore}: no wave starts any more.`),
            ...atWork.map((campaign) => `${campaign} halts before its next wave; its hosts at work finish.`),
            'A campaign that halted does not go on: resume, then start a new one.',
          ]
        : [
            paint('green', `Go${asBefore}: campaigns may send waves.`),
            ...atWork.map((campaign) => `${campaign} is at work.`),
          ],
    exit: 0,
  };
}
