import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import type { Instant } from '#domain/instant.ts';
import type { Finding } from '#domain/patch/model.ts';
import { waiverFor, waiverStates } from '#domain/patch/plan/waiver.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { cut, type Paint, several, wrapAt } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import { now } from './clock.ts';
import type { Open } from './open.ts';
import { groupOf } from './policy.ts';

interface WaiverLine {
  group: string;
  id: string;
  owner: string;
  reason: string;
  state: 'in force' | 'expiring' | 'expired';
  expires: string;
  daysLeft: number;
  findings: number; // open ones that it covers, or covered; 0: unused
}

type Flags = { policy: string };

export async function waivers(group: string | undefined, { policy: file }: Flags, open: Open): Promise<Answer> {
  const groups = group === undefined ? Object.values(loadPolicy(file).groups) : [groupOf(file, group).group];
  await open();
  return waiversAnswer(await waiversOf(groups, { inspector, instances }, now()));
}

async function waiversOf(
  groups: readonly GroupPolicy[],
  ports: Pick<Ports, 'inspector' | 'instances'>,
  now: Instant,
): Promise<WaiverLine[]> {
  const lines: WaiverLine[] = [];
  for (const group of groups) {
    if (group.waivers.length === 0) continue;
    const covered = await countCovered(group, ports, now);
    for (const { waiver, state, daysLeft } of waiverStates(group.waivers, now)) {
      const { id, owner, reason, expires } = waiver;
      const words = state === 'in-force' ? 'in force' : state;
      lines.push({
        group: group.name,
        id,
        owner,
        reason,
        state: words,
        expires,
        daysLeft,
        findings: covered.get(id) ?? 0,
      });
    }
  }
  return lines;
}

/** By waiver id: open findings of the group that it names, each waiver asked for itself. */
async function countCovered(
  { name, waivers }: GroupPolicy,
  { inspector, instances }: Pick<Ports, 'inspector' | 'instances'>,
  now: Instant,
): Promise<Map<string, number>> {
  const ids: string[] = [];
  for await (const member of instances.members(name)) ids.push(member.id);
  const counts = new Map<string, number>();
  for await (const finding of inspector.findings(ids, { closedSince: null })) {
    for (const waiver of waivers) {
      if (covers(waiver, finding, now)) counts.set(waiver.id, (counts.get(waiver.id) ?? 0) + 1);
    }
  }
  return counts;
}

function covers(waiver: GroupPolicy['waivers'][number], finding: Finding, now: Instant): boolean {
  const { inForce, expired } = waiverFor([waiver], finding, now);
  return inForce !== null || expired !== null;
}

function waiversAnswer(lines: readonly WaiverLine[]): Answer {
  return {
    document: { version: 1, waivers: lines.map((line) => ({ ...line, unused: line.findings === 0 })) },
    lines: (paint, columns) =>
      lines.length === 0
        ? ['The policy has no waivers.']
        : lines.flatMap((line) => [
            cut(`${line.group}: ${line.id}, of ${line.owner}`, columns),
            ...stateLines(line, columns, paint),
            ...wrapAt(line.reason, columns - 2, '').map((words) => paint('dim', `  ${words}`)),
          ]),
    exit: 0,
  };
}

function stateLines({ state, expires, daysLeft, findings }: WaiverLine, columns: number, paint: Paint): string[] {
  const days = several(Math.abs(daysLeft), 'day');
  const when = {
    'in force': `in force through ${expires}`,
    expiring: daysLeft === 0 ? `expiring: today is its last day` : `expiring: ${days} left, through ${expires}`,
    expired: `expired ${days} ago, on ${expires}`,
  }[state];
  const used = findings
    ? `${several(findings, 'open finding')} ${state === 'expired' ? 'count again' : 'accepted'}`
    : 'unused';
  const mend = state === 'expired' ? 'renew or remove it' : findings === 0 ? 'remove it' : '';
  const words = [when, used, mend].filter(Boolean).join('; ');
  const style = state === 'in force' && findings > 0 ? 'green' : 'yellow';
  return wrapAt(words, columns - 2, '').map((line) => `  ${paint(style, line)}`);
}
