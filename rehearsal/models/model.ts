/** AWS's own service models, in the small form that derive.py gives them: what a request or an answer of an operation may hold. */
import type { ServiceName } from '#rehearsal/api.ts';
import cloudformation from '#rehearsal/models/cloudformation.json' with { type: 'json' };
import ec2 from '#rehearsal/models/ec2.json' with { type: 'json' };
import elasticloadbalancing from '#rehearsal/models/elasticloadbalancing.json' with { type: 'json' };
import events from '#rehearsal/models/events.json' with { type: 'json' };
import iam from '#rehearsal/models/iam.json' with { type: 'json' };
import inspector2 from '#rehearsal/models/inspector2.json' with { type: 'json' };
import lambda from '#rehearsal/models/lambda.json' with { type: 'json' };
import monitoring from '#rehearsal/models/monitoring.json' with { type: 'json' };
import s3 from '#rehearsal/models/s3.json' with { type: 'json' };
import scheduler from '#rehearsal/models/scheduler.json' with { type: 'json' };
import sns from '#rehearsal/models/sns.json' with { type: 'json' };
import sqs from '#rehearsal/models/sqs.json' with { type: 'json' };
import ssm from '#rehearsal/models/ssm.json' with { type: 'json' };
import states from '#rehearsal/models/states.json' with { type: 'json' };
import sts from '#rehearsal/models/sts.json' with { type: 'json' };
import wafv2 from '#rehearsal/models/wafv2.json' with { type: 'json' };

export interface Shape {
  type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'number' | 'boolean' | 'timestamp' | 'blob';
  members?: Record<string, string>; // of a structure: name → shape
  required?: string[];
  union?: boolean; // exactly one member
  document?: boolean; // any JSON
  member?: string; // of a list
  key?: string; // of a map
  value?: string;
  enum?: string[];
  min?: number; // of a length, or of the value
  max?: number;
  pattern?: string; // of the whole text
}

export interface Model {
  source: string;
  operations: Record<string, { input?: string; output?: string; errors: string[] }>;
  shapes: Record<string, Shape>;
}

/** Imported and not read from beside this file: a bundle has no such place, and would judge nothing. */
const MODELS: Record<Exclude<ServiceName, 'dynamodb'>, unknown> = {
  cloudformation,
  ec2,
  elasticloadbalancing,
  events,
  iam,
  inspector2,
  lambda,
  monitoring,
  s3,
  scheduler,
  sns,
  sqs,
  ssm,
  states,
  sts,
  wafv2,
};

/** null: no model is kept of DynamoDB: another server plays it and judges for itself. */
export function modelOf(service: ServiceName): Model | null {
  return service === 'dynamodb' ? null : (MODELS[service] as Model);
}
