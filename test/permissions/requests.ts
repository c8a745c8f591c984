/** A rehearsed call as IAM sees it: action, resources and the tags of hosts. */
import type { Request } from './evaluate.ts';

export interface Call {
  caller: string;
  call: string; // ssm.SendCommand
  // biome-ignore lint/suspicious/noExplicitAny: each operation has AWS's own input shape
  input: any;
  hosts: Record<string, string>[]; // tags of the hosts that it commands
}

export interface Surroundings {
  account: string;
  region: string;
  table: string;
}

const PREFIX: Record<string, string> = { monitoring: 'cloudwatch' };
/** Operations whose permission has another name. */
const ACTION: Record<string, string> = {
  's3.ListObjectsV2': 's3:ListBucket',
  'lambda.Invoke': 'lambda:InvokeFunction',
};

/** A use of the stack's key, as KMS sees it. */
export interface KeyUse {
  caller: string;
  action: string; // kms:Decrypt
  via: string | null; // s3, sns, sqs; null: directly
}

export function requestOf({ action, via }: KeyUse, { account, region }: Surroundings): Request {
  const context = via === null ? {} : { 'kms:ViaService': `${via}.${region}.amazonaws.com` };
  return { action, resource: `arn:aws:kms:${region}:${account}:key/Key`, context };
}

/** Throws for a call whose resource is not known here: it must not pass for one on `*`. */
export function requestsOf({ call, input, hosts: tags }: Call, { account, region, table }: Surroundings): Request[] {
  const [service = '', operation = ''] = call.split('.');
  const action = ACTION[call] ?? `${PREFIX[service] ?? service}:${operation}`;
  const on = (resource: string, context: Request['context'] = {}): Request => ({ action, resource, context });
  const arn = (text: string, owner = account) => `arn:aws:${service}:${region}:${owner}:${text}`;
  if (service === 'dynamodb') return [on(arn(`table/${table}`), contextOf(input))];
  if (call === 's3.ListObjectsV2') return [on(`arn:aws:s3:::${input.Bucket}`)];
  if (service === 's3') return [on(`arn:aws:s3:::${input.Bucket}/${input.Key}`)];
  if (call === 'sns.Publish' || call === 'sns.ListSubscriptionsByTopic') return [on(input.TopicArn)];
  if (call === 'sqs.SendMessage') return [on(arn(String(input.QueueUrl).split('/').pop() ?? ''))];
  if (call === 'lambda.Invoke') return [on(input.FunctionName)];
  if (call === 'states.StartExecution') return [on(input.stateMachineArn)];
  if (call === 'states.DescribeExecution' || call === 'states.StopExecution') return [on(input.executionArn)];
  if (call === 'states.SendTaskSuccess') return [on(arn('stateMachine:patchwright-dev-campaign'))];
  if (call === 'ssm.GetPatchBaseline') {
    const id = String(input.BaselineId);
    return [on(id.startsWith('arn:') ? id : arn(`patchbaseline/${id}`))];
  }
  if (call === 'ssm.GetDefaultPatchBaseline') return [on(arn('patchbaseline/pb-0'))];
  if (/^ssm\.DescribeInstance(PatchStates|Patches|AssociationsStatus)$/.test(call))
    return [input.InstanceIds ?? input.InstanceId]
      .flat()
      .map((id) => on(`arn:aws:ec2:${region}:${account}:instance/${id}`));
  if (call === 'ssm.SendCommand') {
    const document = String(input.DocumentName);
    const hosts = (input.InstanceIds as string[]).map((id, at) =>
      on(
        `arn:aws:ec2:${region}:${account}:instance/${id}`,
        Object.fromEntries(Object.entries(tags[at] ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
      ),
    );
    return [on(arn(`document/${document}`, document.startsWith('AWS-') ? '' : account)), ...hosts];
  }
  if (call === 'scheduler.GetSchedule') return [on(arn(`schedule/default/${input.Name}`))];
  if (WITHOUT_RESOURCE.includes(call)) return [on('*')];
  throw new Error(`${call}: say here on which resource it is`);
}

const WITHOUT_RESOURCE = [
  'ec2.DescribeInstances',
  'inspector2.BatchGetAccountStatus',
  'inspector2.ListCoverage',
  'inspector2.ListFindings',
  'monitoring.DescribeAlarmHistory',
  'monitoring.DescribeAlarms',
  'ssm.DescribeInstanceInformation',
  'ssm.GetPatchBaselineForPatchGroup',
  'ssm.ListAssociations',
  'ssm.ListCommandInvocations',
  'ssm.ListCommands',
];

/** Of an operation of aws/table.ts on the table: its partition, and of an update the attributes that it names. */
export function partitionOf(input: Call['input']): string {
  const { Key, Item, ExpressionAttributeValues: values = {} } = input;
  return (Key ?? Item ?? { pk: values[':pk'] }).pk.S;
}

function contextOf(input: Call['input']): Request['context'] {
  const words: string[] = String(input.UpdateExpression ?? '').match(/\b(?<!:)[a-z]\w*/g) ?? [];
  return {
    'dynamodb:LeadingKeys': [partitionOf(input)],
    ...(input.UpdateExpression && { 'dynamodb:Attributes': ['pk', 'sk', ...words] }),
  };
}
