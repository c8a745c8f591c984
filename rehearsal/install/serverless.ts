/** What serverless.yml installs: functions, machines, table, bucket, topics, rules and schedules, with every name and ARN resolved. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormation, type Resource } from '#rehearsal/install/cloudformation.ts';
import { type DeployedMachine, machine } from '#rehearsal/install/serverless-machine.ts';
import { readVariables } from '#rehearsal/install/serverless-text.ts';

export interface FunctionEvent {
  kind: 'schedule' | 'pattern';
  name: string;
  /** rate(…) or cron(…), or an EventBridge pattern. */
  expression: string;
  pattern: Record<string, unknown>;
  input: unknown; // undefined: the event itself
}

/** A queue whose messages Lambda hands to a function in batches. */
export interface QueueSource {
  arn: string;
  batchSize: number;
  windowSeconds: number;
  maximumConcurrency: number;
}

export interface DeployedFunction {
  key: string;
  name: string;
  arn: string;
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Record<string, string>;
  events: FunctionEvent[];
  queues: QueueSource[];
  url: string | null;
  urlAuth: 'NONE' | 'AWS_IAM';
  lettersTo: string | null; // ARN of the queue that gets what an asynchronous call failed at
  roleArn: string | null; // null: the file and what was added to it have none of its name
}

export interface Installation {
  account: string;
  region: string;
  stage: string;
  env: Record<string, string>;
  functions: DeployedFunction[];
  machines: DeployedMachine[];
  /** Properties of each resource of the type, resolved. */
  tables: { name: string; properties: Record<string, unknown> }[];
  buckets: { name: string; properties: Record<string, unknown> }[];
  queues: { name: string; properties: Record<string, unknown> }[];
  topics: { name: string; arn: string; properties: Record<string, unknown> }[];
  documents: { name: string; properties: Record<string, unknown> }[];
  rules: { name: string; arn: string; properties: Record<string, unknown> }[];
  schedules: { name: string; arn: string; properties: Record<string, unknown> }[];
  baselines: { name: string; properties: Record<string, unknown> }[];
  parameters: { name: string; properties: Record<string, unknown> }[];
  stack: string; // its name
  keys: { name: string; arn: string; properties: Record<string, unknown> }[];
  aliases: { id: string; properties: Record<string, unknown> }[];
  roles: { name: string; arn: string; properties: Record<string, unknown> }[];
  logGroups: { name: string; properties: Record<string, unknown> }[];
  alarms: { name: string; arn: string; properties: Record<string, unknown> }[];
  metricFilters: { id: string; properties: Record<string, unknown> }[];
}

export interface Where {
  root: string;
  file?: string | undefined;
  stage?: string | undefined;
  region?: string | undefined;
  account: string;
  /** What a plugin adds to the stack that is in no file. */
  added?: ((stage: string) => Record<string, Resource>) | undefined;
}

type Json = Record<string, unknown>;
type Destinations = { onFailure?: { arn: string } };

/** Reads and resolves the file. Throws with the place of the first thing in it that is not rehearsed. */
export function readServerless(where: Where): Installation {
  const file = where.file ?? 'serverless.yml';
  const read = (path: string) => readFileSync(join(where.root, path), 'utf8');
  const { tree, stage, region } = readVariables(read(file), file, { ...where, read });
  const provider = (tree.provider ?? {}) as Json;
  const service = String(tree.service);
  const stack = `${service}-${stage}`;
  const functions = (tree.functions ?? {}) as Record<string, Json>;
  const parts = (Array.isArray(tree.resources) ? tree.resources : [tree.resources ?? {}]) as Json[];
  const resources: Record<string, Resource> = Object.assign({}, ...parts.map((part) => part.Resources ?? {}));
  Object.assign(resources, where.added?.(stage));
  const all: Record<string, Resource> = { ...resources };
  for (const key of Object.keys(functions)) {
    const FunctionName = functions[key]?.name ?? `${stack}-${key}`;
    all[logicalId(key)] = { Type: 'AWS::Lambda::Function', Properties: { FunctionName } };
    if (functions[key]?.url) all[`${logicalId(key)}Url`] = { Type: 'AWS::Lambda::Url' };
  }
  const cloud = new CloudFormation(all, { account: where.account, region, stack });
  const shared = (cloud.resolve(provider.environment ?? {}, 'provider.environment') ?? {}) as Record<string, string>;
  const of = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
  const named = (type: string) =>
    of(type).map(([id]) => ({
      name: cloud.nameOf(id),
      arn: cloud.arnOf(id),
      properties: cloud.resolve(resources[id]?.Properties ?? {}, id) as Json,
    }));
  const resolved = (type: string) =>
    of(type).map(([id, { Properties }]) => ({ id, properties: cloud.resolve(Properties ?? {}, id) as Json }));
  return {
    account: where.account,
    region,
    stage,
    env: shared,
    functions: Object.entries(functions).map(([key, config]) => {
      const place = `functions.${key}.events`;
      const events = cloud.resolve(config.events ?? [], place) as Json[];
      return {
        key,
        name: cloud.nameOf(logicalId(key)),
        arn: cloud.arnOf(logicalId(key)),
        url: config.url ? String(cloud.resolve({ 'Fn::GetAtt': [`${logicalId(key)}Url`, 'FunctionUrl'] }, key)) : null,
        urlAuth: urlAuthOf(config.url, key),
        roleArn: resources[roleId(key)] ? cloud.arnOf(roleId(key)) : null,
        lettersTo: (cloud.resolve(config.destinations ?? {}, key) as Destinations).onFailure?.arn ?? null,
        handler: String(config.handler),
        timeoutSeconds: Number(config.timeout ?? provider.timeout ?? 6),
        memoryMb: Number(config.memorySize ?? provider.memorySize ?? 1024),
        environment: {
          ...shared,
          ...(cloud.resolve(config.environment ?? {}, `functions.${key}.environment`) as Record<string, string>),
        },
        events: eventsOf(key, events, stack),
        queues: events.flatMap((event) => ('sqs' in event ? [queueSource(event.sqs as Json, place)] : [])),
      };
    }),
    machines: of('AWS::StepFunctions::StateMachine').map(([id, resource]) => machine(id, resource, cloud)),
    tables: named('AWS::DynamoDB::Table'),
    queues: named('AWS::SQS::Queue'),
    buckets: named('AWS::S3::Bucket'),
    topics: named('AWS::SNS::Topic'),
    documents: named('AWS::SSM::Document'),
    rules: named('AWS::Events::Rule'),
    schedules: named('AWS::Scheduler::Schedule'),
    baselines: named('AWS::SSM::PatchBaseline'),
    parameters: named('AWS::SSM::Parameter'),
    stack,
    keys: named('AWS::KMS::Key'),
    aliases: resolved('AWS::KMS::Alias'),
    roles: named('AWS::IAM::Role'),
    logGroups: named('AWS::Logs::LogGroup'),
    alarms: named('AWS::CloudWatch::Alarm'),
    metricFilters: resolved('AWS::Logs::MetricFilter'),
  };
}

