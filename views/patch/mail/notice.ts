import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Notice } from '#domain/campaign/records.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { BrokenRecord } from '#domain/errors.ts';
import type { Plan } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import type { Counts } from '#domain/severity.ts';
import { asciiLine, clean, withWorst, worstSeverity } from '#views/frame/text.ts';
import { body } from '#views/patch/mail/body.ts';
import { doubtful } from '#views/patch/mail/delta-lines.ts';
import type { ApprovalFacts, ClosingFacts, Facts, KnownKind } from '#views/patch/mail/facts.ts';

type ClosingKind = Exclude<KnownKind, 'approval'>;

const LONGEST_DATA_LIST = 100; // a message may have 256 KiB
const LONGEST_SUBJECT = 99;

/** The notice that a campaign ends in, by its outcome. Throws `BrokenRecord` for `Coalesced`, of which nobody is told. */
export function closingNotice(facts: ClosingFacts): Notice {
  const kind = KIND_OF[facts.record.outcome];
  if (!kind)
    throw new BrokenRecord(`${facts.record.campaign} ended ${facts.record.outcome}: there is no notice of that`);
  const told = notice(kind, facts);
  return kind === 'nothing' ? asDelta(told) : told;
}

/** `Nothing` is told like any other end, in words of its own: there was nothing to compare. */
function asDelta(told: Notice): Notice {
  const kind = 'delta';
  return { ...told, kind, id: `${told.campaign}.${kind}`, attributes: { ...told.attributes, kind } };
}

const KIND_OF: Record<Outcome, ClosingKind | null> = {
  Completed: 'delta',
  Nothing: 'nothing',
  Stuck: 'stuck',
  Observed: 'plan',
  Coalesced: null,
  Blind: 'blind',
  Halted: 'halted',
  Expired: 'expired',
  Denied: 'denied',
  Lost: 'lost',
};

/** A message to people. Written twice for the same campaign, kind and ring it has the same id. */
export function notice(kind: 'approval', facts: ApprovalFacts): Notice;
export function notice(kind: ClosingKind, facts: ClosingFacts): Notice;
export function notice(kind: KnownKind, told: ApprovalFacts | ClosingFacts): Notice {
  const facts = 'record' in told ? atTheEnd(told) : whileItWaits(told);
  const { group, campaign, outcome, plan, delta, asked } = facts;
  const left = delta?.after ?? plan?.before;
  return {
    id: [campaign, kind, ...(asked ? [asked.approval.ring] : [])].join('.'),
    kind,
    topic: asked ? 'approvals' : 'notices',
    group,
    campaign,
    subject: asciiLine(`${asciiLine(group, 40)}: ${SUBJECTS[kind](facts)}`, LONGEST_SUBJECT),
    body: `${body(kind, facts).join('\n')}\n`,
    data: dataOf(kind, facts),
    attributes: {
      kind,
      group: clean(group) || shortName(group), // SNS refuses an empty value
      outcome: outcome ?? 'none',
      worst: (left && worstSeverity(left)) ?? 'none',
    },
  };
}

function atTheEnd({ record, plan, delta, place }: ClosingFacts): Facts {
  const { group, campaign, closedAt, outcome, why, verdicts, approvals } = record;
  return { group, campaign, at: closedAt, outcome, why, plan, delta, verdicts, approvals, asked: null, place };
}

function whileItWaits(asked: ApprovalFacts): Facts {
  const { plan, approval, verdicts, place } = asked;
  const { group, campaign } = plan;
  const at = approval.askedAt;
  return { group, campaign, at, outcome: null, why: '', plan, delta: null, verdicts, approvals: [], asked, place };
}

const SUBJECTS: Record<KnownKind, (facts: Facts) => string> = {
  plan: ({ plan }) =>
    plan
      ? `only observed; a campaign would fix ${plan.expected.total} of ${withWorst(plan.before)} on ${plural(hostsIn(plan), 'host')}`
      : 'only observed',
  approval: ({ asked }) =>
    asked
      ? `approval wanted for ${asked.approval.ring}: ${plural(asked.ringPlan.hosts.length, 'host')}, ${aim(asked)}`
      : 'approval wanted',
  delta: (facts) => result(facts),
  halted: (facts) => `HALTED; ${result(facts)}`,
  expired: (facts) => `expired; ${result(facts)}`,
  denied: (facts) => `denied; ${result(facts)}`,
  blind: ({ why }) => `BLIND; ${why || 'Inspector does not see enough of the group'}`,
  nothing: ({ delta, plan }) => {
    const remain = delta?.remaining ?? plan?.before;
    if (!remain?.total) return 'nothing to fix, nothing found';
    const doubts = plan ? doubtful(plan.byFate) : [];
    return doubts.length > 0
      ? `nothing patched, ${remains(remain)}: ${doubts.join(', ')}`
      : `nothing that a patch could fix, ${remains(remain)}`;
  },
  stuck: ({ why }) => `${why.replace(/\.$/, '') || 'no host may be patched'}; nothing patched`,
  lost: (facts) => `LOST; ${facts.delta ? result(facts) : 'what was done is not known'}`,
};

/** A canary that would fix nothing itself is patched to prove what later rings get. */
function aim({ plan, ringPlan: { expected } }: ApprovalFacts): string {
  if (expected.total > 0) return `${plural(expected.total, 'finding')} to fix`;
  return `to prove the patches of ${plural(plan.expected.total, 'finding')}`;
}

/** `21 remain (2 critical)`, `1 remains (1 high)` */
function remains(counts: Counts): string {
  const worst = worstSeverity(counts);
  const many = `${counts.total} ${counts.total === 1 ? 'remains' : 'remain'}`;
  return worst ? `${many} (${counts[worst]} ${worst.toLowerCase()})` : '0 remain';
}

/** `118 fixed, 21 remain (2 critical), 2 unverified` */
function result({ delta }: Facts): string {
  if (!delta) return 'nothing was patched';
  const fresh = delta.new.total > 0 ? [`${delta.new.total} new`] : [];
  return [
    `${delta.fixed.total} fixed`,
    remains(delta.remaining),
    `${delta.unverified.total} unverified`,
    ...fresh,
  ].join(', ');
}

function dataOf(kind: KnownKind, facts: Facts): unknown {
  const { plan, delta, outcome, why, verdicts, asked, group, campaign, at, place } = facts;
  const most = LONGEST_DATA_LIST;
  return {
    version: 1,
    kind,
    group,
    campaign,
    at,
    outcome,
    why,
    verdicts,
    ...(asked
      ? { ring: asked.approval.ring, scopeHash: asked.approval.scopeHash, expiresAt: asked.approval.expiresAt }
      : {}),
    ...(delta
      ? {
          delta: {
            ...delta,
            unverifiedHosts: delta.unverifiedHosts.slice(0, most),
            unverifiedHostCount: delta.unverifiedHosts.length,
          },
        }
      : {}),
    ...(plan
      ? {
          plan: {
            scopeHash: plan.scopeHash,
            planHash: plan.planHash,
            rings: plan.rings,
            before: plan.before,
            expected: plan.expected,
            byFate: plan.byFate,
            left: plan.left.slice(0, most),
            leftCount: plan.left.length,
            ...(plan.remedies ? { remedies: plan.remedies } : {}),
          },
        }
      : {}),
    evidence: place,
  };
}

const hostsIn = (plan: Plan) => plan.rings.reduce((sum, ring) => sum + ring.hosts, 0);
