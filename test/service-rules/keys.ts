/** KMS: whoever has to use a key, and by which way. */
import { ACCOUNT, REGION } from '../permissions/packaged.ts';
import { queueAt } from './messages.ts';
import {
  each,
  first,
  keyAt,
  of,
  type Policy,
  type Rule,
  roleMayUse,
  type Stack,
  serviceMay,
  services,
} from './rule.ts';

const via = (service: string) => `${service}.${REGION}.amazonaws.com`;
const SCHEDULE = 'AWS::Scheduler::Schedule';

/** What a service lacks that sends to something encrypted, or opens it; empty where nothing is encrypted by a key of ours. */
function lacks(
  stack: Stack,
  key: unknown,
  service: string,
  actions: string[],
  context: Record<string, string>,
): string {
  if (key === undefined || String(key).startsWith('alias/aws/')) return '';
  const policy: Policy | undefined = keyAt(stack, key)?.KeyPolicy;
  return actions.filter((action) => !serviceMay(policy, service, action, context)).join();
}

const SEND = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** Takes a service out of the key's policy. */
function shutOut(stack: Stack, service: RegExp): void {
  const policy: Policy = first(stack, 'AWS::KMS::Key').KeyPolicy;
  policy.Statement = policy.Statement.filter((statement) => !services(statement).some((one) => service.test(one)));
}

export const keys: Rule[] = [
  {
    rule: 'KMS: the policy of a new key leaves its maker a way to change it',
    source: 'kms/latest/APIReference/API_CreateKey.html (BypassPolicyLockoutSafetyCheck)',
    broken: (stack) =>
      each(
        stack,
        'AWS::KMS::Key',
        ({ KeyPolicy, BypassPolicyLockoutSafetyCheck }) =>
          !BypassPolicyLockoutSafetyCheck &&
          !(KeyPolicy as Policy).Statement.some(
            ({ Effect, Action, Principal }) =>
              Effect === 'Allow' &&
              [Action].flat().some((one) => one === 'kms:*' || one === 'kms:PutKeyPolicy') &&
              typeof Principal === 'object' &&
              [Principal.AWS ?? []].flat().some((one) => one.endsWith(`:${ACCOUNT}:root`)),
          ),
      ),
    plant: (stack) => {
      const policy: Policy = first(stack, 'AWS::KMS::Key').KeyPolicy;
      policy.Statement = policy.Statement.filter(({ Principal }) => !(typeof Principal === 'object' && Principal.AWS));
    },
  },
  {
    rule: 'Logs: a log group takes a key only where the key lets the logs in, for that group',
    source: 'AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
    broken: (stack) =>
      each(stack, 'AWS::Logs::LogGroup', ({ LogGroupName, KmsKeyId }) =>
        lacks(
          stack,
          KmsKeyId,
          via('logs'),
          ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
          {
            'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${LogGroupName}`,
          },
        ),
      ),
    plant: (stack) => {
      first(stack, 'AWS::Logs::LogGroup').LogGroupName = '/aws/lambda/of-another-name';
    },
  },
  {
    rule: 'CloudWatch: an alarm reaches an encrypted topic only where the key lets CloudWatch in',
    source: 'AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html; sns/latest/dg/sns-key-management.html',
    broken: (stack) =>
      each(stack, 'AWS::CloudWatch::Alarm', ({ AlarmName, AlarmActions = [], InsufficientDataActions = [] }) =>
        [...AlarmActions, ...InsufficientDataActions]
          .map((topic: string) => {
            const [, found] =
              of(stack, 'AWS::SNS::Topic').find(([, { TopicName }]) => topic.endsWith(`:${TopicName}`)) ?? [];
            return lacks(stack, found?.KmsMasterKeyId, 'cloudwatch.amazonaws.com', SEND, {
              'aws:SourceAccount': ACCOUNT,
              'aws:SourceArn': `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${AlarmName}`,
            });
          })
          .join(''),
      ),
    plant: (stack) => shutOut(stack, /^cloudwatch/),
  },
  {
    rule: 'EventBridge: a rule reaches an encrypted queue, as its target and for its dead letters, only where key and queue let it in',
    source: 'eventbridge/latest/userguide/eb-rule-dlq.html; aws/aws-cdk#33169',
    broken: (stack) =>
      each(stack, 'AWS::Events::Rule', ({ Name, Targets = [] }, id) => {
        const arn = `arn:aws:events:${REGION}:${ACCOUNT}:rule/${Name ?? id}`;
        const queues = Targets.flatMap(
          ({ Arn, DeadLetterConfig }: { Arn: string; DeadLetterConfig?: { Arn: string } }) =>
            [/:sqs:/.test(Arn) ? Arn : [], DeadLetterConfig?.Arn ?? []].flat(),
        );
        return queues
          .map((queue: string) => {
            const [, policy] =
              of(stack, 'AWS::SQS::QueuePolicy').find(([, { Queues }]) => queue.endsWith(`:${Queues[0]}`)) ?? [];
            const isLetIn = serviceMay(policy?.PolicyDocument, 'events.amazonaws.com', 'sqs:SendMessage', {
              'aws:SourceArn': arn,
            });
            const key = queueAt(stack, queue)?.KmsMasterKeyId;
            return (
              (isLetIn ? '' : 'sqs:SendMessage') +
              lacks(stack, key, 'events.amazonaws.com', SEND, { 'aws:SourceArn': arn })
            );
          })
          .join('');
      }),
    plant: (stack) => shutOut(stack, /^events/),
  },
  {
    rule: 'Scheduler: a schedule with a key of ours calls only where its role may open it, directly and not by way of a service',
    source:
      'scheduler/latest/UserGuide/encryption-rest.html; aws/aws-cdk#31923, ministryofjustice/modernisation-platform#6115',
    broken: (stack) =>
      each(
        stack,
        SCHEDULE,
        ({ KmsKeyArn, Target }) =>
          KmsKeyArn !== undefined &&
          !roleMayUse(stack, Target.RoleArn, KmsKeyArn, 'kms:Decrypt', null) &&
          `its role cannot open ${KmsKeyArn}`,
      ),
    plant: (stack) => {
      first(stack, SCHEDULE).KmsKeyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/Key`;
    },
  },
  {
    rule: 'Scheduler: what could not be delivered reaches an encrypted queue only where the role of the schedule may send there and use its key',
    source:
      'scheduler/latest/UserGuide/configuring-schedule-dlq.html; AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html',
    broken: (stack) =>
      each(stack, SCHEDULE, ({ Target }) => {
        const key = queueAt(stack, Target.DeadLetterConfig?.Arn)?.KmsMasterKeyId;
        const arn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${key}`;
        return (
          key !== undefined &&
          SEND.filter((action) => !roleMayUse(stack, Target.RoleArn, arn, action, via('sqs'))).join()
        );
      }),
    plant: (stack) => {
      const [, key] =
        stack.template.Resources.ScheduleRole?.Properties.Policies[0].PolicyDocument.Statement.filter(
          ({ Action }: { Action: unknown }) => JSON.stringify(Action).includes('kms:'),
        ).map((one: object) => [one, one])[0] ?? [];
      key.Condition = { StringEquals: { 'kms:ViaService': via('s3') } };
    },
  },
];
