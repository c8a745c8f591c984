import type { Delta } from '#domain/patch/delta/records.ts';
import type { Shown } from '../rehearse/shown.ts';
import { type Milestone, milestones } from './milestones.ts';
import { deltaTable } from './table.ts';
import { clockText, cut, lengthText, type Paint, several, wrapAt } from './text.ts';

/** What is said of a rehearsed campaign: timeline, verdicts that are no pass, delta, why, unverified hosts, mails, evidence. */
export function reportLines(shown: Shown, paint: Paint, size: { columns: number; rows: number } = SCREEN): string[] {
  const columns = Math.min(size.columns, SCREEN.columns);
  const above = [
    ...heading(shown, paint, columns),
    ...milestones(shown).flatMap((each) => milestoneLines(each, paint, columns)),
    ...verdicts(shown, paint, columns),
    '',
    ...(shown.run.delta ? [...deltaTable(shown.run.delta, paint), ''] : []),
  ];
  const below = [
    ...(shown.delta ? unverified(shown.delta, paint, columns) : []),
    ...mails(shown, paint, columns),
    cut(`Evidence: ${shown.run.evidence}`, Math.max(columns, shown.run.evidence.length + 10)),
  ];
  const why = shown.delta
    ? whyLines(shown.delta, paint, columns, size.rows - above.length - below.length)
    : leftLines(shown, paint, columns);
  return [...above, ...why, ...below];
}

const SCREEN = { columns: 80, rows: 30 };

function heading({ run, scenario }: Shown, paint: Paint, columns: number): string[] {
  const took = `${lengthText(run.virtualSeconds)} in ${lengthText(run.realSeconds)}`;
  const title = cut(`${run.campaign.id}  scenario ${scenario}, seed ${run.seed}: ${took}`, columns);
  return [paint('bold', title), ...run.asides.flatMap((aside) => wrapAt(aside, columns, '  '))];
}

/** What went well has its one line; the rest is told whole. */
function milestoneLines({ at, text, good }: Milestone, paint: Paint, columns: number): string[] {
  const front = `${paint('dim', clockText(at))}  `;
  if (good === null) return [`${front}${cut(text, columns - 14)}`];
  if (good) return [`${front}${paint('green', cut(text, columns - 14))}`];
  const lines = wrapAt(text, columns - 14, '').map((line) => paint('red', line));
  return lines.map((line, place) => `${place === 0 ? front : ' '.repeat(14)}${line}`);
}

/** The reasons of every ring that did not pass, but for those that the campaign gave for its end. */
function verdicts({ run, record }: Shown, paint: Paint, columns: number): string[] {
  const ended = run.rings.filter((ring) => ring.verdict === 'fail' || ring.verdict === 'inconclusive');
  return ended.flatMap((ring) =>
    ring.reasons
      .filter((reason) => !record?.why.includes(reason))
      .flatMap((reason) =>
        wrapAt(`${ring.name} ${ring.verdict}: ${reason}`, columns - 2, '    ').map(
          (line) => `  ${paint('yellow', line)}`,
        ),
      ),
  );
}

/** One line a reason; where `rows` are too few, the last line names the reasons that found no room, with their counts. */
function whyLines(delta: Delta, paint: Paint, columns: number, rows: number): string[] {
  if (delta.why.length === 0) return [];
  const waived = delta.remainingWaived ? ` (${delta.remainingWaived} of them waived)` : '';
  const title = paint('bold', `Why ${delta.remaining.total} remain${delta.remaining.total === 1 ? 's' : ''}${waived}`);
  const room = Math.max(3, rows - 1);
  const fits = delta.why.length <= room;
  const shown = fits ? delta.why : delta.why.slice(0, room - 1);
  const lines = shown.map(({ reason, findings, worst, words }) => {
    const front = `  ${reason.padEnd(14)} ${String(findings).padStart(5)}  ${worst.padEnd(8)}  `;
    return `${front}${paint('dim', cut(words, columns - front.length))}`;
  });
  if (fits) return [title, ...lines];
  const rest = delta.why.slice(room - 1).map(({ reason, findings }) => `${reason} ${findings}`);
  return [title, ...lines, `  ${cut(`also ${rest.join(', ')}`, columns - 2)}`];
}

/** Of a campaign that patched nothing: what becomes of the findings by reason, and what a person does about it. */
function leftLines({ plan }: Shown, paint: Paint, columns: number): string[] {
  if (!plan) return [];
  const fates = Object.entries(plan.byFate).filter(([fate]) => fate !== 'fix');
  const rows = fates
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([fate, findings]) => `  ${fate.padEnd(14)} ${String(findings).padStart(5)}`);
  const remain = plan.before.total - plan.expected.total;
  const title = paint('bold', `Why ${remain} ${remain === 1 ? 'remains' : 'remain'}`);
  const remedies = (plan.remedies ?? []).flatMap((remedy) => wrapAt(remedy, columns, '  '));
  return [
    ...(rows.length > 0 ? [title, ...rows] : []),
    ...(remedies.length > 0 ? [paint('bold', 'What to do'), ...remedies] : []),
  ];
}

const HOSTS_SHOWN = 8;

/** By name and with its reason, one line a host; of very many the last line names as many as it holds. */
function unverified({ unverifiedHosts: hosts }: Delta, paint: Paint, columns: number): string[] {
  const shown = hosts.length <= HOSTS_SHOWN ? hosts : hosts.slice(0, HOSTS_SHOWN - 1);
  const lines = shown.map(({ id, findings, words }) => `Unverified ${id} (${findings}): ${words.replace(/\.$/, '')}`);
  const rest = hosts.slice(shown.length).map(({ id }) => id);
  if (rest.length > 0) lines.push(`Unverified, too: ${several(rest.length, 'host')}: ${rest.join(', ')}`);
  return lines.map((line) => paint('yellow', cut(line, columns)));
}

function mails({ mails }: Shown, paint: Paint, columns: number): string[] {
  return mails.map((mail) => `${paint('cyan', 'Mail')} ${cut(`${clockText(mail.at)}  ${mail.subject}`, columns - 5)}`);
}
