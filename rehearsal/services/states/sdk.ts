/** The API calls that Task states may make: by AWS's SDK integrations, and by those that Step Functions has optimised. */
import type { ServiceName } from '#rehearsal/api.ts';

export interface Integration {
  service: ServiceName;
  operation: string;
  /** In front of the names of errors. */
  prefix: string;
  /** The error's name where the API's model has none: SsmException. */
  unmodelled: string;
  /** What an optimised integration calls the service in causes, in the older form of AWS's SDK; null: an SDK integration. */
  optimised: string | null;
  /** Members that may be any JSON, and are sent as text: at the top, or in each item of a list. */
  texts: string[];
}

interface SdkService {
  service: ServiceName;
  prefix: string;
}

const SERVICES: Record<string, SdkService> = {
  ssm: { service: 'ssm', prefix: 'Ssm' },
  ec2: { service: 'ec2', prefix: 'Ec2' },
  inspector2: { service: 'inspector2', prefix: 'Inspector2' },
  sfn: { service: 'states', prefix: 'Sfn' },
  eventbridge: { service: 'events', prefix: 'EventBridge' },
  cloudwatch: { service: 'monitoring', prefix: 'CloudWatch' },
  sns: { service: 'sns', prefix: 'Sns' },
  sqs: { service: 'sqs', prefix: 'Sqs' },
  sts: { service: 'sts', prefix: 'Sts' },
  iam: { service: 'iam', prefix: 'Iam' },
  scheduler: { service: 'scheduler', prefix: 'Scheduler' },
};

const OPTIMISED: Record<string, Integration> = {
  'lambda:invoke': {
    service: 'lambda',
    operation: 'Invoke',
    prefix: 'Lambda',
    unmodelled: 'AWSLambdaException',
    optimised: 'AWSLambda',
    texts: [],
  },
  'sns:publish': {
    service: 'sns',
    operation: 'Publish',
    prefix: 'SNS',
    unmodelled: 'AmazonSNSException',
    optimised: 'AmazonSNS',
    texts: ['Message'],
  },
  'sqs:sendMessage': {
    service: 'sqs',
    operation: 'SendMessage',
    prefix: 'SQS',
    unmodelled: 'AmazonSQSException',
    optimised: 'AmazonSQS',
    texts: ['MessageBody'],
  },
  'events:putEvents': {
    service: 'events',
    operation: 'PutEvents',
    prefix: 'EventBridge',
    unmodelled: 'AmazonEventBridgeException',
    optimised: 'AmazonEventBridge',
    texts: ['Entries.Detail'],
  },
  'states:startExecution': {
    service: 'states',
    operation: 'StartExecution',
    prefix: 'StepFunctions',
    unmodelled: 'AWSStepFunctionsException',
    optimised: 'AWSStepFunctions',
    texts: ['Input'],
  },
};

export function optimised(): string[] {
  return Object.keys(OPTIMISED);
}

export function sdkServices(service: ServiceName): string[] {
  return Object.keys(SERVICES).filter((name) => SERVICES[name]?.service === service);
}

/** Throws for a service that is not there: machines that name one are refused when they are created. */
export function sdkService(name: string): SdkService {
  const found = SERVICES[name];
  if (!found) throw new Error(`not rehearsed: aws-sdk:${name}`);
  return found;
}

/** `resource`: arn:aws:states:::sns:publish, arn:aws:states:::aws-sdk:ssm:sendCommand. */
export function integrationOf(resource: string): Integration {
  const what = resource.replace(/^arn:aws:states:::/, '');
  const known = OPTIMISED[what];
  if (known) return known;
  const [, name = '', action = ''] = what.split(':');
  const { service, prefix } = sdkService(name);
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  return { service, operation, prefix, unmodelled: `${prefix}Exception`, optimised: null, texts: [] };
}
