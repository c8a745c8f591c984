import { othersWhy, ringsOf } from '#domain/patch/membership.ts';
import type { Coverage, Managed, Member, Os } from '#domain/patch/model.ts';
import { baselineWarnings } from '#domain/patch/plan/baseline-reading.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { byId } from '#loops/patch/survey.ts';
import { several } from '../screen/text.ts';
import type { Checked } from './checked.ts';

type GroupPorts = Pick<Ports, 'baselines' | 'inspector' | 'instances' | 'patching'>;

/** Coverage, rings, agents, canary and baselines of one group. */
export async function checkGroup(group: GroupPolicy, ports: GroupPorts): Promise<Checked[]> {
  const found: Member[] = [];
  for await (const member of ports.instances.members(group.name)) {
    if (member.state !== 'terminated' && member.state !== 'shutting-down') found.push(member);
  }
  const others = Map.groupBy(found, (member) => othersWhy(member, group.replaced)?.why ?? 'ours');
  const members = others.get('ours') ?? [];
  const line = of(group.name);
  if (found.length === 0) {
    return [
      line(
        'mend',
        'no instance has this patch group',
        `tag the hosts PatchGroup=${group.name}, or give the --region they are in`,
      ),
    ];
  }
  const ids = members.map(({ id }) => id);
  const managed = await byId<Managed>(ports.patching.managed(ids));
  const running = members.filter(({ state }) => state === 'running');
  const lines = [
    ...notOurs(group, others),
    ...placeless(group, members),
    ...unmanaged(group.name, running, managed),
    ...(await coverage(group, running, ports)),
    ...canary(group, running, managed),
    ...(await baselines(group, running, managed, ports)),
  ];
  const all = `${several(members.length, 'host')}, ${running.length} running`;
  if (lines.some(({ state }) => state !== 'good')) return [line('good', all, null), ...lines];
  return [line('good', `${all}, all in a ring, managed and seen by Inspector`, null)];
}

type Line = (state: Checked['state'], words: string, remedy: string | null) => Checked;

function of(about: string): Line {
  return (state, words, remedy) => ({ about, state, words, remedy });
}

function notOurs(group: GroupPolicy, others: ReadonlyMap<string, readonly Member[]>): Checked[] {
  const line = of(group.name);
  const [run, replaced] = [others.get('managed-by') ?? [], others.get('replaced') ?? []];
  const services = [...new Set(run.map(({ managedBy }) => managedBy))].sort().join(', ');
  const words = 'of scaling groups or clusters, which would replace them: listed, not patched';
  const remedy = `bring their image up to date, or write replaced: patch for ${group.name}`;
  return [
    ...(run.length ? [line('mind', `${named(run)} run by ${services}: listed, never patched`, TAKE_OUT)] : []),
    ...(replaced.length ? [line('mind', `${named(replaced)} ${words}`, remedy)] : []),
  ];
}

const TAKE_OUT = 'take them out of the group';

function placeless(group: GroupPolicy, members: readonly Member[]): Checked[] {
  const line = of(group.name);
  const tags = group.rings.map(({ tag }) => `${tag.key}=${tag.value}`).join(' or ');
  const none = members.filter((member) => ringsOf(group, member).length === 0);
  const several = members.filter((member) => ringsOf(group, member).length > 1);
  const empty = group.rings.filter(({ name }) => !members.some((member) => ringsOf(group, member).includes(name)));
  return [
    ...empty.map(({ name, tag }, place) =>
      line(
        place === 0 && name === group.rings[0]?.name ? 'mend' : 'mind',
        `ring ${name}: no host has ${tag.key}=${tag.value}`,
        `tag hosts of the group so, or mend the tag of the ring`,
      ),
    ),
    ...(none.length ? [line('mend', `${named(none)} in no ring: never patched`, `tag them ${tags}`)] : []),
    ...(several.length
      ? [line('mend', `${named(several)} in several rings: never patched`, `leave them one of ${tags}`)]
      : []),
  ];
}

function unmanaged(name: string, running: readonly Member[], managed: ReadonlyMap<string, Managed>): Checked[] {
  const line = of(name);
  const none = running.filter(({ id }) => !managed.has(id));
  const away = running.filter(({ id }) => (managed.get(id)?.ping ?? 'Online') !== 'Online');
  const foreign = Map.groupBy(
    running.filter(({ id }) => managed.get(id)?.os === null),
    ({ id }) => (managed.get(id)?.limit === 'ours' ? 'patchwright' : 'Patch Manager'),
  );
  const profile = 'run the SSM agent, with an instance profile that has AmazonSSMManagedInstanceCore';
  return [
    ...(none.length ? [line('mend', `${named(none)} not managed by SSM`, profile)] : []),
    ...(away.length
      ? [line('mend', `${named(away)} managed, but not online`, 'look at the SSM agent of the host')]
      : []),
    ...[...foreign].map(([whose, hosts]) =>
      line('mind', `${named(hosts)} of a system that ${whose} does not patch`, TAKE_OUT),
    ),
  ];
}

