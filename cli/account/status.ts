import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { isCalled, shortName } from '#domain/campaign/short-name.ts';
import type { Instant } from '#domain/instant.ts';
import { BadInput } from '../bad-input.ts';
import { exitOf } from '../exit.ts';
import { cut, lengthText, type Paint, several, wrapAt } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import {
  type AtWork,
  type GroupStanding,
  type RingStanding,
  type StandingPorts,
  standingOf,
} from './campaign-standing.ts';
import { now } from './clock.ts';
import { sleep } from './sleep.ts';

export interface Status {
  version: 1;
  at: Instant;
  killSwitch: 'go' | 'stop';
  groups: GroupStanding[];
}

export async function status(group: string | undefined): Promise<Answer> {
  return statusAnswer(await readStatus(group, { campaigns, engine, evidence }, now()));
}

const POLL_MS = 30_000;

/** Shows each change until nothing is at work any more; the exit is that of the outcomes then. */
export async function watchStatus(
  group: string | undefined,
  show: (answer: Answer) => void,
  ports: StandingPorts = { campaigns, engine, evidence },
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<Answer> {
  const watched = new Set<string>();
  let shown = '';
  for (;;) {
    const standing = await readStatus(group, ports, now());
    for (const each of standing.groups) if (each.atWork) watched.add(each.group);
    const busy = standing.groups.some(({ atWork }) => atWork);
    const text = JSON.stringify({ ...standing, at: '' });
    const answer = statusAnswer(standing, [...watched]);
    if (!busy) return answer;
    if (text !== shown) show(answer);
    shown = text;
    await wait(POLL_MS);
  }
}

/** Of one group, or of all that ever had a campaign. Throws BadInput for a group that had none. */
export async function readStatus(group: string | undefined, ports: StandingPorts, at: Instant): Promise<Status> {
  const groups: GroupStanding[] = [];
  for await (const lease of ports.campaigns.leases()) {
    if (group === undefined || isCalled(lease.group, group)) groups.push(await standingOf(lease, ports));
  }
  if (group !== undefined && groups.length === 0) {
    throw new BadInput([
      `${group}: never had a campaign here. Remedy: patchwright start ${shortName(group)}, or look at the name`,
    ]);
  }
  return { version: 1, at, killSwitch: await ports.campaigns.killSwitch(), groups };
}

/** `watched`: groups whose outcome makes the exit; none: the exit is 0. */
export function statusAnswer(status: Status, watched: readonly string[] = []): Answer {
  const ends = status.groups.filter(({ group }) => watched.includes(group)).map(({ last }) => last);
  return {
    document: status,
    lines: (paint, columns) => [
      status.killSwitch === 'go' ? 'Kill switch: go' : paint('red', 'Kill switch: stop, nothing is sent to any host'),
      ...(status.groups.length ? [] : ['No group had a campaign yet. Begin: patchwright check']),
      ...status.groups.flatMap((group) => groupLines(group, status.at, paint, columns)),
    ],
    exit: Math.max(0, ...ends.map((end) => (end ? exitOf(end.outcome) : 0))),
  };
}

function groupLines(
  { group, atWork, noted, last }: GroupStanding,
  at: Instant,
  paint: Paint,
  columns: number,
): string[] {
  const ended = last ? `last ${last.outcome} ${ago(last.at, at)} ago (${last.campaign})` : 'none closed yet';
  const next = noted ? [`  ${several(noted, 'trigger')} noted: another campaign follows`] : [];
  if (!atWork) return [`${paint('bold', group)}: ${cut(`idle, ${ended}`, columns - group.length - 2)}`, ...next];
  const title = `${atWork.campaign}, opened ${ago(atWork.openedAt, at)} ago`;
  return [
    `${paint('bold', group)}: ${cut(title, columns - group.length - 2)}`,
    ...stateLines(atWork, columns).map((line) => paint('yellow', line)),
    ...(atWork.rings.length ? [] : ['  surveys and plans']),
    ...atWork.rings.map((ring) => `  ${cut(ringWords(ring), columns - 2)}`),
    ...atWork.asks.flatMap((ask) => askLines(ask, atWork.campaign, columns)).map((line) => paint('cyan', line)),
    ...next,
  ];
}

function stateLines({ state, execution }: AtWork, columns: number): string[] {
  const words = [];
  if (state === 'draining') words.push('draining: it ends once all of its commands have');
  if (state === 'handover') words.push('about to open');
  if (execution !== 'RUNNING' && state === 'open') {
    words.push(`its execution is ${execution}: the sweeper closes it as Lost within a quarter of an hour`);
  }
  return words.flatMap((each) => wrapAt(each, columns - 2, '').map((line) => `  ${line}`));
}

function ringWords({ ring, planned, hosts, verdict, stopped, doing }: RingStanding): string {
  const front = `${ring}: `;
  if (doing === 'to come') return `${front}${several(planned, 'host')} to come`;
  const done = `${hosts.patched ?? 0} of ${planned} patched`;
  const others = (['working', 'failed', 'lost', 'gone', 'unknown', 'skipped'] as const).flatMap((each) =>
    hosts[each] ? [`${hosts[each]} ${each}`] : [],
  );
  const now = verdict ?? (stopped ? `stopped: ${stopped}` : doing);
  return `${front}${[done, ...others].join(', ')}; ${now}`;
}

function askLines({ ring, expiresAt }: AtWork['asks'][number], campaign: string, columns: number): string[] {
  const until = `${expiresAt.slice(0, 10)} ${expiresAt.slice(11, 16)} UTC`;
  return [
    ...wrapAt(`asks for a yes to ${ring} until ${until}; silence means no`, columns - 2, '  ').map(
      (line) => `  ${line}`,
    ),
    `    patchwright approve ${campaign} ${ring}`,
  ];
}

function ago(then: Instant, now: Instant): string {
  return lengthText(Math.max(0, (Date.parse(now) - Date.parse(then)) / 1000));
}
