import { alarms } from '#aws/alarms.ts';
import { baselines } from '#aws/baselines.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { patching } from '#aws/patching.ts';
import { registrations } from '#aws/registrations.ts';
import { ssm } from '#aws/ssm.ts';
import { subscriptions } from '#aws/subscriptions.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { type Instant, minute } from '#domain/instant.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { Plan } from '#domain/patch/records.ts';
import { type Counts, SEVERITIES } from '#domain/severity.ts';
import { cut, lengthText, type Paint, several, wrapAt } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import { checkNames } from './check-names.ts';
import { checkStage } from './check-stage.ts';
import { checkTopics } from './check-topics.ts';
import type { Checked } from './checked.ts';
import { now } from './clock.ts';
import type { DeployedStage, Open } from './open.ts';
import { type PatchData, type Planned, planNow, waitsForScan } from './planning.ts';
import { groupOf } from './policy.ts';

type Flags = { policy: string; scan?: true };

export async function plan(name: string, { policy: file, scan }: Flags, open: Open): Promise<Answer> {
  const { policy, group } = groupOf(file, name);
  const where = await open();
  const at = now();
  const ports = { baselines, inspector, instances, patching };
  const planned = await planNow({ policy, group, scan: scan === true }, ports, at);
  const own = { ...policy, groups: { [group.name]: group } };
  const names = [
    ...(await checkNames(group, { alarms, patching })),
    ...(await checkStage(own, where, registrations(ssm))),
    ...(await checkTopics(where, { subscriptions })),
  ];
  return planAnswer(planned, at, where, names);
}

function planAnswer(
  { plan, decision, why, rings, patchData }: Planned,
  now: Instant,
  where: Pick<DeployedStage, 'account' | 'region'>,
  names: readonly Checked[] = [],
): Answer {
  return {
    document: { version: 1, group: plan.group, decision, why, patchData, plan, rings, names },
    lines: (paint, columns) => [
      paint('bold', cut(`${plan.group} at ${minute(plan.at)}: ${DECISIONS[decision]}`, columns)),
      ...wrapAt(why, columns, '  '),
      ...(plan.rings.some(({ hosts }) => hosts > 0) || plan.left.length > 0 ? [] : nowhere(where, columns, paint)),
      ...wrapAt(patchWords(patchData, plan, now), columns, '  '),
      '',
      ...(decision === 'Unknown' ? waitingLines(plan, columns, paint) : ringLines(plan, columns, paint)),
      ...findingLines(plan, decision, columns, paint),
      ...leftLines(
        decision === 'Unknown' ? plan.left.filter((host) => !waitsForScan(host)) : plan.left,
        columns,
        paint,
      ),
      ...(decision === 'Unknown' ? [] : fitLines(plan.fits, columns, paint)),
      ...(decision === OUTCOME.Stuck ? (plan.remedies ?? []) : []).flatMap((remedy) => wrapAt(remedy, columns, '  ')),
      ...plan.warnings.flatMap((warning) => wrapAt(warning, columns, '  ')).map((line) => paint('yellow', line)),
      ...nameLines(names, columns, paint),
      decision === 'Unknown'
        ? `Policy ${plan.policyHash.slice(0, 12)}. Nothing was changed, nothing was sent.`
        : `Scope ${plan.scopeHash.slice(0, 12)}, policy ${plan.policyHash.slice(0, 12)}. Nothing was changed.`,
    ],
    exit: decision === OUTCOME.Blind || decision === OUTCOME.Stuck ? 3 : 0,
  };
}

/** What a campaign would stumble over, each with its remedy; nothing of what is well. */
function nameLines(names: readonly Checked[], columns: number, paint: Paint): string[] {
  return names
    .filter(({ state }) => state !== 'good')
    .flatMap(({ about, words, remedy }) => [
      ...wrapAt(`${about}: ${words}`, columns, '  ').map((line) => paint('yellow', line)),
      ...(remedy ? wrapAt(`Remedy: ${remedy}`, columns - 2, '  ').map((line) => `  ${line}`) : []),
    ]);
}

function nowhere(
  { account, region }: Pick<DeployedStage, 'account' | 'region'>,
  columns: number,
  paint: Paint,
): string[] {
  const words = `Looked in ${account} ${region}: give --region or --profile where the hosts are elsewhere.`;
  return wrapAt(words, columns, '  ').map((line) => paint('yellow', line));
}

const DECISIONS: Record<Planned['decision'], string> = {
  Planned: 'a campaign would patch',
  Observed: 'a campaign would observe, and patch nothing',
  Nothing: 'a campaign would patch nothing',
  Stuck: 'a campaign would end stuck',
  Blind: 'a campaign would end blind',
  Unknown: 'not known without a patch scan',
};