/** `url: true` is open to everybody, `url: { authorizer: aws_iam }` to whom IAM allows it. */
function urlAuthOf(url: unknown, key: string): DeployedFunction['urlAuth'] {
  if (!url || url === true) return 'NONE';
  const { authorizer, ...others } = url as Json;
  if (authorizer !== 'aws_iam' || Object.keys(others).length > 0)
    throw new Error(`functions.${key}.url: not rehearsed: ${JSON.stringify(url)}`);
  return 'AWS_IAM';
}

/** osls' rule: openCampaign → OpenCampaignLambdaFunction. */
function logicalId(key: string): string {
  const normal = key.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${normal.charAt(0).toUpperCase()}${normal.slice(1)}LambdaFunction`;
}

function roleId(key: string): string {
  return logicalId(key).replace(/LambdaFunction$/, 'Role');
}

function queueSource(config: Json, place: string): QueueSource {
  const known = ['arn', 'batchSize', 'maximumBatchingWindow', 'maximumConcurrency', 'functionResponseType'];
  for (const field of Object.keys(config))
    if (!known.includes(field)) throw new Error(`${place}.sqs: not rehearsed: ${field}`);
  if (config.functionResponseType !== 'ReportBatchItemFailures')
    throw new Error(`${place}.sqs: not rehearsed: a batch that fails as a whole`);
  return {
    arn: String(config.arn),
    batchSize: Number(config.batchSize ?? 10),
    windowSeconds: Number(config.maximumBatchingWindow ?? 0),
    maximumConcurrency: Number(config.maximumConcurrency ?? 5),
  };
}

function eventsOf(key: string, given: Json[], stack: string): FunctionEvent[] {
  const events: FunctionEvent[] = [];
  for (const [at, event] of given.filter((one) => !('sqs' in one)).entries()) {
    const place = `functions.${key}.events[${at}]`;
    const kind = Object.keys(event)[0] ?? '';
    const body = event[kind];
    const config = (typeof body === 'object' && body !== null ? body : { rate: body }) as Json;
    if (config.enabled === false) continue;
    const name = String(config.name ?? `${stack}-${key}-${at + 1}`);
    const input = config.input;
    const base = { name, input, expression: '', pattern: {} };
    for (const field of Object.keys(config)) {
      if (
        ![
          'rate',
          'schedule',
          'pattern',
          'enabled',
          'name',
          'description',
          'input',
          'retryPolicy',
          'deadLetterQueueArn',
        ].includes(field)
      ) {
        throw new Error(`${place}.${kind}: not rehearsed: ${field}`);
      }
    }
    if (kind === 'schedule') {
      const rates = Array.isArray(config.rate) ? config.rate : [config.rate];
      events.push(...rates.map((rate) => ({ ...base, kind: 'schedule' as const, expression: String(rate) })));
    } else if (kind === 'eventBridge' && config.pattern) {
      events.push({ ...base, kind: 'pattern', pattern: config.pattern as Json });
    } else if (kind === 'eventBridge' && config.schedule) {
      events.push({ ...base, kind: 'schedule', expression: String(config.schedule) });
    } else {
      throw new Error(`${place}: not rehearsed: ${kind || 'an empty event'}`);
    }
  }
  return events;
}