async function coverage(group: GroupPolicy, running: readonly Member[], ports: GroupPorts): Promise<Checked[]> {
  const line = of(group.name);
  const seen = await byId<Coverage>(ports.inspector.coverage(running.map(({ id }) => id)));
  const unseen = new Map<string, Member[]>();
  for (const member of running) {
    const row = seen.get(member.id);
    if (row?.status === 'ACTIVE') continue;
    const reason = row?.reason ?? 'NOT_LISTED';
    unseen.set(reason, [...(unseen.get(reason) ?? []), member]);
  }
  const blind = [...unseen.values()].flat().length;
  const percent = running.length ? Math.floor(((running.length - blind) / running.length) * 100) : 100;
  const enough = percent >= group.gate.coveragePercent;
  return [...unseen].map(([reason, hosts]) =>
    line(
      enough ? 'mind' : 'mend',
      `Inspector does not see ${named(hosts)} (${reason}): ${percent}% covered, the policy asks for ${group.gate.coveragePercent}%`,
      REMEDIES[reason] ?? 'see the host under Account management, Instances in the Inspector console',
    ),
  );
}

/** By Inspector's reason. */
const REMEDIES: Record<string, string> = {
  UNMANAGED_EC2_INSTANCE: 'run the SSM agent, or turn agentless scanning on',
  NO_INVENTORY: "look at the association InspectorInventoryCollection-do-not-delete and the host's agent",
  STALE_INVENTORY: "look at the association InspectorInventoryCollection-do-not-delete and the host's agent",
  EXCLUDED_BY_TAG: 'remove the tag InspectorEc2Exclusion',
  UNSUPPORTED_OS: 'take the host out of the group: Inspector does not know its system',
  PENDING_INITIAL_SCAN: 'wait: its first scan is to come',
  NOT_LISTED: 'wait an hour for a new host; else look whether Inspector covers its account and Region',
};

function canary(group: GroupPolicy, running: readonly Member[], managed: ReadonlyMap<string, Managed>): Checked[] {
  const line = of(group.name);
  const [first, ...later] = group.rings;
  if (!first || later.length === 0) return [];
  const count = (rings: readonly string[]) => {
    const oses = new Map<Os, number>();
    for (const member of running) {
      const os = managed.get(member.id)?.os;
      const [ring, second] = ringsOf(group, member);
      if (os && ring && !second && rings.includes(ring)) oses.set(os, (oses.get(os) ?? 0) + 1);
    }
    return oses;
  };
  const canaries = count([first.name]);
  const few = [...count(later.map(({ name }) => name))].filter(
    ([os]) => (canaries.get(os) ?? 0) < group.gate.minSample,
  );
  return few.map(([os, hosts]) =>
    line(
      'mend',
      `${first.name} has ${several(canaries.get(os) ?? 0, 'host')} of ${os}, the gate asks for ${group.gate.minSample}: ${several(hosts, 'host')} of it in later rings stay unproven`,
      `tag more of them ${first.tag.key}=${first.tag.value}`,
    ),
  );
}

async function baselines(
  group: GroupPolicy,
  running: readonly Member[],
  managed: ReadonlyMap<string, Managed>,
  ports: GroupPorts,
): Promise<Checked[]> {
  const line = of(group.name);
  const oses = new Set(running.flatMap(({ id }) => managed.get(id)?.os ?? []));
  const lines: Checked[] = [];
  for (const os of [...oses].sort()) {
    const baseline = await ports.baselines.forGroup(group.name, os);
    if (!group.os.includes(os)) {
      lines.push(line('mind', `hosts of ${os}, which the policy does not name`, `add ${os} to os of ${group.name}`));
    }
    for (const warning of baselineWarnings(baseline, group.baseline[os])) {
      lines.push(
        line(
          'mind',
          warning,
          'change the baseline or the policy, or deploy again, which registers the baseline of the policy',
        ),
      );
    }
    if (baseline.source === 'default' && group.baseline[os]) {
      const words = `${os}: the group gets the account's default, ${baseline.name}, not the baseline of the policy`;
      lines.push(line('mind', words, 'deploy with --param mode=act: the baseline of the policy would be registered'));
    }
  }
  return lines;
}

const NAMED = 3;

function named(members: readonly Member[]): string {
  const ids = members.map(({ id }) => id);
  const rest = ids.length - NAMED;
  return rest > 0 ? `${ids.slice(0, NAMED).join(', ')} and ${rest} more` : ids.join(', ');
}
