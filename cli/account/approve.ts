import { campaigns } from '#aws/campaigns.ts';
import { decisions } from '#aws/decisions.ts';
import { type Decided, type Decisions, decisionWords } from '#domain/campaign/approval.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import type { Ports } from '#domain/ports.ts';
import { BadInput } from '../bad-input.ts';
import type { Answer } from './answer.ts';
import { now } from './clock.ts';

export interface PersonsAnswer {
  campaign: string;
  ring: string;
  decision: 'yes' | 'no';
}

export async function approve(decision: PersonsAnswer): Promise<Answer> {
  return told(await decideSigned(decision, { campaigns, decisions }, now()));
}

/**
 * Decides with AWS credentials, which works whatever the policy says of links: the deployment's own function writes the decision, under
 * the name that AWS gives it. Throws BadInput where nothing is asked, this caller may not, or the decision is not taken.
 */
export async function decideSigned(
  { campaign, ring, decision }: PersonsAnswer,
  { campaigns, decisions }: Pick<Ports, 'campaigns'> & { decisions: Decisions },
  now: Instant,
): Promise<Decided> {
  const asked = await campaigns.approval(campaign, ring);
  if (!asked) throw notAsked(campaign, ring);
  const { askedAt, scopeHash, decideAt } = asked;
  if (!decideAt) throw new BrokenRecord(`the approval of ${ring} in ${campaign} names no address that takes it`);
  const decided = await decisions.take(decideAt, { campaign, ring, decision, askedAt, scopeHash }, now);
  if (decided === 'not-asked') throw notAsked(campaign, ring);
  const refused = REFUSED[decided.what]?.(decided);
  if (refused) throw new BadInput([refused]);
  return decided;
}

function notAsked(campaign: string, ring: string): BadInput {
  return new BadInput([
    `no approval of the ring ${ring} was asked for in the campaign ${campaign}. Remedy: take both from the mail`,
  ]);
}

const REFUSED: Partial<Record<Decided['what'], (decided: Decided) => string>> = {
  opposite: ({ approval }) => `${decisionWords(approval)} before, and that stands`,
  late: ({ approval }) => `nobody waits any more: it could be answered until ${minute(approval.expiresAt)}`,
  widened: () => 'the plan is no longer what was asked. Remedy: deny it, or wait for the next campaign',
  starter: ({ approval }) =>
    `${approval.campaign} was started by hand by these credentials. Remedy: let somebody else approve it`,
  way: () => 'the policy does not let it be decided this way. Remedy: decide it as the mail says',
  replaced: () => 'it was asked anew just now. Remedy: look at the newest mail, then say it again',
};

function told({ what, approval, delivered }: Decided): Answer {
  const { campaign, group, ring, decision, by, decidedAt, scopeHash } = approval;
  const again = what === 'repeated' ? ', as it was recorded before' : '';
  return {
    document: { version: 1, campaign, group, ring, decision, by, decidedAt, scopeHash, what, delivered },
    lines: (paint) => [
      `${paint(decision === 'yes' ? 'green' : 'red', decision === 'yes' ? 'Approved' : OUTCOME.Denied)}: ${ring} of ${group}${again}, by ${by}.`,
      ...(delivered ? [] : ['Step Functions could not be told yet; the sweeper tells it within 15 minutes.']),
    ],
    exit: 0,
  };
}
