import { alarms } from '#aws/alarms.ts';
import { baselines } from '#aws/baselines.ts';
import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { evidence } from '#aws/evidence.ts';
import { inspector } from '#aws/inspector.ts';
import { instances } from '#aws/instances.ts';
import { otherPatching } from '#aws/other-patching.ts';
import { patching } from '#aws/patching.ts';
import { denied } from '#aws/permissions.ts';
import { type Registrations, registrations } from '#aws/registrations.ts';
import { ssm } from '#aws/ssm.ts';
import { subscriptions } from '#aws/subscriptions.ts';
import { ACTING } from '#domain/campaign/acting.ts';
import { type Wish, wishes } from '#domain/campaign/permissions.ts';
import type { Subscriptions } from '#domain/campaign/ports.ts';
import { patchWishes } from '#domain/patch/permissions.ts';
import type { Policy } from '#domain/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { TO_MEND } from '../exit.ts';
import { type Paint, several, wrapAt } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import { checkGroup } from './check-group.ts';
import { checkNames } from './check-names.ts';
import { checkStage } from './check-stage.ts';
import { checkTopics } from './check-topics.ts';
import { type Checked, good, looked } from './checked.ts';
import type { DeployedStage, Open } from './open.ts';
import { placed } from './remedy.ts';

export type CheckPorts = Pick<
  Ports,
  'alarms' | 'baselines' | 'campaigns' | 'engine' | 'evidence' | 'inspector' | 'instances' | 'patching'
> & {
  subscriptions: Subscriptions;
  denied: typeof denied;
  otherPatching: typeof otherPatching;
  registrations: Registrations;
};

export async function check({ policy: file }: { policy: string }, open: Open): Promise<Answer> {
  const policy = loadPolicy(file);
  const deployment = await open();
  const ports = {
    alarms,
    baselines,
    campaigns,
    engine,
    evidence,
    inspector,
    instances,
    patching,
    subscriptions,
    denied,
    otherPatching,
    registrations: registrations(ssm),
  };
  return checkAnswer(deployment, await checks(policy, file, deployment, ports));
}

/** Everything that a first campaign, or the next one, may stumble over, each with its remedy. */
export async function checks(
  policy: Policy,
  file: string,
  deployment: DeployedStage,
  ports: CheckPorts,
): Promise<Checked[]> {
  const groups = Object.values(policy.groups);
  const lines: Checked[] = [
    good('policy', `${file} is sound: ${several(groups.length, 'group')}, hash ${policy.hash.slice(0, 12)}`),
    ...(await looked('permissions', () => permissions(deployment, ports))),
    ...(await looked('stack', () => stack(deployment, ports))),
    ...(await checkStage(policy, deployment, ports.registrations)),
    ...(await checkTopics(deployment, ports)),
    ...(await looked('Inspector', () => inspectorOn(deployment, ports))),
  ];
  for (const group of groups)
    lines.push(...(await looked(group.name, () => checkGroup(group, ports))), ...(await checkNames(group, ports)));
  lines.push(...(await looked('other patching', () => others(ports))));
  return lines;
}

async function permissions(deployment: DeployedStage, { denied }: CheckPorts): Promise<Checked[]> {
  const about = 'permissions';
  const all = [...wishes(arnsOf(deployment)), ...patchWishes()];
  const refused = await denied(deployment.arn, all);
  if (refused === null) {
    const words = `IAM does not tell for ${deployment.arn}`;
    return [{ about, state: 'unknown', words, remedy: 'sign in by a role or a user to have them looked at' }];
  }
  if (refused.length === 0) return [good(about, `${deployment.arn} may do all that the commands need`)];
  return [...byCommand(refused)].map(([command, actions]) => ({
    about,
    state: 'mend' as const,
    words: `${command}: IAM refuses ${[...new Set(actions)].join(', ')}`,
    remedy: 'allow the caller these actions, or sign in as somebody who has them (docs/security.md)',
  }));
}

