/**
 * The role of a function: what stands beside it in stack/functions.yml under `may`, as an inline policy, and what every function
 * needs. A statement names its resource by a word of the table below; `why` goes to docs/permissions.md.
 */
import type { Policy } from '#domain/policy.ts';

export interface May {
  do: string[];
  on: string;
  why: string;
}

export interface RoleStatement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

interface Place {
  stage: string;
  policy: Policy;
}

/** Words of `on` → resources. Null: the policy asks for nothing that would need it. */
type Resources = (place: Place) => { Resource: unknown; Condition?: RoleStatement['Condition'] }[];

const RESOURCES: Record<string, Resources> = {
  leases: () => partition('lease'),
  triggers: () => partition('trigger#*'),
  intents: () => partition('campaign#*'),
  approvalRecords: () => partition('approval#*'),
  intentsExpiry: () => partition('campaign#*', EXPIRY),
  approvalsExpiry: () => partition('approval#*', EXPIRY),
  killSwitch: () => partition('switch'),
  evidence: () => [{ Resource: sub(`\${Evidence.Arn}/*`) }],
  evidenceBucket: () => [{ Resource: att('Evidence') }],
  notices: () => [{ Resource: { Ref: 'NoticesTopic' } }],
  approvals: () => [{ Resource: { Ref: 'ApprovalsTopic' } }],
  topics: () => [{ Resource: [{ Ref: 'NoticesTopic' }, { Ref: 'ApprovalsTopic' }] }],
  findingsQueue: () => [{ Resource: att('FindingsQueue') }],
  deadLetters: () => [{ Resource: att('DeadLetters') }],
  campaignMachine: ({ stage }) => [{ Resource: ours('states', `stateMachine:patchwright-${stage}-campaign`) }],
  campaigns: ({ stage }) => [{ Resource: ours('states', `execution:patchwright-${stage}-campaign:*`) }],
  rings: ({ stage }) => [{ Resource: ours('states', `execution:patchwright-${stage}-patch-ring:*`) }],
  patchDocument: () => [{ Resource: aws('ssm', 'document/AWS-RunPatchBaseline') }],
  refreshDocument: () => [{ Resource: aws('ssm', 'document/AWS-RefreshAssociation') }],
  rescanDocument: ({ stage }) => [{ Resource: ours('ssm', `document/patchwright-${stage}-rescan-vm`) }],
  // The tag that makes a host a member of a group also lets us command it: the groups are those of the policy. Two
  // statements, since conditions of one are all to hold, and a host has one spelling of the tag.
  hosts: ({ policy }) =>
    ['PatchGroup', 'Patch Group'].map((key) => ({
      Resource: ours('ec2', 'instance/*'),
      Condition: { StringEquals: { [`aws:ResourceTag/${key}`]: Object.keys(policy.groups) } },
    })),
  // To read of a host, whoever's it is: the survey asks by ids that EC2 gave.
  hostsToRead: () => [{ Resource: [ours('ec2', 'instance/*'), ours('ssm', 'managed-instance/*')] }],
  // AWS's own baselines belong to accounts of AWS.
  baselines: () => [{ Resource: sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:*:patchbaseline/*`) }],
  calendars: ({ policy }) => {
    const names = Object.values(policy.groups).flatMap(({ window }) => window?.calendars ?? []);
    const arns = [...new Set(names)].map((name) => (name.startsWith('arn:') ? name : ours('ssm', `document/${name}`)));
    return arns.length ? [{ Resource: arns }] : [];
  },
  schedules: ({ stage }) => [{ Resource: ours('scheduler', `schedule/default/patchwright-${stage}-*`) }],
  everything: () => [{ Resource: '*' }],
};

export const WORDS = Object.keys(RESOURCES);

/** What each function needs besides what it may: its log. */
export function always(logGroup: string): (May & { Resource: unknown })[] {
  return [
    {
      do: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      on: 'its own log group',
      why: 'Lambda writes the log on behalf of the function.',
      Resource: sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${logGroup}:*`),
    },
  ];
}

/**
 * What a service does with the key on behalf of who asks, and only it may: kms:ViaService (AmazonS3 UsingKMSEncryption, sns-key-management,
 * sqs-key-management).
 */
const KEY_USES: Record<string, string[]> = {
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'sns:Publish': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
};

function keyUses(may: May[]): Omit<RoleStatement, 'Sid' | 'Effect'>[] {
  const actions = may.flatMap((one) => one.do);
  return ['s3', 'sns', 'sqs'].flatMap((service) => {
    const uses = actions
      .filter((action) => action.startsWith(`${service}:`))
      .flatMap((action) => KEY_USES[action] ?? []);
    if (uses.length === 0) return [];
    const Condition = { StringEquals: { 'kms:ViaService': sub(`${service}.\${AWS::Region}.amazonaws.com`) } };
    return [{ Action: [...new Set(uses)], Resource: att('Key'), Condition }];
  });
}

/** Throws for a word that is not in the table, or a permission without a reason. */
export function statements(key: string, may: May[], place: Place, logGroup: string): RoleStatement[] {
  const own = may.flatMap((one, at) => {
    const where = `functions.${key}.may[${at}]`;
    const resources = RESOURCES[one.on];
    if (!resources) throw new Error(`${where}: no resource is called ${one.on}; known: ${WORDS.join(', ')}`);
    if (!one.why || !one.do?.length) throw new Error(`${where}: needs do and why`);
    return resources(place).map((each) => ({ ...each, Action: one.do }));
  });
  const log = always(logGroup).map(({ do: Action, on: _on, why: _why, ...rest }) => ({ ...rest, Action }));
  const all: Omit<RoleStatement, 'Sid' | 'Effect'>[] = [...own, ...log, ...keyUses(may)];
  return all.map(({ Action, Resource, Condition }, at) => ({
    Sid: `May${at + 1}`,
    Effect: 'Allow',
    Action,
    Resource,
    ...(Condition ? { Condition } : {}),
  }));
}

export function role(Statement: RoleStatement[]): { Type: string; Properties: Record<string, unknown> } {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // Lambda, dev guide: permissions-managed-policies. Were it not so, no function could be created (docs/security.md).
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [{ PolicyName: 'may', PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}

/** osls' rule: openCampaign → OpenCampaign, before LambdaFunction, LogGroup and our Role. */
export function logical(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/** Items of the table by their partition key, as aws/table.ts has them. The operator is the one that DynamoDB's guide asks for. */
function partition(pk: string, attributes?: string[]): ReturnType<Resources> {
  return [
    {
      Resource: att('Table'),
      Condition: {
        'ForAllValues:StringLike': {
          'dynamodb:LeadingKeys': [pk],
          ...(attributes && { 'dynamodb:Attributes': attributes }),
        },
        Null: { 'dynamodb:LeadingKeys': 'false' }, // of no key at all ForAllValues holds
      },
    },
  ];
}

/** What an update that only sets the expiry names. */
const EXPIRY = ['pk', 'sk', 'expires'];

function att(id: string): unknown {
  return { 'Fn::GetAtt': [id, 'Arn'] };
}

function sub(text: string): unknown {
  return { 'Fn::Sub': text };
}

function ours(service: string, resource: string): unknown {
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** A resource of AWS's own: no account in its ARN. */
function aws(service: string, resource: string): unknown {
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}::${resource}`);
}
