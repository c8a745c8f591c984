/**
 * 5. Nothing is sent outside the window, with the kill switch on or unreadable, or without an approval that the policy asks for on
 * this scope hash: a decision that stands *in the table*, by somebody who may decide; a wake-up alone decides nothing.
 */
import { instant } from '#domain/instant.ts';
import type { Checker } from './happened.ts';
import { mayStartAt } from './window-clock.ts';

export const onlyInTheWindow: Checker = ({ record }, { group, timeline }) => {
  const [from, to] = [Date.parse(record.openedAt), Date.parse(record.closedAt)];
  return timeline
    .filter(
      ({ kind, subject, text, at }) =>
        kind === 'call' && subject === 'sendWave' && text === 'ssm.SendCommand' && at >= from && at <= to,
    )
    .filter(({ at }) => !mayStartAt(group.window, at))
    .map(({ at }) => `5: a wave was sent at ${instant(at)}, outside the window`);
};

export const onlyApproved: Checker = ({ rings, record, plan }, { group }) =>
  group.approvals.before.flatMap((ring) => {
    const first = rings.find((each) => each.plan.ring === ring)?.record?.firstSentAt;
    const yes = record.approvals.find((approval) => approval.ring === ring && approval.decision === 'yes');
    const isAllowed = group.approvals.decide === 'link' || yes?.way === 'iam';
    const inTime = first && yes?.decidedAt && yes.decidedAt <= first && yes.decidedAt <= yes.expiresAt;
    const good = yes && yes.scopeHash === plan?.scopeHash && isAllowed && inTime;
    return first && !good ? [`5: ${ring} was sent without its approval`] : [];
  });

export const onlyToAct: Checker = ({ plan, installs }) =>
  plan && installs.length && plan.mode !== 'act' ? ['5: a campaign that only observes installed something'] : [];