function arnsOf({ names, partition, account, region, stage }: DeployedStage) {
  return {
    decision: `arn:${partition}:lambda:${region}:${account}:function:patchwright-${stage}-decideApproval`,
    table: `arn:${partition}:dynamodb:${region}:${account}:table/${names.TABLE_NAME}`,
    bucket: `arn:${partition}:s3:::${names.EVIDENCE_BUCKET}`,
    machine: names.CAMPAIGN_MACHINE_ARN,
    topics: [names.NOTICES_TOPIC_ARN, names.APPROVALS_TOPIC_ARN],
    acting: `arn:${partition}:ssm:${region}:${account}:parameter${ACTING}`,
  };
}

function byCommand(refused: readonly Wish[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { command, action } of refused) map.set(command, [...(map.get(command) ?? []), action]);
  return map;
}

async function stack(deployment: DeployedStage, { campaigns }: CheckPorts): Promise<Checked[]> {
  const about = 'kill switch';
  const said = await campaigns.killSwitch().catch((error: unknown) => {
    throw placed(error, deployment);
  });
  if (said === 'go') return [good(about, 'it says go')];
  return [{ about, state: 'mind', words: 'it says stop: nothing is sent to any host', remedy: 'patchwright resume' }];
}

async function inspectorOn({ account, region }: DeployedStage, { inspector }: CheckPorts): Promise<Checked[]> {
  if (await inspector.enabled()) return [good('Inspector', `it scans EC2 in ${account} ${region}`)];
  const words = `it does not scan EC2 in ${account} ${region}: every campaign ends blind`;
  const remedy = `aws inspector2 enable --resource-types EC2 --region ${region}; or give the --region of the hosts`;
  return [{ about: 'Inspector', state: 'mend', words, remedy }];
}

async function others({ otherPatching }: CheckPorts): Promise<Checked[]> {
  const about = 'other patching';
  const lines: Checked[] = [];
  for await (const { kind, id, name, document, operation, targets } of otherPatching()) {
    const called = name ? `${kind} ${name} (${id})` : `${kind} ${id}`;
    const does =
      operation === 'Scan'
        ? 'its scans write over the patch data of a campaign'
        : 'it patches hosts around canary and window';
    const at = `${document}${operation ? ` ${operation}` : ''} on ${targets}`;
    lines.push({
      about,
      state: operation === 'Scan' ? 'mind' : 'mend',
      words: `${called} runs ${at}: ${does}`,
      remedy: `take the hosts of the policy's groups out of its targets, or remove it`,
    });
  }
  return lines.length ? lines : [good(about, 'no association and no maintenance window patches hosts')];
}

export function checkAnswer({ arn, account, region, stage }: DeployedStage, lines: readonly Checked[]): Answer {
  const toMend = lines.filter(({ state }) => state === 'mend' || state === 'unknown').length;
  return {
    document: { version: 1, account, region, stage, caller: arn, toMend, checks: lines },
    lines: (paint, columns) => [
      paint('bold', `Stage ${stage} in ${account} ${region}`),
      ...lines.flatMap((line) => checkedLines(line, paint, columns)),
      toMend ? paint('red', `${several(toMend, 'thing')} to mend`) : paint('green', 'Nothing to mend'),
    ],
    exit: toMend ? TO_MEND : 0,
  };
}

const MARKS = {
  good: ['green', 'ok  '],
  mend: ['red', 'mend'],
  mind: ['yellow', 'mind'],
  unknown: ['red', '?   '],
} as const;

function checkedLines({ about, state, words, remedy }: Checked, paint: Paint, columns: number): string[] {
  const [style, mark] = MARKS[state];
  const [first = '', ...rest] = wrapAt(`${about}: ${words}`, columns - 5, '');
  const more = [...rest, ...(remedy ? wrapAt(`Remedy: ${remedy}`, columns - 5, '') : [])];
  return [`${paint(style, mark)} ${first}`, ...more.map((line) => `     ${line}`)];
}
