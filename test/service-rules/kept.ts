/** S3, DynamoDB, Systems Manager and CloudFormation: what is kept and made. */
import { each, first, of, type Policy, type Properties, type Rule, type Stack } from './rule.ts';

const BASELINE = 'AWS::SSM::PatchBaseline';
const OTHERS = ['PRODUCT', 'CLASSIFICATION', 'SEVERITY'];
const FILTERS: Record<string, string[]> = {
  DEBIAN: ['PRODUCT', 'PRIORITY', 'SECTION'],
  UBUNTU: ['PRODUCT', 'PRIORITY', 'SECTION'],
  MACOS: ['PRODUCT', 'CLASSIFICATION'],
  WINDOWS: ['PRODUCT', 'PRODUCT_FAMILY', 'CLASSIFICATION', 'MSRC_SEVERITY', 'PATCH_SET'],
};
const rulesOf = ({ ApprovalRules }: Properties): Properties[] => ApprovalRules?.PatchRules ?? [];

/** Type → its property, and the longest name and the signs that the service takes. */
const NAMES: [type: string, property: string, pattern: RegExp, source: string][] = [
  ['AWS::Lambda::Function', 'FunctionName', /^[\w-]{1,64}$/, 'lambda API_CreateFunction'],
  [
    'AWS::StepFunctions::StateMachine',
    'StateMachineName',
    /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/,
    'step-functions API_CreateStateMachine',
  ],
  ['AWS::Scheduler::Schedule', 'Name', /^[\w.-]{1,64}$/, 'scheduler API_CreateSchedule'],
  ['AWS::Events::Rule', 'Name', /^[\w.-]{1,64}$/, 'eventbridge API_PutRule'],
  ['AWS::SQS::Queue', 'QueueName', /^[\w-]{1,80}(\.fifo)?$/, 'sqs API_CreateQueue'],
  ['AWS::SNS::Topic', 'TopicName', /^[\w-]{1,256}(\.fifo)?$/, 'sns API_CreateTopic'],
  ['AWS::DynamoDB::Table', 'TableName', /^[\w.-]{3,255}$/, 'dynamodb API_CreateTable'],
  ['AWS::CloudWatch::Alarm', 'AlarmName', /^[^\p{Cc}]{1,255}$/u, 'cloudwatch API_PutMetricAlarm'],
  ['AWS::KMS::Alias', 'AliasName', /^alias\/(?!aws\/)[\w/-]{1,250}$/, 'kms API_CreateAlias'],
  ['AWS::Logs::LogGroup', 'LogGroupName', /^[.\-_/#A-Za-z0-9]{1,512}$/, 'logs API_CreateLogGroup'],
  ['AWS::SSM::Document', 'Name', /^(?!(aws|amazon|amzn))[\w.-]{3,128}$/i, 'ssm API_CreateDocument'],
  [BASELINE, 'Name', /^[\w.-]{3,128}$/, 'ssm API_CreatePatchBaseline'],
  [
    'AWS::S3::Bucket',
    'BucketName',
    /^(?!xn--|sthree-|amzn-s3-demo-|.*\.\.|\d+\.\d+\.\d+\.\d+$)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'AmazonS3 bucketnamingrules',
  ],
];

export const kept: Rule[] = [
  ...NAMES.map(
    ([type, property, pattern, source]): Rule => ({
      rule: `${type}: ${property} has the length and the signs that the service takes`,
      source,
      broken: (stack) =>
        each(stack, type, (one) => one[property] !== undefined && !pattern.test(one[property]) && one[property]),
      plant: (stack) => {
        const [, named] = of(stack, type).find(([, one]) => one[property] !== undefined) ?? [];
        named[property] = `${'x'.repeat(600)}\n`;
      },
    }),
  ),
  {
    rule: 'S3: no bucket policy compares the key of a write with an alias: nobody could write any more',
    source: 'AmazonS3/latest/userguide/UsingKMSEncryption.html (the header holds the ARN of a key); one public report',
    broken: (stack) =>
      each(stack, 'AWS::S3::BucketPolicy', ({ PolicyDocument }) =>
        (PolicyDocument as Policy).Statement.some(({ Condition = {} }) =>
          Object.values(Condition).some((keys) =>
            Object.entries(keys).some(
              ([key, values]) => /server-side-encryption-aws-kms-key-id$/.test(key) && /alias\//.test(String(values)),
            ),
          ),
        ),
      ),
    plant: (stack) => {
      const { PolicyDocument } = first(stack, 'AWS::S3::BucketPolicy');
      PolicyDocument.Statement.push({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: '*',
        Condition: {
          StringNotEquals: {
            's3:x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:123456789012:alias/x',
          },
        },
      });
    },
  },
  {
    rule: 'S3: a bucket that blocks public policies takes none',
    source: 'AmazonS3/latest/userguide/access-control-block-public-access.html (BlockPublicPolicy)',
    broken: (stack) =>
      each(stack, 'AWS::S3::BucketPolicy', ({ PolicyDocument }) =>
        (PolicyDocument as Policy).Statement.some(
          ({ Effect, Principal, Condition }) =>
            Effect === 'Allow' &&
            !Condition &&
            (Principal === '*' || (typeof Principal === 'object' && [Principal.AWS].flat().includes('*'))),
        ),
      ),
    plant: (stack) => {
      first(stack, 'AWS::S3::BucketPolicy').PolicyDocument.Statement[0].Effect = 'Allow';
      delete first(stack, 'AWS::S3::BucketPolicy').PolicyDocument.Statement[0].Condition;
    },
  },
  {
    rule: 'S3: objects move to an infrequent class no sooner than after 30 days, and are not deleted before they moved',
    source: 'AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html',
    broken: (stack) =>
      each(stack, 'AWS::S3::Bucket', ({ LifecycleConfiguration }) =>
        (LifecycleConfiguration?.Rules ?? []).some(
          ({ Transitions = [], ExpirationInDays = Number.POSITIVE_INFINITY }: Properties) =>
            Transitions.some(
              ({ StorageClass, TransitionInDays }: Properties) =>
                (/_IA$/.test(StorageClass) && TransitionInDays < 30) || TransitionInDays >= ExpirationInDays,
            ),
        ),
      ),
    plant: (stack) => {
      const [, bucket] = of(stack, 'AWS::S3::Bucket').find(([, one]) => one.LifecycleConfiguration) ?? [];
      bucket.LifecycleConfiguration.Rules[0].ExpirationInDays = 30;
    },
  },
  {
    rule: 'DynamoDB: the attributes that are defined are those of the keys, all of them and no others',
    source:
      'amazondynamodb/latest/APIReference/API_CreateTable.html (AttributeDefinitions); ValidationException "does not exactly match"',
    broken: (stack) =>
      each(stack, 'AWS::DynamoDB::Table', (table) => {
        const schemas = [table, ...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
        const used = schemas.flatMap(({ KeySchema }) => KeySchema).map(({ AttributeName }) => AttributeName);
        const defined = table.AttributeDefinitions.map(({ AttributeName }: Properties) => AttributeName);
        return [
          ...used.filter((name) => !defined.includes(name)),
          ...defined.filter((name: string) => !used.includes(name)),
        ].join();
      }),
    plant: (stack) => {
      first(stack, 'AWS::DynamoDB::Table').AttributeDefinitions.push({ AttributeName: 'expires', AttributeType: 'N' });
    },
  },
  {
    rule: 'SSM: a patch group has one baseline for each operating system',
    source:
      'systems-manager/latest/userguide/patch-manager-patch-groups.html; RegisterPatchBaselineForPatchGroup: AlreadyExistsException',
    broken: (stack) => {
      const all = of(stack, BASELINE).flatMap(([, { OperatingSystem, PatchGroups = [] }]) =>
        PatchGroups.map((group: string) => `${OperatingSystem} ${group}`),
      );
      return all.filter((one, at) => all.indexOf(one) !== at);
    },
    plant: (stack) => {
      first(stack, BASELINE).PatchGroups = ['batch']; // none while a stage observes
      stack.template.Resources.Second = { Type: BASELINE, Properties: structuredClone(first(stack, BASELINE)) };
    },
  },
  {
    rule: 'SSM: a baseline of Debian or Ubuntu has no delay of approval',
    source: 'systems-manager/latest/APIReference/API_PatchRule.html (ApproveAfterDays)',
    broken: (stack) =>
      each(
        stack,
        BASELINE,
        (baseline) =>
          /^(DEBIAN|UBUNTU)$/.test(baseline.OperatingSystem) &&
          rulesOf(baseline).some((rule) => 'ApproveAfterDays' in rule || 'ApproveUntilDate' in rule),
      ),
    plant: (stack) => {
      first(stack, BASELINE).OperatingSystem = 'DEBIAN';
    },
  },
  {
    rule: 'SSM: a baseline filters by what its operating system knows',
    source: 'systems-manager/latest/APIReference/API_DescribePatchProperties.html, API_PatchFilter.html',
    broken: (stack) =>
      each(stack, BASELINE, (baseline) =>
        rulesOf(baseline)
          .flatMap(({ PatchFilterGroup }) => PatchFilterGroup.PatchFilters.map(({ Key }: Properties) => Key))
          .filter((key) => !(FILTERS[baseline.OperatingSystem] ?? OTHERS).includes(key))
          .join(),
      ),
    plant: (stack) => {
      first(stack, BASELINE).OperatingSystem = 'WINDOWS';
    },
  },
  {
    rule: 'SSM: a document has at most 64 KB',
    source: 'general/latest/gr/ssm.html (quotas)',
    broken: (stack) => each(stack, 'AWS::SSM::Document', ({ Content }) => JSON.stringify(Content).length > 65_536),
    plant: (stack) => {
      first(stack, 'AWS::SSM::Document').Content.description = 'x'.repeat(65_536);
    },
  },
  {
    rule: 'CloudFormation: a template has at most 1 MB, 500 resources and 200 outputs',
    source: 'AWSCloudFormation/latest/UserGuide/cloudformation-limits.html',
    broken: ({ template }: Stack) => {
      const counts = [
        JSON.stringify(template).length,
        Object.keys(template.Resources).length,
        Object.keys(template.Outputs ?? {}).length,
      ];
      return [1_048_576, 500, 200].flatMap((most, at) =>
        (counts[at] ?? 0) > most ? [`${counts[at]} of ${most}`] : [],
      );
    },
    plant: ({ template }: Stack) => {
      for (let at = 0; at < 500; at++) template.Resources[`Queue${at}`] = { Type: 'AWS::SQS::Queue', Properties: {} };
    },
  },
];