function patchWords({ from, hosts, oldest, newest }: PatchData, plan: Plan, now: Instant): string {
  if (from === 'this scan') return `Missing patches: by a patch scan of just now, of ${several(hosts, 'host')}.`;
  const unknown = plan.left.filter(({ why }) => why === 'scan-unknown').length;
  const lack = unknown ? ` What ${several(unknown, 'host')} ${unknown === 1 ? 'lacks' : 'lack'} is not known.` : '';
  if (!oldest || !newest) {
    return `Missing patches: not known, for no host has a patch scan by the group's own baselines.${lack} --scan sends one, which changes no host.`;
  }
  const ages = [oldest, newest].map((at) => lengthText((Date.parse(now) - Date.parse(at)) / 1000));
  const age = ages[0] === ages[1] ? `${ages[0]} old` : `${ages[1]} to ${ages[0]} old`;
  return `Missing patches: by the last scans of ${several(hosts, 'host')}, ${age}.${lack} --scan sends a new one, which changes no host.`;
}

function ringLines(plan: Plan, columns: number, paint: Paint): string[] {
  const rows = plan.rings.map(({ ring, hosts, atOnce, waves, soakMinutes, expected, approval }) => {
    const asks = approval ? ', after a yes' : '';
    if (hosts === 0) return `  ${ring}: no host to patch${asks}`;
    return `  ${ring}: ${several(hosts, 'host')} in ${several(waves, 'wave')} of at most ${atOnce}, soak ${lengthText(soakMinutes * 60)}${asks}: fixes ${expected.total}`;
  });
  const reboot = plan.reboot === 'RebootIfNeeded' ? 'reboots where needed' : 'no reboots';
  return [
    paint('bold', `Rings, ${reboot}`),
    ...rows.flatMap((row) => wrapAt(row.trim(), columns - 2, '    ').map((l) => `  ${l}`)),
  ];
}

/** Hosts that a scan would tell of, ring by ring. */
function waitingLines({ rings, left }: Plan, columns: number, paint: Paint): string[] {
  const rows = rings.map(({ ring, approval }) => {
    const hosts = left.filter((host) => host.ring === ring && waitsForScan(host)).length;
    return `  ${cut(`${ring}: at most ${several(hosts, 'host')}${approval ? ', after a yes' : ''}`, columns - 2)}`;
  });
  return [paint('bold', 'Rings'), ...rows];
}

function fitLines({ ok, words }: Plan['fits'], columns: number, paint: Paint): string[] {
  return wrapAt(words, columns, '  ').map((line) => (ok ? line : paint('red', line)));
}

const DEPENDS = ['unproven', 'unexplained'];

function findingLines(
  { before, expected, byFate }: Plan,
  decision: Planned['decision'],
  columns: number,
  paint: Paint,
): string[] {
  if (decision === 'Unknown') {
    const hang = DEPENDS.reduce((sum, fate) => sum + (byFate[fate] ?? 0), 0);
    const others = Object.fromEntries(Object.entries(byFate).filter(([fate]) => !DEPENDS.includes(fate)));
    return [
      paint('bold', `Findings: ${before.total} are open, ${hang} of them hang on the scan`),
      ...remainLines(others, columns),
    ];
  }
  return [
    paint('bold', `Findings: ${expected.total} of ${before.total} should be fixed`),
    ...(expected.total ? wrapAt(`fixed: ${bySeverity(expected)}`, columns - 2, '  ').map((line) => `  ${line}`) : []),
    ...remainLines(byFate, columns),
  ];
}

function remainLines(byFate: Record<string, number>, columns: number): string[] {
  const remain = Object.entries(byFate).filter(([fate]) => fate !== 'fix');
  const reasons = remain.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([fate, n]) => `${fate} ${n}`);
  if (reasons.length === 0) return [];
  return wrapAt(`remain: ${reasons.join(', ')}`, columns - 2, '  ').map((line) => `  ${line}`);
}

function bySeverity(counts: Counts): string {
  return SEVERITIES.filter((each) => counts[each] > 0)
    .map((each) => `${counts[each]} ${each.toLowerCase()}`)
    .join(', ');
}

const LEFT_SHOWN = 8;

function leftLines(left: readonly LeftHost[], columns: number, paint: Paint): string[] {
  if (left.length === 0) return [];
  const shown = left.length <= LEFT_SHOWN ? left : left.slice(0, LEFT_SHOWN - 1);
  const rest = left.length - shown.length;
  return [
    paint('bold', `Not patched: ${several(left.length, 'host')}`),
    ...shown.map(({ id, why, words }) => `  ${cut(`${id} ${why}: ${words}`, columns - 2)}`),
    ...(rest > 0 ? [`  and ${rest} more; --json names all`] : []),
  ];
}
