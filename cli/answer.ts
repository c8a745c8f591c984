import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { mayApprove } from '#domain/approval.ts';
import { files } from '#domain/files.ts';
import { instant } from '#domain/instant.ts';
import type { Opened } from '#domain/tasks.ts';
import { type Decided, decide } from '#loop/decision.ts';
import { BadInput } from './bad-input.ts';

export interface AnswerByArn {
  campaign: string;
  ring: string;
  decision: 'yes' | 'no';
  arn: string; // of the caller, as STS says it
}

/** Decides with AWS credentials, which works whatever the policy says. Throws BadInput where this caller may not, or nothing is asked. */
export async function answerByArn({ campaign, ring, decision, arn }: AnswerByArn, now: Date): Promise<Decided> {
  const asked = await campaigns.approval(campaign, ring);
  if (!asked) throw new BadInput([`no approval of the ring ${ring} was asked for in the campaign ${campaign}`]);
  const { trigger } = await evidence.read<Opened>(asked, files.opened);
  if (decision === 'yes' && !mayApprove(arn, trigger))
    throw new BadInput([`${arn} started ${campaign} by hand: somebody else has to approve it`]);
  return decide(asked, { decision, by: arn }, { campaigns, engine, evidence }, instant(now));
}
