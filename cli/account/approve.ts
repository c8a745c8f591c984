import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { decisionWords, mayApprove } from '#domain/approval.ts';
import { files } from '#domain/files.ts';
import { minute } from '#domain/instant.ts';
import type { Instant } from '#domain/model.ts';
import type { Opened } from '#domain/tasks.ts';
import { type Decided, type DecisionPorts, decide } from '#loop/decision.ts';
import { BadInput } from '../bad-input.ts';
import type { Answer } from './answer.ts';
import { now } from './clock.ts';
import type { Deployment } from './open.ts';

export interface Decision {
  campaign: string;
  ring: string;
  decision: 'yes' | 'no';
}

export async function approve(decision: Decision, { arn }: Deployment): Promise<Answer> {
  return told(await decideAs(arn, decision, { campaigns, engine, evidence }, now()));
}

/**
 * Decides with AWS credentials, which works whatever the policy says of links. `arn`: of the caller, as STS says it. Throws
 * BadInput where nothing is asked, this caller may not, or the decision is not taken.
 */
export async function decideAs(
  arn: string,
  { campaign, ring, decision }: Decision,
  ports: DecisionPorts,
  now: Instant,
): Promise<Decided> {
  const asked = await ports.campaigns.approval(campaign, ring);
  if (!asked) {
    throw new BadInput([
      `no approval of the ring ${ring} was asked for in the campaign ${campaign}. Remedy: take both from the mail`,
    ]);
  }
  const { trigger } = await ports.evidence.read<Opened>(asked, files.opened);
  if (decision === 'yes' && !mayApprove(arn, trigger)) {
    throw new BadInput([`${arn} started ${campaign} by hand. Remedy: let somebody else approve it`]);
  }
  const decided = await decide(asked, { decision, by: arn }, ports, now);
  const refused = REFUSED[decided.what]?.(decided);
  if (refused) throw new BadInput([refused]);
  return decided;
}

const REFUSED: Partial<Record<Decided['what'], (decided: Decided) => string>> = {
  opposite: ({ approval }) => `${decisionWords(approval)} before, and that stands`,
  late: ({ approval }) => `nobody waits any more: it could be answered until ${minute(approval.expiresAt)}`,
  widened: () => 'the plan is no longer what was asked. Remedy: deny it, or wait for the next campaign',
  replaced: () => 'it was asked anew just now. Remedy: look at the newest mail, then say it again',
};

function told({ what, approval, delivered }: Decided): Answer {
  const { campaign, group, ring, decision, by, decidedAt, scopeHash } = approval;
  const again = what === 'repeated' ? ', as it was recorded before' : '';
  return {
    document: { version: 1, campaign, group, ring, decision, by, decidedAt, scopeHash, what, delivered },
    lines: (paint) => [
      `${paint(decision === 'yes' ? 'green' : 'red', decision === 'yes' ? 'Approved' : 'Denied')}: ${ring} of ${group}${again}, by ${by}.`,
      ...(delivered ? [] : ['Step Functions could not be told yet; the sweeper tells it within 15 minutes.']),
    ],
    exit: 0,
  };
}
