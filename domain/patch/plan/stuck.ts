/** Which hosts hold a campaign up that patches none, in words, and what a person does about each kind. */
import type { SurveyedHost } from '#domain/patch/model.ts';
import type { LeftHost, LeftWhy } from '#domain/patch/plan/left-host.ts';
import type { GroupPolicy, RingPolicy } from '#domain/patch/policy.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { FindingFate } from '#domain/patch/records.ts';

/** Reasons that a person takes away, and then the finding's patch may come. */
const HELD_UP: ReadonlySet<Reason | 'fix'> = new Set([
  'replaced',
  'not-in-ring',
  'stopped',
  'unmanaged',
  'offline',
  'unproven',
]);

/** Whether somebody waits for this finding, and its host's state alone is in the way. */
export function isHeldUp({ fate, waiver }: Pick<FindingFate, 'fate' | 'waiver'>): boolean {
  return waiver === undefined && HELD_UP.has(fate);
}

/** In the order of the remedies; a `LeftWhy` that is not here holds nothing up. */
const KINDS = [
  ['no-ring', 'in no ring'],
  ['several-rings', 'in several rings'],
  ['stopped', 'stopped'],
  ['unmanaged', 'unmanaged'],
  ['offline', 'offline'],
  ['unproven', 'without a canary of their OS'],
  ['replaced', 'that a scaling group or a cluster would replace'],
  ['scan-unknown', 'with a failed patch scan'],
] as const satisfies readonly (readonly [LeftWhy, string])[];

type Kind = (typeof KINDS)[number][0];

/** `4 of 6 hosts in no ring, 2 stopped`: the most frequent first. */
export function stuckWords(left: readonly LeftHost[], hosts: number): string {
  const counted = KINDS.map(([kind, words]) => ({ words, many: left.filter(({ why }) => why === kind).length }));
  const held = counted.filter(({ many }) => many > 0).sort((a, b) => b.many - a.many);
  const of = `of ${hosts} ${hosts === 1 ? 'host' : 'hosts'} `;
  return held.map(({ words, many }, place) => `${many} ${place === 0 ? of : ''}${words}`).join(', ');
}

/** Of a group without any instance. */
export function noHosts(group: string): string {
  return `Set the tag PatchGroup=${group} on its instances: aws ec2 create-tags --resources INSTANCE … --tags ${tagText({ key: 'PatchGroup', value: group })}. Or look in another account or Region: patchwright check says where it looked.`;
}

/** What to do about the hosts that hold the campaign up, one line a kind, with the command that does it. */
export function remedies(
  left: readonly LeftHost[],
  strayTags: Readonly<Record<string, number>>,
  { rings, gate }: GroupPolicy,
): string[] {
  const remedy: Record<Kind, (ids: string[], held: LeftHost[]) => string> = {
    'no-ring': (ids) => noRing(ids, strayTags, rings, gate.minSample),
    'several-rings': (ids) =>
      `Leave each host the tag of one ring: aws ec2 delete-tags --resources ${some(ids)} --tags ${tagText(rings.at(-1)?.tag)}`,
    stopped: (ids) => `Start them, or take them out of the group: aws ec2 start-instances --instance-ids ${some(ids)}`,
    unmanaged: (ids) =>
      `No command reaches ${some(ids)}: each needs a running SSM agent, and an instance profile with AmazonSSMManagedInstanceCore. patchwright check says what each lacks.`,
    offline: (ids) =>
      `Start the SSM agent again, or reboot the host: aws ec2 reboot-instances --instance-ids ${some(ids)}`,
    unproven: (ids, held) => unproven(ids, held, rings[0], gate.minSample),
    replaced: (ids) =>
      `Bring the image of ${some(ids)} up to date and let it replace them: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP for a scaling group. Or write replaced: patch in the policy, and they are patched in place.`,
    'scan-unknown': (ids) =>
      `The patch scan failed on ${some(ids)}: its output is in Run Command, by the campaign's name.`,
  };
  return KINDS.flatMap(([kind]) => {
    const held = left.filter(({ why }) => why === kind);
    const ids = held.map(({ id }) => id);
    return held.length > 0 ? [remedy[kind](ids, held)] : [];
  });
}

function noRing(
  ids: string[],
  strayTags: Readonly<Record<string, number>>,
  rings: readonly RingPolicy[],
  minSample: number,
): string {
  const [canary, ...later] = rings;
  const has = Object.entries(strayTags).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const seen = has.slice(0, SHOWN).map(([tag, many]) => `${many} ${many === 1 ? 'has' : 'have'} ${tag}`);
  const more = has.length > SHOWN ? [`${has.length - SHOWN} more`] : [];
  const others = later.map(({ name, tag }) => `${tag.key}=${tag.value} (${name})`);
  const choose = [`${canary?.tag.key}=${canary?.tag.value} on at least ${minSample} of each OS`, ...others].join(', ');
  return `Of the hosts in no ring ${[...seen, ...more].join(', ')}. Set the tag ${choose}: aws ec2 create-tags --resources ${some(ids)} --tags ${tagText(canary?.tag)}`;
}

function unproven(ids: string[], held: readonly LeftHost[], canary: RingPolicy | undefined, minSample: number): string {
  const oses = [...new Set(held.flatMap(({ os }) => os ?? []))].sort().join(', ');
  return `Give the canary at least ${minSample} running, managed ${minSample === 1 ? 'host' : 'hosts'} of ${oses || 'their OS'}: aws ec2 create-tags --resources ${some(ids, minSample)} --tags ${tagText(canary?.tag)}`;
}

/** `Ring=canery`, `no tag Ring`: what hosts in no ring have under the keys that rings are told by. */
export function strayTagsOf(hosts: readonly SurveyedHost[], rings: readonly RingPolicy[]): Record<string, number> {
  const keys = [...new Set(rings.map(({ tag }) => tag.key))];
  const counted: Record<string, number> = {};
  for (const { ring, rings: several, member } of hosts) {
    if (ring !== null || several.length > 0) continue;
    const has = keys.filter((key) => member.tags[key] !== undefined).map((key) => `${key}=${member.tags[key]}`);
    const text = has.length > 0 ? has.join(' and ') : `no tag ${keys.join(' or ')}`;
    counted[text] = (counted[text] ?? 0) + 1;
  }
  return counted;
}

const SHOWN = 5;

function some(ids: readonly string[], most = ids.length): string {
  const shown = ids.slice(0, Math.min(most, SHOWN));
  return [...shown, ...(shown.length < Math.min(ids.length, most) ? ['…'] : [])].join(' ');
}

/** As the AWS CLI takes it in a shell; the shorthand has no way to write a comma, JSON has. */
function tagText(tag: RingPolicy['tag'] | undefined): string {
  const { key, value } = tag ?? { key: '', value: '' };
  if (/^[\w.:/@+-]+$/.test(key + value)) return `Key=${key},Value=${value}`;
  return `'${JSON.stringify([{ Key: key, Value: value }]).replaceAll("'", "'\\''")}'`;
}
