/** What the stack holds because the policy says so: a schedule per group, the patch baselines that it wishes, on which groups it acts. */

import { actingParameter } from '#domain/campaign/acting.ts';
import { scheduleName, shortName } from '#domain/campaign/short-name.ts';
import { sha256 } from '#domain/hash.ts';
import type { Os } from '#domain/patch/model.ts';
import type { BaselineWish, GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

export function resourcesOf(policy: Policy, stage: string): Resources {
  const groups = Object.values(policy.groups);
  return Object.fromEntries([
    ...groups.flatMap((group) => (group.triggers.schedule ? [schedule(group, group.triggers.schedule, stage)] : [])),
    ...groups.flatMap((group) =>
      Object.entries(group.baseline).map(([os, wish]) => baseline(group, os as Os, wish, stage)),
    ),
    ...groups.filter(({ mode }) => mode === 'act').map((group) => acting(group, stage)),
  ]);
}

/**
 * Scheduler calls at least once. The trigger's id is the schedule and the scheduled time, which a second call repeats, and
 * OpenCampaign counts a trigger once. The scheduled time has colons, which no execution's name may have; hence the name
 * carries the call's own id, and the two calls are two executions of which one ends `Coalesced`. No KmsKeyArn: the payload names a
 * group and no secret, and under a key that its role cannot use a schedule is made, and never calls (trap 44).
 */
function schedule({ name, triggers }: GroupPolicy, expression: string, stage: string): [string, Resources[string]] {
  const trigger = {
    kind: 'schedule',
    id: '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>',
    at: '<aws.scheduler.scheduled-time>',
    by: '<aws.scheduler.schedule-arn>',
  };
  const machine = `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:patchwright-${stage}-campaign`;
  const call = {
    StateMachineArn: machine,
    Name: `${shortName(name)}-<aws.scheduler.execution-id>`,
    Input: JSON.stringify({ contract: 1, group: name, trigger }),
  };
  return [
    `${id(name)}Schedule`,
    {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: scheduleName(stage, name),
        Description: `A campaign over the group ${name}`,
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: triggers.timeZone,
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
        Target: {
          Arn: { 'Fn::Sub': `arn:\${AWS::Partition}:scheduler:::aws-sdk:sfn:startExecution` },
          RoleArn: { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
          Input: { 'Fn::Sub': JSON.stringify(call) },
          RetryPolicy: { MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 3600 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
        },
      },
    },
  ];
}

/** By which the baseline of a group is known to be ours, and this stage's. */
export function baselineName(stage: string, group: string, os: Os): string {
  return `patchwright-${stage}-${shortName(group)}-${os.toLowerCase().replaceAll('_', '-')}`;
}

/** `AMAZON_LINUX_2023` → `Amazonx5flinuxx5f2023` */
function osId(os: Os): string {
  const text = os.toLowerCase().replaceAll('_', 'x5f');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Debian and Ubuntu approve at once, by package and not by advisory: neither class nor severity nor delay can be said. The
 * repositories of CentOS Stream carry no advisories: only with non-security updates does a rule find any package there, by
 * neither class nor severity (Systems Manager User Guide, Patch Manager prerequisites).
 */
function baseline(group: GroupPolicy, os: Os, wish: BaselineWish, stage: string): [string, Resources[string]] {
  const debian = os === 'DEBIAN' || os === 'UBUNTU';
  const severity = os === 'WINDOWS' ? 'MSRC_SEVERITY' : 'SEVERITY';
  const filters =
    debian || os === 'CENTOS'
      ? [filter('PRODUCT', ['*'])]
      : [filter('CLASSIFICATION', orAny(wish.classifications)), filter(severity, orAny(wish.severities))];
  return [
    `${id(group.name)}${osId(os)}Baseline`,
    {
      Type: 'AWS::SSM::PatchBaseline',
      Properties: {
        Name: baselineName(stage, group.name, os),
        Description: 'Made from policy.yml: change it there',
        OperatingSystem: os,
        // What is registered is what maintenance windows and "Patch now" install too: not before the stage acts.
        ...(group.mode === 'act' ? { PatchGroups: [group.name] } : {}),
        ApprovalRules: {
          PatchRules: [
            {
              PatchFilterGroup: { PatchFilters: filters },
              ComplianceLevel: 'HIGH',
              ...(debian ? {} : { ApproveAfterDays: wish.approvedWithinDays }),
              ...(os === 'CENTOS' ? { EnableNonSecurity: true } : {}),
            },
          ],
        },
      },
    },
  ];
}

/** Two stages that act on one group would patch the same hosts: CloudFormation makes no parameter of a name that is there. */
function acting({ name }: GroupPolicy, stage: string): [string, Resources[string]] {
  const Description = `The stage that acts on the patch group ${name}`;
  const Properties = { Name: actingParameter(name), Type: 'String', Value: stage, Description };
  return [`${id(name)}Acting`, { Type: 'AWS::SSM::Parameter', Properties }];
}

function filter(Key: string, Values: string[]) {
  return { Key, Values };
}

function orAny(values: string[]): string[] {
  return values.length ? values : ['*'];
}

/**
 * Logical ids are letters and digits, and two names must not become one: `web-eu` → `Webx2deu`. What that would not keep apart
 * (`Web` and `web`, `ax2db` and `a-b`) is told by a hash behind a capital X, which the others do not have.
 */
function id(name: string): string {
  const short = shortName(name);
  const letters = short.replace(/[^A-Za-z0-9]/g, '');
  const plain = /^[a-z0-9-]+$/.test(short) && !/x[0-9a-f]{2}/.test(short);
  const text = plain ? short.replaceAll('-', 'x2d') : `${letters}X${sha256(name).slice(0, 8)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
