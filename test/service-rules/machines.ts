/** Step Functions and IAM. */
import type { Statement } from '../permissions/evaluate.ts';
import { ACCOUNT, REGION } from '../permissions/packaged.ts';
import { without } from './functions.ts';
import { each, first, of, type Policy, type Rule, roleMay, roleOf, services } from './rule.ts';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const ROLE = 'AWS::IAM::Role';
const DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
].map((name) => `logs:${name}`);
const MANAGED_RULE = `arn:aws:events:${REGION}:${ACCOUNT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

export const machines: Rule[] = [
  {
    rule: 'Step Functions: a machine that logs is made only with a role that may manage log deliveries',
    source: 'step-functions/latest/dg/cw-logs.html; "not authorized to access the Log Destination": aws/aws-cdk#26432',
    broken: (stack) =>
      each(stack, MACHINE, ({ LoggingConfiguration, RoleArn }) =>
        (LoggingConfiguration ? DELIVERY : []).filter((action) => !roleMay(stack, RoleArn, action, '*')).join(),
      ),
    plant: (stack) => without(stack, first(stack, MACHINE).RoleArn, 'logs:DescribeResourcePolicies'),
  },
  {
    rule: 'Step Functions: the ARN of the log group ends with :*',
    source: 'step-functions/latest/apireference/API_CloudWatchLogsLogGroup.html',
    broken: (stack) =>
      each(stack, MACHINE, ({ LoggingConfiguration }) =>
        (LoggingConfiguration?.Destinations ?? [])
          .map((one: { CloudWatchLogsLogGroup: { LogGroupArn: string } }) => one.CloudWatchLogsLogGroup.LogGroupArn)
          .filter((arn: string) => !arn.endsWith(':*'))
          .join(),
      ),
    plant: (stack) => {
      const [{ CloudWatchLogsLogGroup: group }] = first(stack, MACHINE).LoggingConfiguration.Destinations;
      group.LogGroupArn = group.LogGroupArn.slice(0, -2);
    },
  },
  {
    rule: "Step Functions: a machine that waits for another is made only with a role that may manage Step Functions' own rule",
    source:
      'step-functions/latest/dg/connect-stepfunctions.html; "not authorized to create managed-rule": nasa/cumulus#2693',
    broken: (stack) =>
      each(
        stack,
        MACHINE,
        ({ Definition, RoleArn }) =>
          /startExecution\.sync/.test(JSON.stringify(Definition)) &&
          ['events:PutTargets', 'events:PutRule', 'events:DescribeRule']
            .filter((action) => !roleMay(stack, RoleArn, action, MANAGED_RULE))
            .join(),
      ),
    plant: (stack) => {
      const [, campaign] = of(stack, MACHINE).find(([, one]) => /\.sync/.test(JSON.stringify(one.Definition))) ?? [];
      without(stack, campaign.RoleArn, 'events:PutRule');
    },
  },
  {
    rule: 'Step Functions: a definition has at most 1 MB, its placeholders filled',
    source: 'step-functions/latest/dg/service-quotas.html',
    broken: (stack) =>
      each(stack, MACHINE, ({ Definition, DefinitionSubstitutions = {} }) => {
        const text = JSON.stringify(Definition).replaceAll(
          /\$\{(\w+)\}/g,
          (_, name) => DefinitionSubstitutions[name] ?? '',
        );
        return Buffer.byteLength(text) > 1_048_576;
      }),
    plant: (stack) => {
      first(stack, MACHINE).Definition.Comment = 'x'.repeat(1_048_576);
    },
  },
  {
    rule: 'IAM: the inline policies of a role have at most 10,240 characters together, blanks not counted',
    source: 'IAM/latest/UserGuide/reference_iam-quotas.html',
    broken: (stack) =>
      each(stack, ROLE, ({ Policies = [] }) => {
        const size = Policies.reduce(
          (sum: number, { PolicyDocument }: { PolicyDocument: Policy }) =>
            sum + JSON.stringify(PolicyDocument).replaceAll(/\s/g, '').length,
          0,
        );
        return size > 10_240 && `${size} characters`;
      }),
    plant: (stack) => {
      const [{ PolicyDocument }] = first(stack, ROLE).Policies;
      PolicyDocument.Statement[0].Condition = {
        StringEquals: { 'aws:ResourceTag/PatchGroup': Array(700).fill('a group of ours') },
      };
    },
  },
  {
    rule: 'IAM: each Sid of a policy is its own, of letters and digits',
    source: 'IAM/latest/UserGuide/reference_policies_elements_sid.html',
    broken: (stack) =>
      each(stack, ROLE, ({ Policies = [] }) =>
        Policies.flatMap(({ PolicyDocument }: { PolicyDocument: Policy }) => {
          const ids = PolicyDocument.Statement.flatMap(({ Sid }) => Sid ?? []);
          return ids.filter((id, at) => !/^[A-Za-z0-9]+$/.test(id) || ids.indexOf(id) !== at);
        }).join(),
      ),
    plant: (stack) => {
      const [, role] =
        of(stack, ROLE).find(([, { Policies }]) => Policies[0].PolicyDocument.Statement.length > 1) ?? [];
      for (const statement of role.Policies[0].PolicyDocument.Statement as Statement[]) statement.Sid = 'May1';
    },
  },
  {
    rule: 'IAM: a role lets in the service that works with it; Lambda, Step Functions and Scheduler refuse any other when they are given it',
    source: 'aws/aws-cdk#1893 ("cannot be assumed by Lambda"); scheduler/latest/UserGuide/setting-up.html',
    broken: (stack) =>
      [
        ['AWS::Lambda::Function', 'lambda.amazonaws.com', 'Role'],
        [MACHINE, 'states.amazonaws.com', 'RoleArn'],
        ['AWS::Scheduler::Schedule', 'scheduler.amazonaws.com', 'Target.RoleArn'],
      ].flatMap(([type = '', service = '', path = '']) =>
        each(stack, type, (properties) => {
          const arn = path.split('.').reduce((value, key) => value?.[key], properties);
          const { Statement = [] }: Policy =
            stack.template.Resources[roleOf(arn)]?.Properties.AssumeRolePolicyDocument ?? {};
          return (
            !Statement.some((one) => one.Effect === 'Allow' && services(one).includes(service)) &&
            `${arn} does not let in ${service}`
          );
        }),
      ),
    plant: (stack) => {
      const { Target } = first(stack, 'AWS::Scheduler::Schedule');
      Target.RoleArn = first(stack, MACHINE).RoleArn;
    },
  },
];
