import type { Approval } from '#domain/campaign/records.ts';
import { minute } from '#domain/instant.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import type { Plan } from '#domain/patch/records.ts';
import { plural } from '#domain/plural.ts';
import { clean, cutList, withWorst, wrap } from '#views/frame/text.ts';
import { doubtful, severityTable, unverifiedLines, verdictLines, whyLines } from '#views/patch/mail/delta-lines.ts';
import type { ApprovalFacts, Facts, KnownKind } from '#views/patch/mail/facts.ts';
import { answerLines, questionLines } from '#views/patch/question-text.ts';

const LONGEST_LIST = 20;

/** The lines of the mail. */
export function body(kind: KnownKind, facts: Facts): string[] {
  const { group, campaign, at, outcome, why, plan, delta, verdicts, approvals, asked, place } = facts;
  const planned = plan && !asked?.question && (kind === 'plan' || !delta) ? planLines(plan) : [];
  return [
    ...wrap(`Group ${group}, campaign ${campaign}, ${minute(at)}`),
    ...(outcome ? [`Outcome: ${outcome}`] : []),
    '',
    ...wrap(kind === 'nothing' && plan && doubtful(plan.byFate).length > 0 ? NOT_KNOWN_TO_FIX : OPENINGS[kind]),
    ...(why ? wrap(`Why: ${why}`) : []),
    ...(asked ? askLines(asked) : []),
    ...part(
      'What to do',
      (plan?.remedies ?? []).flatMap((remedy) => wrap(remedy, '  - ', '    ')),
    ),
    ...part('Findings by severity', delta ? severityTable(delta) : []),
    ...part('Why what remains remains', delta ? [...whyLines(delta), ...asideLines(delta)] : []),
    ...part('Hosts that nobody verified', delta ? unverifiedLines(delta, LONGEST_LIST) : []),
    ...part('Verdicts', verdictLines(verdicts)),
    ...part('Approvals', approvalLines(approvals)),
    ...planned,
    ...part(
      'Warnings',
      cutList(plan?.warnings ?? [], LONGEST_LIST, (warning) => wrap(warning, '  - ', '    ')),
    ),
    ...part('Evidence', [
      `  ${clean(place)}`,
      ...(asked ? [] : ['  report.html there has all of it, what was cut here too.']),
    ]),
  ];
}

const OPENINGS: Record<KnownKind, string> = {
  plan: 'This group is only observed: nothing was changed. This is what a campaign would have done.',
  approval: 'A ring waits for your decision.',
  delta: 'All rings passed.',
  halted: 'The campaign halted. Hosts already at work were left to finish, and no further one was started.',
  expired: 'The time ran out before all rings were done. No further host was started; the next campaign goes on.',
  denied: 'Nobody said yes, so no further host was changed.',
  blind: 'Inspector does not see enough of this group to judge, so nothing was changed.',
  nothing: 'There is nothing that a patch could fix, and nothing was changed.',
  stuck: 'Something might be fixed, and no host may be patched as things stand. Nothing was changed.',
  lost: 'The campaign ended without a decision of its own. This is what is known of it.',
};

const NOT_KNOWN_TO_FIX = 'No patch that may be installed now is known to fix a finding, so nothing was changed.';

function asideLines(delta: Delta): string[] {
  const { newByKind: kinds, remainingWaived: waived, rescored } = delta;
  const fresh = Object.entries(kinds).filter(([, many]) => many > 0);
  return [
    ...(waived > 0 ? wrap(`${waived} of what remains is waived.`, '  ') : []),
    ...(rescored > 0 ? wrap(`${plural(rescored, 'finding')} changed severity meanwhile.`, '  ') : []),
    ...(fresh.length > 0 ? wrap(`New: ${fresh.map(([kind, many]) => `${many} ${kind}`).join(', ')}.`, '  ') : []),
  ];
}

function askLines({ plan, ringPlan, approval, question, link }: ApprovalFacts): string[] {
  const { ring, atOnce, expected } = ringPlan;
  const many = ringPlan.hosts.length;
  const waves = plan.rings.find((each) => each.ring === ring)?.waves ?? Math.ceil(many / Math.max(1, atOnce));
  const hosts = `${plural(many, 'host')} in ${plural(waves, 'wave')} of at most ${atOnce}`;
  const reboot = plan.reboot === 'NoReboot' ? 'without a reboot' : 'with a reboot where needed';
  return [
    '',
    ...wrap(
      `Yes: ring ${ring} is patched, ${hosts}, ${reboot}. It should fix ${withWorst(expected)} ${expected.total === 1 ? 'finding' : 'findings'}.`,
      '  ',
      '    ',
    ),
    ...wrap('No: no further host is changed, and the campaign ends as denied.', '  ', '    '),
    ...wrap(`Silence until ${minute(approval.expiresAt)}: means no.`, '  ', '    '),
    ...part('Your answer is bound to this scope', [`  ${approval.scopeHash}`]),
    ...(question && link ? part('How to answer', answerLines(question, link)) : []),
    ...(question ? questionLines(question) : []),
  ];
}

function approvalLines(approvals: readonly Approval[]): string[] {
  return approvals.flatMap(({ ring, decision, by, decidedAt }) =>
    wrap(
      `${ring}: ${decision ?? 'no answer'}${by ? ` by ${by}` : ''}${decidedAt ? `, ${minute(decidedAt)}` : ''}`,
      '  ',
      '    ',
    ),
  );
}

function planLines(plan: Plan): string[] {
  const rings = plan.rings.flatMap(({ ring, hosts, waves, atOnce, soakMinutes, expected, approval }) =>
    wrap(
      `${ring}: ${plural(hosts, 'host')} in ${plural(waves, 'wave')} of at most ${atOnce}, soak ${plural(soakMinutes, 'minute')}, should fix ${withWorst(expected)}${approval ? '; asks for approval' : ''}`,
      '  ',
      '    ',
    ),
  );
  const fates = Object.entries(plan.byFate)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([fate, many]) => `${`${many}`.padStart(6)}  ${fate === 'fix' ? 'should be fixed' : fate}`);
  return [
    ...part('Plan', [...rings, ...wrap(plan.fits.words, '  ')]),
    ...part(`What becomes of ${withWorst(plan.before)} ${plan.before.total === 1 ? 'finding' : 'findings'}`, fates),
    ...part(
      'Hosts that are not patched',
      cutList(plan.left, LONGEST_LIST, ({ id, why, words }) => wrap(`${id}, ${why}: ${words}`, '  ', '    ')),
    ),
    ...part('Scope hash', [`  ${plan.scopeHash}`]),
  ];
}

function part(title: string, lines: string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines] : [];
}

/** `2024-09-01 02:00 UTC` */
