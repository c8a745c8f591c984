/** SNS and SQS. */
import { each, first, of, type Policy, type Properties, type Rule, type Stack } from './rule.ts';

const TOPIC_ACTIONS = [
  'AddPermission',
  'DeleteTopic',
  'GetDataProtectionPolicy',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'PutDataProtectionPolicy',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
].map((name) => `sns:${name}`);

const statementsOf = ({ PolicyDocument }: Properties) => (PolicyDocument as Policy).Statement;
const sns = 'sns/latest/dg/sns-access-policy-language-api-permissions-reference.html';
const sqs = 'AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html';

export const messages: Rule[] = [
  {
    rule: 'SNS: a statement of a topic policy names exactly the topic that it is set on, so no policy is for two topics',
    source: `${sns} (policy quotas: Resource 1)`,
    broken: (stack) =>
      each(stack, 'AWS::SNS::TopicPolicy', (policy) => {
        const stray = statementsOf(policy).flatMap(({ Resource }) =>
          JSON.stringify([Resource].flat()) === JSON.stringify(policy.Topics) ? [] : [Resource].flat(),
        );
        return (policy.Topics.length !== 1 || stray.length > 0) && `for ${policy.Topics}, names ${stray}`;
      }),
    plant: (stack) => {
      const [[, one], [id, other]] = of(stack, 'AWS::SNS::TopicPolicy') as [[string, Properties], [string, Properties]];
      one.Topics.push(...other.Topics);
      for (const statement of statementsOf(one)) statement.Resource = [...one.Topics];
      delete stack.template.Resources[id];
    },
  },
  {
    rule: "SNS: a topic policy takes only the topic's own actions, and no wildcard",
    source: `${sns} (valid actions); Policy Error on sns:*: aws/serverless-application-model#1591`,
    broken: (stack) =>
      each(stack, 'AWS::SNS::TopicPolicy', (policy) =>
        statementsOf(policy)
          .flatMap(({ Action }) => Action)
          .filter((action) => !TOPIC_ACTIONS.includes(action))
          .join(),
      ),
    plant: (stack) => {
      for (const statement of statementsOf(first(stack, 'AWS::SNS::TopicPolicy'))) statement.Action = 'sns:*';
    },
  },
  {
    rule: 'SNS: a topic policy has at most 30 KB and 100 statements, each with a Sid of its own',
    source: sns,
    broken: (stack) =>
      each(stack, 'AWS::SNS::TopicPolicy', (policy) => {
        const ids = statementsOf(policy).map(({ Sid }) => Sid);
        return (
          JSON.stringify(policy.PolicyDocument).length > 30_720 || ids.length > 100 || new Set(ids).size < ids.length
        );
      }),
    plant: (stack) => {
      for (const statement of statementsOf(first(stack, 'AWS::SNS::TopicPolicy'))) statement.Sid = 'Same';
    },
  },
  {
    rule: 'SQS: a queue policy covers a single queue',
    source: 'SQS guide ("each policy must cover only a single queue"); remind101/stacker_blueprints#71',
    broken: (stack) =>
      each(stack, 'AWS::SQS::QueuePolicy', (policy) => {
        const named = new Set(statementsOf(policy).flatMap(({ Resource }) => Resource));
        return (policy.Queues.length !== 1 || named.size !== 1) && `for ${policy.Queues}, names ${[...named]}`;
      }),
    plant: (stack) => {
      const [[, one], [id, other]] = of(stack, 'AWS::SQS::QueuePolicy') as [[string, Properties], [string, Properties]];
      one.Queues.push(...other.Queues);
      for (const [at, statement] of statementsOf(one).entries())
        statement.Resource = [statement.Resource, statementsOf(other)[at]?.Resource ?? ''].flat();
      delete stack.template.Resources[id];
    },
  },
  {
    rule: 'SQS: a queue policy has at most 8,192 bytes, 20 statements, 7 actions a statement, 50 principals and 10 conditions',
    source: sqs,
    broken: (stack) =>
      each(stack, 'AWS::SQS::QueuePolicy', (policy) => {
        const statements = statementsOf(policy);
        const principals = statements.flatMap(({ Principal }) =>
          typeof Principal === 'object' ? Object.values(Principal).flat() : '*',
        );
        const conditions = statements.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys));
        const isTooMuch = [
          JSON.stringify(policy.PolicyDocument).length > 8192,
          statements.length > 20,
          statements.some(({ Action }) => [Action].flat().length > 7),
          principals.length > 50,
          conditions.length > 10,
        ];
        return isTooMuch.includes(true);
      }),
    plant: (stack) => {
      const [statement] = statementsOf(first(stack, 'AWS::SQS::QueuePolicy'));
      if (statement) statement.Action = 'ABCDEFGH'.split('').map((letter) => `sqs:${letter}`);
    },
  },
  {
    rule: 'SQS: dead letters lie in a queue of the same kind, Region and account, after 1 to 1,000 receives',
    source: 'AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html',
    broken: (stack) =>
      each(stack, 'AWS::SQS::Queue', (queue) => {
        if (!queue.RedrivePolicy) return false;
        const { deadLetterTargetArn, maxReceiveCount } = queue.RedrivePolicy;
        const target = queueAt(stack, deadLetterTargetArn);
        return !target || isFifo(target) !== isFifo(queue) || !(maxReceiveCount >= 1 && maxReceiveCount <= 1000);
      }),
    plant: (stack) => {
      const [, letters] = of(stack, 'AWS::SQS::Queue').find(([id]) => id === 'DeadLetters') ?? [];
      Object.assign(letters, { QueueName: `${letters.QueueName}.fifo`, FifoQueue: true });
    },
  },
];

export const isFifo = ({ FifoQueue, QueueName }: Properties) => FifoQueue === true || /\.fifo$/.test(QueueName ?? '');

export function queueAt(stack: Stack, arn: unknown): Properties | undefined {
  return of(stack, 'AWS::SQS::Queue').find(([, { QueueName }]) => String(arn).endsWith(`:${QueueName}`))?.[1];
}
