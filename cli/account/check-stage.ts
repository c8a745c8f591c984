/** What stands in the way of a deployment: asked by `deploy` before anything is packaged, and by `check`. */
import type { Registrations } from '#aws/registrations.ts';
import { actingParameter } from '#domain/campaign/acting.ts';
import { stageFault } from '#domain/campaign/stage-name.ts';
import type { Os } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';
import { nearest } from '#policy/nearest.ts';
import { baselineName } from '#stack/policy-resources.ts';
import { shellWord } from '../screen/text.ts';
import { type Checked, looked } from './checked.ts';

export interface StagePlace {
  stage: string;
  account: string;
  region: string;
}

/** Empty: nothing. `mend`: AWS would refuse the deployment, or two stages would patch the same hosts, or a rule would approve nothing. */
export async function checkStage(policy: Policy, place: StagePlace, ports: Registrations): Promise<Checked[]> {
  const groups = Object.values(policy.groups);
  return [
    ...stageName(place),
    ...(await looked('acting stages', () => otherStages(groups, place, ports))),
    ...(await looked('patch groups', () => otherBaselines(groups, place, ports))),
    ...(await looked('baseline words', () => strangeWords(groups, ports))),
  ];
}

function stageName({ stage, account, region }: StagePlace): Checked[] {
  const fault = stageFault(stage, account, region);
  if (!fault) return [];
  return [{ about: `stage ${stage}`, state: 'mend', words: fault.words, remedy: `--stage ${fault.instead}` }];
}

async function otherStages(
  groups: GroupPolicy[],
  { stage, region }: StagePlace,
  ports: Registrations,
): Promise<Checked[]> {
  const acting = groups.filter(({ mode }) => mode === 'act');
  if (acting.length === 0) return [];
  const stages = await ports.acting();
  return acting.flatMap(({ name }) => {
    const other = stages.get(actingParameter(name));
    if (other === undefined || other === stage) return [];
    return {
      about: name,
      state: 'mend' as const,
      words: `the stage ${other} acts on this patch group: two stages would patch the same hosts`,
      remedy: `deploy ${other} to observe first (npm run deploy -- --stage ${other} --region ${region}), or take the group out of its policy or out of this one`,
    };
  });
}

async function otherBaselines(
  groups: GroupPolicy[],
  { stage, region }: StagePlace,
  ports: Registrations,
): Promise<Checked[]> {
  const wishing = new Map(
    groups.filter(({ baseline }) => Object.keys(baseline).length).map((each) => [each.name, each]),
  );
  if (wishing.size === 0) return [];
  const lines: Checked[] = [];
  for await (const { group: name, os, baseline } of ports.patchGroups()) {
    const group = wishing.get(name);
    if (!group?.baseline[os as Os] || baseline.name === baselineName(stage, name, os as Os)) continue;
    const acts = group.mode === 'act';
    const is = `${os} is registered with ${baseline.id} (${baseline.name}), which is none of this stage's`;
    lines.push({
      about: name,
      state: acts ? 'mend' : 'mind',
      words: acts
        ? `${is}: SSM takes one baseline for each OS of a patch group`
        : `${is}: it stays while the group is only observed, and is in the way of mode=act`,
      remedy: `aws ssm deregister-patch-baseline-for-patch-group --baseline-id ${baseline.id} --patch-group=${shellWord(name)} --region ${region}; or take ${os} out of groups.${name}.baseline`,
    });
  }
  return lines;
}

/** The agent compares them with the advisory's letter by letter: a word that is none approves nothing (trap 35). */
async function strangeWords(groups: GroupPolicy[], ports: Registrations): Promise<Checked[]> {
  const known = new Map<string, string[]>();
  const wordsOf = async (os: Os, property: 'CLASSIFICATION' | 'SEVERITY' | 'MSRC_SEVERITY') => {
    const key = `${os} ${property}`;
    if (!known.has(key)) known.set(key, await ports.words(os, property));
    return known.get(key) ?? [];
  };
  const lines: Checked[] = [];
  for (const { name, baseline } of groups)
    for (const [os, { classifications, severities }] of Object.entries(baseline) as [Os, GroupWish][]) {
      if (os === 'DEBIAN' || os === 'UBUNTU') continue; // their rules go by package: none of these words is used
      const wished = [
        ['classifications', classifications, 'CLASSIFICATION'],
        ['severities', severities, os === 'WINDOWS' ? 'MSRC_SEVERITY' : 'SEVERITY'],
      ] as const;
      for (const [key, words, property] of wished) {
        const right = await wordsOf(os, property);
        const strange = words.filter((word) => word !== '*' && right.length > 0 && !right.includes(word));
        for (const word of strange) lines.push(strangeWord(name, `${os}.${key}`, word, right));
      }
    }
  return lines;
}

type GroupWish = NonNullable<GroupPolicy['baseline'][Os]>;

function strangeWord(name: string, path: string, word: string, right: string[]): Checked {
  const meant = nearest(word, right);
  return {
    about: name,
    state: 'mend',
    words: `baseline.${path}: ${word} is no word that SSM has there, and approves nothing`,
    remedy: meant ? `did you mean ${meant}? It has ${right.join(', ')}` : `write one of ${right.join(', ')}`,
  };
}
