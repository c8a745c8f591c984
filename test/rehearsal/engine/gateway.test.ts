/** Real clients of the SDK against the gateway, one protocol after the other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { Inspector2Client, ListFindingsCommand, ListMembersCommand } from '@aws-sdk/client-inspector2';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, ListCommandsCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsFault, type Fake, type Rehearsal } from '#rehearsal/api.ts';
import { openSample, START } from '../sample.ts';

const seen: Record<string, unknown> = {};
const WHEN = new Date(START + 123);
const FINDING = {
  findingArn: `arn:aws:inspector2:eu-central-1:123456789012:finding/${'0'.repeat(32)}`,
  awsAccountId: '123456789012',
  type: 'PACKAGE_VULNERABILITY',
  description: 'a finding',
  remediation: {},
  severity: 'HIGH',
  firstObservedAt: WHEN,
  lastObservedAt: WHEN,
  status: 'ACTIVE',
  resources: [{ type: 'AWS_EC2_INSTANCE', id: 'i-0123456789abcdef0' }],
};
const fakes: Fake[] = [
  {
    service: 'ec2',
    operations: {
      DescribeInstances: (input) => {
        seen.ec2 = input;
        if (input.InstanceIds?.[0] === 'i-0')
          throw new AwsFault('InvalidInstanceID.NotFound', "The instance ID 'i-0' does not exist");
        const Instances = [
          {
            InstanceId: 'i-1',
            State: { Code: 16, Name: 'running' },
            Placement: { AvailabilityZone: 'eu-central-1a' },
            LaunchTime: WHEN,
            Tags: [{ Key: 'a<b', Value: '"c" & d' }],
          },
        ];
        return { Reservations: [{ ReservationId: 'r-1', OwnerId: '1', Instances }], NextToken: 'more' };
      },
    },
  },
  {
    service: 'inspector2',
    operations: {
      ListFindings: (input) => {
        seen.inspector2 = input;
        return { findings: [{ ...FINDING, updatedAt: WHEN }] };
      },
    },
  },
  {
    service: 'monitoring',
    operations: {
      DescribeAlarms: () => ({
        MetricAlarms: [{ AlarmName: 'errors', StateValue: 'ALARM', StateUpdatedTimestamp: WHEN }],
      }),
    },
  },
];

let rehearsal: Rehearsal;
const act = <T>(work: () => Promise<T>) => rehearsal.act('operator', work);
before(async () => {
  rehearsal = await openSample({ fakes });
});
after(() => rehearsal.close());

test('SSM: JSON by target; timestamps are dates, AWS errors have their names', async () => {
  const { Parameter } = await act(() => new SSMClient({}).send(new GetParameterCommand({ Name: 'colour' })));
  assert.deepEqual([Parameter?.Value, Parameter?.LastModifiedDate?.getTime()], ['green', START]);
  await assert.rejects(
    act(() => new SSMClient({}).send(new GetParameterCommand({ Name: 'nope' }))),
    { name: 'ParameterNotFound', message: 'no nope' },
  );
});

test('what nobody plays is refused by name', async () => {
  await assert.rejects(
    act(() => new SSMClient({}).send(new ListCommandsCommand({}))),
    { name: 'UnknownOperationException', message: 'not rehearsed: ssm.ListCommands' },
  );
  await assert.rejects(
    act(() => new Inspector2Client({}).send(new ListMembersCommand({}))),
    { name: 'UnknownOperationException', message: 'not rehearsed: inspector2.POST /members/list' },
  );
  assert.equal(rehearsal.calls.get('ssm.ListCommands'), 1);
});

test('EC2: filters and ids go in as lists, sets come out as lists', async () => {
  const command = new DescribeInstancesCommand({
    Filters: [
      { Name: 'tag:PatchGroup', Values: ['web', 'x y'] },
      { Name: 'instance-state-name', Values: ['running'] },
    ],
    MaxResults: 100,
  });
  const { Reservations, NextToken } = await act(() => new EC2Client({}).send(command));
  assert.deepEqual(seen.ec2, {
    Filters: [
      { Name: 'tag:PatchGroup', Values: ['web', 'x y'] },
      { Name: 'instance-state-name', Values: ['running'] },
    ],
    MaxResults: 100,
  });
  const instance = Reservations?.[0]?.Instances?.[0];
  assert.deepEqual(
    [instance?.InstanceId, instance?.State?.Name, instance?.Placement?.AvailabilityZone, NextToken],
    ['i-1', 'running', 'eu-central-1a', 'more'],
  );
  assert.deepEqual(instance?.Tags, [{ Key: 'a<b', Value: '"c" & d' }]);
  assert.equal(instance?.LaunchTime?.getTime(), WHEN.getTime());
  await assert.rejects(
    act(() => new EC2Client({}).send(new DescribeInstancesCommand({ InstanceIds: ['i-0'] }))),
    { name: 'InvalidInstanceID.NotFound' },
  );
});

test('Inspector2: REST JSON; timestamps go in and out', async () => {
  const filterCriteria = {
    updatedAt: [{ startInclusive: WHEN }],
    findingStatus: [{ comparison: 'EQUALS' as const, value: 'CLOSED' }],
  };
  const { findings } = await act(() =>
    new Inspector2Client({}).send(new ListFindingsCommand({ filterCriteria, maxResults: 100 })),
  );
  assert.equal(findings?.[0]?.updatedAt?.getTime(), WHEN.getTime());
  assert.deepEqual(seen.inspector2, {
    filterCriteria: {
      updatedAt: [{ startInclusive: WHEN.getTime() / 1000 }],
      findingStatus: [{ comparison: 'EQUALS', value: 'CLOSED' }],
    },
    maxResults: 100,
  });
});

test('CloudWatch speaks JSON', async () => {
  const { MetricAlarms } = await act(() =>
    new CloudWatchClient({}).send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] })),
  );
  assert.deepEqual(
    [MetricAlarms?.[0]?.StateValue, MetricAlarms?.[0]?.StateUpdatedTimestamp?.getTime()],
    ['ALARM', WHEN.getTime()],
  );
});

test('S3: put, get, head, list and delete; keys and bytes come back as they went', async () => {
  const s3 = new S3Client({});
  const Bucket = rehearsal.env.EVIDENCE_BUCKET;
  const Key = 'web/a b+ä/x.gz';
  const Body = Buffer.from([0, 1, 2, 255, 13, 10, 48, 13, 10]);
  await act(() =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/gzip', Metadata: { hash: 'h' } })),
  );
  const got = await act(async () => {
    const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return { ...found, bytes: await found.Body?.transformToByteArray() };
  });
  assert.deepEqual(
    [Buffer.from(got.bytes ?? []), got.ContentType, got.Metadata, got.LastModified?.getTime()],
    [Body, 'application/gzip', { hash: 'h' }, START],
  );
  assert.equal((await act(() => s3.send(new HeadObjectCommand({ Bucket, Key })))).ContentLength, Body.length);
  await assert.rejects(
    act(() => s3.send(new GetObjectCommand({ Bucket, Key: 'nope' }))),
    { name: 'NoSuchKey' },
  );
  await assert.rejects(
    act(() => s3.send(new HeadObjectCommand({ Bucket, Key: 'nope' }))),
    { name: 'NotFound' },
  );
  await assert.rejects(
    act(() => s3.send(new PutObjectCommand({ Bucket, Key, Body: '', IfNoneMatch: '*' }))),
    { name: 'PreconditionFailed' },
  );
  for (const name of ['b', 'c'])
    await act(() => s3.send(new PutObjectCommand({ Bucket, Key: `web/${name}`, Body: '' })));
  const first = await act(() => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'web/', MaxKeys: 2 })));
  const next = await act(() =>
    s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'web/', ContinuationToken: first.NextContinuationToken })),
  );
  assert.deepEqual(
    [...(first.Contents ?? []), ...(next.Contents ?? [])].map((one) => one.Key),
    [Key, 'web/b', 'web/c'],
  );
  assert.deepEqual([first.IsTruncated, next.IsTruncated], [true, false]);
  for (const one of [Key, 'web/b', 'web/c']) await act(() => s3.send(new DeleteObjectCommand({ Bucket, Key: one })));
  assert.equal(rehearsal.evidence().size, 0);
  await assert.rejects(
    act(() => s3.send(new ListObjectsV2Command({ Bucket: 'nobody' }))),
    { name: 'NoSuchBucket' },
  );
});

test('S3: a streamed body, cut into chunks with its checksum behind', async () => {
  const { Readable } = await import('node:stream');
  const Bucket = rehearsal.env.EVIDENCE_BUCKET;
  const parts = [Buffer.alloc(70_000, 'a'), Buffer.from('\r\n0\r\n\r\n'), Buffer.alloc(10, 'b')];
  const ContentLength = parts.reduce((sum, part) => sum + part.length, 0);
  await act(() =>
    new S3Client({}).send(new PutObjectCommand({ Bucket, Key: 'stream', Body: Readable.from(parts), ContentLength })),
  );
  assert.deepEqual(Buffer.from(rehearsal.evidence().get('stream') ?? []), Buffer.concat(parts));
});

test('DynamoDB: a conditional put that loses the race says so', async () => {
  const dynamodb = new DynamoDBClient({});
  const TableName = rehearsal.env.TABLE_NAME;
  const put = new PutItemCommand({
    TableName,
    Item: { pk: { S: 'lease' }, version: { N: '1' } },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await act(() => dynamodb.send(put));
  await assert.rejects(
    act(() => dynamodb.send(put)),
    { name: 'ConditionalCheckFailedException' },
  );
  const update = {
    TableName,
    Key: { pk: { S: 'lease' } },
    UpdateExpression: 'SET version = :n',
    ConditionExpression: 'version = :o',
    ExpressionAttributeValues: { ':n': { N: '2' }, ':o': { N: '1' } },
  };
  await act(() => dynamodb.send(new UpdateItemCommand(update)));
  const { Item } = await act(() =>
    dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: 'lease' } }, ConsistentRead: true })),
  );
  assert.equal(Item?.version?.N, '2');
  const { Items } = await act(() =>
    dynamodb.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'lease' } },
      }),
    ),
  );
  assert.equal(Items?.length, 1);
  assert.equal(rehearsal.calls.get('dynamodb.PutItem'), 2);
});

test('SNS: subject rules, a text for each protocol, attributes', async () => {
  const sns = new SNSClient({});
  const TopicArn = rehearsal.env.TOPIC_ARN;
  const Message = JSON.stringify({ default: 'd', email: 'line one\nline & two' });
  await act(() =>
    sns.send(
      new PublishCommand({
        TopicArn,
        Subject: 'web: done',
        Message,
        MessageStructure: 'json',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'delta' } },
      }),
    ),
  );
  const { subject, body, attributes, topic } = rehearsal.inbox.at(-1) ?? {};
  assert.deepEqual(
    { subject, body, attributes, topic },
    { subject: 'web: done', body: 'line one\nline & two', attributes: { kind: 'delta' }, topic: 'sample-dev-notices' },
  );
  for (const Subject of ['x'.repeat(100), 'a\nb', 'ä']) {
    await assert.rejects(
      act(() => sns.send(new PublishCommand({ TopicArn, Subject, Message: 'm' }))),
      { name: 'InvalidParameterException' },
      Subject,
    );
  }
  await assert.rejects(
    act(() => sns.send(new PublishCommand({ TopicArn, Message: '{}', MessageStructure: 'json' }))),
    { name: 'InvalidParameterException' },
  );
  await assert.rejects(
    act(() => sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(262_145) }))),
    { name: 'InvalidParameterException' },
  );
  await assert.rejects(
    act(() => sns.send(new PublishCommand({ TopicArn: `${TopicArn}x`, Message: 'm' }))),
    { name: 'NotFoundException' },
  );
});

test('Step Functions: start is idempotent by name and input while it runs, then refused', async () => {
  const sfn = new SFNClient({});
  const stateMachineArn = rehearsal.env.MACHINE_ARN;
  const start = (input: string, name = 'once') =>
    act(() => sfn.send(new StartExecutionCommand({ stateMachineArn, name, input })));
  const one = await start('{"mode":"well"}');
  assert.equal((await start('{"mode":"well"}')).executionArn, one.executionArn);
  await assert.rejects(start('{"mode":"other"}'), { name: 'ExecutionAlreadyExists' });
  await assert.rejects(start('{', 'bad'), { name: 'InvalidExecutionInput' });
  await assert.rejects(start('{}', 'a:b'), { name: 'InvalidName' });
  const describe = () => act(() => sfn.send(new DescribeExecutionCommand({ executionArn: one.executionArn })));
  assert.deepEqual([(await describe()).status, (await describe()).startDate?.getTime()], ['RUNNING', START]);
  await act(() => sfn.send(new StopExecutionCommand({ executionArn: one.executionArn, error: 'Enough' })));
  assert.deepEqual([(await describe()).status, (await describe()).error], ['ABORTED', 'Enough']);
  await assert.rejects(start('{"mode":"well"}'), { name: 'ExecutionAlreadyExists' });
  const { executions } = await act(() =>
    sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' })),
  );
  assert.deepEqual(
    executions?.map(({ name }) => name),
    ['once'],
  );
  const { events } = await act(() => sfn.send(new GetExecutionHistoryCommand({ executionArn: one.executionArn })));
  assert.deepEqual(
    [events?.[0]?.type, events?.[1]?.stateEnteredEventDetails?.name, events?.at(-1)?.type],
    ['ExecutionStarted', 'LookAround', 'ExecutionAborted'],
  );
  await assert.rejects(
    act(() => sfn.send(new DescribeExecutionCommand({ executionArn: `${one.executionArn}x` }))),
    { name: 'ExecutionDoesNotExist' },
  );
});

test('Step Functions: a token that was never good', async () => {
  const sfn = new SFNClient({});
  await assert.rejects(
    act(() => sfn.send(new SendTaskSuccessCommand({ taskToken: 'nonsense', output: '{}' }))),
    { name: 'InvalidToken' },
  );
  await assert.rejects(
    act(() => sfn.send(new SendTaskHeartbeatCommand({ taskToken: 'AQCwAAAAKgAAAAMxyz' }))),
    { name: 'TaskDoesNotExist' },
  );
});
