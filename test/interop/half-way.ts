/** Deployments that fail half-way, and what is there after them. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';

export interface Resource {
  Type: string;
  DependsOn?: string[];
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation
  Properties: any;
}

export interface Template {
  Resources: Record<string, Resource>;
}

/** Edits the template of a package in both of its files. */
export function edit(folder: string, change: (template: Template) => void): void {
  const at = (name: string) => join(folder, name);
  const state = JSON.parse(readFileSync(at('serverless-state.json'), 'utf8'));
  const template: Template = state.service.provider.compiledCloudFormationTemplate;
  change(template);
  writeFileSync(at('serverless-state.json'), JSON.stringify(state));
  writeFileSync(at('cloudformation-template-update-stack.json'), JSON.stringify(template));
}

/** A copy of the package with another template. */
export function copyWith(folder: string, name: string, change: (template: Template) => void): string {
  const copy = `${folder}-${name}`;
  cpSync(folder, copy, { recursive: true });
  edit(copy, change);
  return copy;
}

/** Fails, as on AWS, when nobody signals within its second: by then there are both machines, and all that outlives the stack. */
export function failing({ Resources }: Template): void {
  const before = Object.keys(Resources).filter((id) => STANDS_FIRST.test(id));
  Resources.Signal = { Type: 'AWS::CloudFormation::WaitConditionHandle', Properties: {} };
  Resources.HalfWay = {
    Type: 'AWS::CloudFormation::WaitCondition',
    DependsOn: before,
    Properties: { Handle: { Ref: 'Signal' }, Timeout: '1', Count: 1 },
  };
}

const STANDS_FIRST =
  /^(Table|Evidence|EvidencePolicy|Key|KeyAlias|NoticesTopic|FindingsQueue|CampaignMachine|PatchRingMachine)$/;

/** What is there under our name, the bucket of osls left out, and how the stack stands. */
export async function standing(client: { region: string; endpoint: string }, stack: string) {
  const { Stacks = [] } = await new CloudFormationClient(client).send(new DescribeStacksCommand({ StackName: stack }));
  const { TableNames = [] } = await new DynamoDBClient(client).send(new ListTablesCommand({}));
  const { Buckets = [] } = await new S3Client({ ...client, forcePathStyle: true }).send(new ListBucketsCommand({}));
  const { stateMachines = [] } = await new SFNClient(client).send(new ListStateMachinesCommand({}));
  const names = [...TableNames, ...Buckets.map(({ Name }) => Name), ...stateMachines.map(({ name }) => name)];
  const kms = new KMSClient(client);
  const keys: string[] = [];
  for (const { KeyId } of (await kms.send(new ListKeysCommand({}))).Keys ?? []) {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    if (KeyMetadata?.KeyState === 'Enabled' && KeyMetadata.Description?.startsWith(stack)) keys.push(KeyId ?? '');
  }
  const ours = names.filter((name) => name?.startsWith(stack) && !name.includes('serverlessdeployment')).sort();
  return { status: Stacks[0]?.StackStatus ?? 'none', names: ours, keys };
}
