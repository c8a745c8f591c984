/**
 * Step Functions' AWS SDK integrations: names of services, prefixes of errors, and the case of members, which is Pascal in machines
 * even where the API has camelCase. Timestamps reach a machine as text.
 */
import type { ServiceName } from '#rehearsal/api.ts';

interface SdkService {
  service: ServiceName;
  prefix: string;
  camelCase: boolean;
}

const SERVICES: Record<string, SdkService> = {
  ssm: { service: 'ssm', prefix: 'Ssm', camelCase: false },
  ec2: { service: 'ec2', prefix: 'Ec2', camelCase: false },
  inspector2: { service: 'inspector2', prefix: 'Inspector2', camelCase: true },
  sfn: { service: 'states', prefix: 'Sfn', camelCase: true },
  eventbridge: { service: 'events', prefix: 'EventBridge', camelCase: false },
  cloudwatch: { service: 'monitoring', prefix: 'CloudWatch', camelCase: false },
  sns: { service: 'sns', prefix: 'Sns', camelCase: false },
  sqs: { service: 'sqs', prefix: 'Sqs', camelCase: false },
  sts: { service: 'sts', prefix: 'Sts', camelCase: false },
  iam: { service: 'iam', prefix: 'Iam', camelCase: false },
  scheduler: { service: 'scheduler', prefix: 'Scheduler', camelCase: false },
};

export function sdkServices(service: ServiceName): string[] {
  return Object.keys(SERVICES).filter((name) => SERVICES[name]?.service === service);
}

/** Throws for a service that is not there: machines that name one are refused when they are created. */
export function sdkService(name: string): SdkService {
  const found = SERVICES[name];
  if (!found) throw new Error(`not rehearsed: aws-sdk:${name}`);
  return found;
}

export function toWire(value: unknown): unknown {
  return withKeys(value, (key) => key.charAt(0).toLowerCase() + key.slice(1));
}

/** JSON as a machine sees it; what is undefined is left out. */
export function toSdk(value: unknown, camelCase: boolean): unknown {
  return withKeys(value ?? {}, camelCase ? (key) => key.charAt(0).toUpperCase() + key.slice(1) : (key) => key);
}

function withKeys(value: unknown, rename: (key: string) => string): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((one) => withKeys(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [rename(key), withKeys(one, rename)]));
}
