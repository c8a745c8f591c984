import type { Approval, CampaignRecord } from '#domain/campaign/records.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import { exitOf } from '../exit.ts';
import type { Shown } from '../rehearse/shown.ts';
import { several } from './text.ts';

export interface Milestone {
  at: number; // epoch milliseconds
  text: string;
  good: boolean | null; // null: neither
}

/** The timeline of a finished campaign, condensed to what a person would tell: opened, planned, approved, each ring, closed. */
export function milestones({ run, record, plan, rings, mails }: Shown): Milestone[] {
  const told: Milestone[] = [];
  if (record) told.push({ at: Date.parse(record.openedAt), text: `opened by ${starter(record.trigger)}`, good: null });
  if (plan) told.push({ at: Date.parse(plan.at), text: planText(plan), good: null });
  for (const approval of record?.approvals ?? []) told.push(approvalMilestone(approval));
  for (const ring of rings) told.push(ringMilestone(ring));
  const end = record ? Date.parse(record.closedAt) : (mails.at(-1)?.at ?? Number.NaN);
  const why = record?.why ? `: ${record.why}` : '';
  if (!Number.isNaN(end)) {
    told.push({ at: end, text: `${run.campaign.outcome}${why}`, good: exitOf(run.campaign.outcome) === 0 });
  }
  return told.sort((a, b) => a.at - b.at);
}

/** A schedule's whole ARN would fill the line. */
function starter({ kind, by }: CampaignRecord['trigger']): string {
  return kind === 'schedule' ? `the schedule ${by.split('/').pop()}` : by;
}

function planText(plan: NonNullable<Shown['plan']>): string {
  const rings = plan.rings.map((ring) => `${ring.ring} ${ring.hosts}`).join(', ');
  const left = plan.left.length ? `; ${plan.left.length} left out` : '';
  return `plan: fix ${plan.expected.total} of ${several(plan.before.total, 'finding')}; ${rings || 'no ring'}${left}`;
}

function approvalMilestone(approval: Approval): Milestone {
  const answer =
    approval.decision === null || approval.decision === 'silence'
      ? 'no answer'
      : `${approval.decision} from ${approval.by ?? 'nobody'}`;
  return {
    at: Date.parse(approval.decidedAt ?? approval.expiresAt),
    text: `approval for ${approval.ring}: ${answer}`,
    good: approval.decision === 'yes' ? null : false,
  };
}

function ringMilestone(ring: RingRecord): Milestone {
  const verdict = ring.verdict;
  const patched = ring.hosts.filter((host) => host.status === 'patched').length;
  const work = `${patched} of ${ring.hosts.length} patched in ${several(ring.waves, 'wave')}`;
  const at = verdict?.at ?? ring.stopped?.at ?? ring.lastDoneAt ?? ring.startedAt;
  if (!verdict) {
    const why = ring.stopped ? `: ${ring.stopped.words}` : '';
    return { at: Date.parse(at), text: `${ring.ring}: not judged${why}; ${work}`, good: false };
  }
  const rests = verdict.restsOn ? `, resting on ${verdict.restsOn}` : '';
  return {
    at: Date.parse(at),
    text: `${ring.ring}: ${verdict.verdict}; ${work}, ${verdict.looked} looked at${rests}`,
    good: verdict.verdict === 'pass',
  };
}
