/** What the stack holds because the policy says so: a schedule per group, and the patch baselines that it wishes. */
import type { Os } from '#domain/model.ts';
import type { BaselineWish, GroupPolicy, Policy } from '#domain/policy.ts';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

export function resourcesOf(policy: Policy, stage: string): Resources {
  const groups = Object.values(policy.groups);
  return Object.fromEntries([
    ...groups.flatMap((group) => (group.triggers.schedule ? [schedule(group, group.triggers.schedule, stage)] : [])),
    ...groups.flatMap((group) =>
      Object.entries(group.baseline).map(([os, wish]) => baseline(group, os as Os, wish, stage)),
    ),
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
    Name: `${name}-<aws.scheduler.execution-id>`,
    Input: JSON.stringify({ contract: 1, group: name, trigger }),
  };
  return [
    `${id(name)}Schedule`,
    {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: `patchwright-${stage}-${name}`,
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

/** Debian and Ubuntu approve at once, by package and not by advisory: neither class nor severity nor delay can be said. */
function baseline(group: GroupPolicy, os: Os, wish: BaselineWish, stage: string): [string, Resources[string]] {
  const debian = os === 'DEBIAN' || os === 'UBUNTU';
  const severity = os === 'WINDOWS' ? 'MSRC_SEVERITY' : 'SEVERITY';
  const filters = debian
    ? [filter('PRODUCT', ['*'])]
    : [filter('CLASSIFICATION', orAny(wish.classifications)), filter(severity, orAny(wish.severities))];
  return [
    `${id(group.name)}${id(os.toLowerCase())}Baseline`,
    {
      Type: 'AWS::SSM::PatchBaseline',
      Properties: {
        Name: `patchwright-${stage}-${group.name}-${os.toLowerCase().replaceAll('_', '-')}`,
        Description: 'Made from policy.yml: change it there',
        OperatingSystem: os,
        PatchGroups: [group.name],
        ApprovalRules: {
          PatchRules: [
            {
              PatchFilterGroup: { PatchFilters: filters },
              ComplianceLevel: 'HIGH',
              ...(debian ? {} : { ApproveAfterDays: wish.approvedWithinDays }),
            },
          ],
        },
      },
    },
  ];
}

function filter(Key: string, Values: string[]) {
  return { Key, Values };
}

function orAny(values: string[]): string[] {
  return values.length ? values : ['*'];
}

/** Logical ids are letters and digits, and two names must not become one: `web-eu` → `Webx2deu`. */
function id(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]/g, (sign) => `x${sign.charCodeAt(0).toString(16)}`);
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
