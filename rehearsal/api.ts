/** The border between the engine of the rehearsal (clock, gateway, machines) and the world that it plays (hosts, SSM, Inspector). */

/** Virtual time. Equal times fire in the order in which they were asked for. */
export interface Clock {
  now(): number; // epoch milliseconds
  at(epochMs: number, what: string, run: () => void): Timer;
  after(ms: number, what: string, run: () => void): Timer;
}
export interface Timer {
  cancel(): void;
}

/** A seeded source of chance. `of(key)` gives an independent stream that does not depend on the order of other draws. */
export interface Chance {
  next(): number; // [0, 1)
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  of(key: string): Chance;
}

export type ServiceName =
  | 'ssm'
  | 'ec2'
  | 'inspector2'
  | 'states'
  | 'dynamodb'
  | 's3'
  | 'sns'
  | 'sts'
  | 'iam'
  | 'events'
  | 'monitoring'
  | 'sqs'
  | 'scheduler'
  | 'cloudformation'
  | 'lambda'
  | 'wafv2'
  | 'elasticloadbalancing';

/** Who calls: the function's key in serverless.yml, `operator`, or `states`, `events` … for what AWS does by itself. */
export interface Caller {
  name: string;
  account: string;
  region: string;
  /** ARN of the role that it calls with, where its name does not tell. */
  role?: string;
}

/**
 * One AWS operation as a fake plays it. Input and output have the member names of AWS's API model. Timestamps go out as `Date`
 * and are encoded by protocol; they come in as AWS's JSON has them (epoch seconds). Throw `AwsFault` for AWS's errors.
 */
// biome-ignore lint/suspicious/noExplicitAny: each operation has AWS's own input shape, checked by the fake itself
export type Operation = (input: any, caller: Caller) => unknown | Promise<unknown>;

export interface Fake {
  service: ServiceName;
  operations: Record<string, Operation>;
}

export class AwsFault extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Record<string, unknown>;
  constructor(code: string, message: string, status = 400, members: Record<string, unknown> = {}) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** An event as EventBridge delivers it; the engine adds version, id, account, region and the time. */
export interface AwsEvent {
  source: string;
  'detail-type': string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** What the world needs from the engine. */
export interface Stage {
  clock: Clock;
  chance: Chance;
  account: string;
  region: string;
  /** Puts an event on the default bus (best effort: scenarios may lose or double it). */
  emit(event: AwsEvent): void;
  /** A line for the timeline. `subject`: instance id, command id, execution name. */
  note(kind: string, subject: string, text: string, data?: Record<string, unknown>): void;
}

export interface TimelineEvent {
  at: number; // epoch milliseconds, virtual
  kind: string; // state-entered, state-exited, execution, call, host, mail, alarm, fault, log …
  subject: string;
  text: string;
  data: Record<string, unknown>;
}

export interface Mail {
  at: number;
  topic: string; // the topic's name
  messageId: string;
  subject: string;
  body: string; // what an e-mail subscriber gets
  attributes: Record<string, string>;
}

export interface UrlRequest {
  method: string;
  url: string; // as the stack names it: https://<id>.lambda-url.<region>.on.aws/…
  headers?: Record<string, string>;
  body?: string;
  as?: string; // ARN of who signs it
}

export interface UrlResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A message that lies in a queue. */
export interface Letter {
  messageId: string;
  body: string;
  attributes: Record<string, string>;
  sentAt: number; // epoch milliseconds
  receives: number;
}

export interface ExecutionView {
  arn: string;
  machine: string; // key in serverless.yml: campaign, patchRing
  name: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  input: unknown;
  output: unknown;
  error: string | null;
  cause: string | null;
  startedAt: number;
  stoppedAt: number | null;
  states: string[]; // names of states entered, in order
  events: number; // length of the history
  largestPayload: number; // bytes of the largest state input or output
}

/** The product installed in a small AWS, in virtual time. Made by `openRehearsal` in rehearsal/rehearsal.ts. */
export interface Rehearsal {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Environment of deployed functions (table, bucket, topics, machines), as resolved from serverless.yml. */
  readonly env: Record<string, string>;
  readonly timeline: TimelineEvent[];
  readonly inbox: Mail[];
  /** 'service.operation' → how often; and by caller: 'function|service.operation'. */
  readonly calls: Map<string, number>;
  readonly callsByCaller: Map<string, number>;
  on(listener: (event: TimelineEvent) => void): void;
  /** Starts an execution as an operator would; returns its ARN. */
  start(machine: string, name: string, input: unknown): string;
  /** StopExecution. */
  abort(arn: string): void;
  executions(): ExecutionView[];
  /** Runs `work` as one task of the rehearsal under the caller name: its AWS calls are answered while time stands. */
  act<T>(caller: string, work: () => Promise<T>): Promise<T>;
  /** A request to a function URL, as a browser sends it. Time may move until it is answered. */
  visit(request: UrlRequest): Promise<UrlResponse>;
  /** Lets things happen until `done` holds or nothing is left to happen, or virtual time passes `limit` (then it throws). */
  run(done: () => boolean, limit?: number): Promise<void>;
  /** Puts an event on the default bus, as AWS's own services do. */
  emit(event: AwsEvent): void;
  /** What lies in a queue, by its name. */
  letters(queue: string): Letter[];
  /** Objects of the evidence bucket: key → content. */
  evidence(): Map<string, Uint8Array>;
  /** What functions wrote to standard output: function key → lines. */
  logs: { caller: string; line: string }[];
  close(): Promise<void>;
}
