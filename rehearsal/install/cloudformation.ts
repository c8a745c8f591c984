/** As much of CloudFormation as names things: Ref, Fn::GetAtt, Fn::Sub, Fn::Join over the resources that the rehearsal knows. */

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

export interface StackPlace {
  account: string;
  region: string;
  stack: string;
}

interface Kind {
  /** Property that holds its name; null: named by the stack. */
  name: string | null;
  /** Everything behind `arn:aws:`. */
  arn: (name: string, place: StackPlace) => string;
  ref: 'name' | 'arn';
}

const KINDS: Record<string, Kind> = {
  'AWS::Lambda::Function': {
    name: 'FunctionName',
    arn: (name, { region, account }) => `lambda:${region}:${account}:function:${name}`,
    ref: 'name',
  },
  'AWS::Lambda::Url': {
    name: null,
    arn: (name, { region, account }) => `lambda:${region}:${account}:function:${name}`,
    ref: 'name',
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: (name, { region, account }) => `states:${region}:${account}:stateMachine:${name}`,
    ref: 'arn',
  },
  'AWS::DynamoDB::Table': {
    name: 'TableName',
    arn: (name, { region, account }) => `dynamodb:${region}:${account}:table/${name}`,
    ref: 'name',
  },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (name) => `s3:::${name}`, ref: 'name' },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    arn: (name, { region, account }) => `sns:${region}:${account}:${name}`,
    ref: 'arn',
  },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    arn: (name, { region, account }) => `sqs:${region}:${account}:${name}`,
    ref: 'name',
  },
  'AWS::SSM::Document': {
    name: 'Name',
    arn: (name, { region, account }) => `ssm:${region}:${account}:document/${name}`,
    ref: 'name',
  },
  'AWS::SSM::Parameter': {
    name: 'Name',
    arn: (name, { region, account }) => `ssm:${region}:${account}:parameter/${name}`,
    ref: 'name',
  },
  'AWS::SSM::PatchBaseline': {
    name: null,
    arn: (name, { region, account }) => `ssm:${region}:${account}:patchbaseline/${name}`,
    ref: 'name',
  },
  'AWS::Events::Rule': {
    name: 'Name',
    arn: (name, { region, account }) => `events:${region}:${account}:rule/${name}`,
    ref: 'name',
  },
  'AWS::Scheduler::Schedule': {
    name: 'Name',
    arn: (name, { region, account }) => `scheduler:${region}:${account}:schedule/default/${name}`,
    ref: 'name',
  },
  'AWS::IAM::Role': { name: 'RoleName', arn: (name, { account }) => `iam::${account}:role/${name}`, ref: 'name' },
  'AWS::IAM::Policy': { name: 'PolicyName', arn: (name, { account }) => `iam::${account}:policy/${name}`, ref: 'name' },
  'AWS::KMS::Key': {
    name: null,
    arn: (name, { region, account }) => `kms:${region}:${account}:key/${name}`,
    ref: 'name',
  },
  'AWS::Logs::LogGroup': {
    name: 'LogGroupName',
    arn: (name, { region, account }) => `logs:${region}:${account}:log-group:${name}:*`,
    ref: 'name',
  },
  'AWS::CloudWatch::Alarm': {
    name: 'AlarmName',
    arn: (name, { region, account }) => `cloudwatch:${region}:${account}:alarm:${name}`,
    ref: 'name',
  },
};
/** Resources that change who may do what, or how something is kept: nothing of it is played. */
const WITHOUT_EFFECT = [
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SNS::Subscription',
  'AWS::SQS::QueuePolicy',
  'AWS::KMS::Alias',
  'AWS::Logs::MetricFilter',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::Lambda::EventInvokeConfig',
];

export class CloudFormation {
  readonly #resources: Record<string, Resource>;
  readonly #place: StackPlace;

  constructor(resources: Record<string, Resource>, place: StackPlace) {
    this.#resources = resources;
    this.#place = place;
    for (const [id, { Type }] of Object.entries(resources)) {
      if (!KINDS[Type] && !WITHOUT_EFFECT.includes(Type))
        throw new Error(`resources.Resources.${id}: not rehearsed: ${Type}`);
    }
  }

  nameOf(id: string): string {
    const { resource, kind } = this.#find(id, id);
    const given = kind.name === null ? undefined : resource.Properties?.[kind.name];
    return given === undefined ? `${this.#place.stack}-${id}` : String(this.resolve(given, `${id}.${kind.name}`));
  }

  arnOf(id: string): string {
    return `arn:aws:${this.#find(id, id).kind.arn(this.nameOf(id), this.#place)}`;
  }

  resolve(value: unknown, place: string): unknown {
    if (Array.isArray(value)) return value.map((item, at) => this.resolve(item, `${place}[${at}]`));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::')))
      return this.#intrinsic(name, argument, place);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item, `${place}.${key}`)]));
  }

  #intrinsic(name: string, argument: unknown, place: string): unknown {
    if (name === 'Ref') return this.#ref(String(argument), place);
    if (name === 'Fn::GetAtt') {
      const [id = '', attribute = ''] = argument as string[];
      return this.#attribute(id, attribute, place);
    }
    if (name === 'Fn::Join') {
      const [by, parts] = argument as [string, unknown[]];
      return parts.map((part) => String(this.resolve(part, place))).join(by);
    }
    if (name === 'Fn::Sub') {
      const [text, own] = Array.isArray(argument)
        ? (argument as [string, Record<string, unknown>])
        : [String(argument), {}];
      return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, variable: string) => {
        if (literal) return `\${${variable}}`;
        if (variable in own) return String(this.resolve(own[variable], place));
        const [id = '', ...attribute] = variable.split('.');
        return whole === ''
          ? ''
          : attribute.length > 0
            ? this.#attribute(id, attribute.join('.'), place)
            : this.#ref(id, place);
      });
    }
    throw new Error(`${place}: not rehearsed: ${name}`);
  }

  #ref(id: string, place: string): string {
    const { account, region, stack } = this.#place;
    const pseudo: Record<string, string> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
    };
    const known = pseudo[id];
    if (known !== undefined) return known;
    const { kind } = this.#find(id, place);
    return kind.ref === 'arn' ? this.arnOf(id) : this.nameOf(id);
  }

  #attribute(id: string, attribute: string, place: string): string {
    this.#find(id, place);
    if (attribute === 'FunctionUrl') {
      const label = id.replace('LambdaFunctionUrl', '').toLowerCase(); // AWS draws 32 letters and digits
      return `https://${label}.lambda-url.${this.#place.region}.on.aws/`;
    }
    if (['Arn', 'TopicArn', 'RuleArn'].includes(attribute)) return this.arnOf(id);
    if (['Name', 'TopicName', 'QueueName', 'RoleName', 'FunctionName'].includes(attribute)) return this.nameOf(id);
    throw new Error(`${place}: not rehearsed: the attribute ${attribute} of ${id}`);
  }

  #find(id: string, place: string): { resource: Resource; kind: Kind } {
    const resource = this.#resources[id];
    const kind = resource && KINDS[resource.Type];
    if (!resource || !kind) throw new Error(`${place}: there is no resource ${id} that could be named`);
    return { resource, kind };
  }
}
