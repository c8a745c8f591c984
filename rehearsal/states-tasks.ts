/** What machines may call: functions, other machines, topics, the bus, queues, and any operation of a service that is played. */
import { AwsFault, type Caller, type Fake } from '#rehearsal/api.ts';
import { StatesError, type TaskInProgress, type TaskRequest } from '#rehearsal/asl/index.ts';
import type { Execution } from '#rehearsal/states.ts';
import { sdkService, sdkServices, toSdk, toWire } from '#rehearsal/states-sdk.ts';

export interface TaskParts {
  lambda: { invoke(functionId: string, payload: unknown): Promise<unknown> };
  fakes: readonly Fake[];
  caller: Caller;
  start: (machineId: string, name: string | undefined, input: string) => Execution;
  /** Ends a child with its parent, at best effort. */
  stop: (child: Execution) => void;
}
type Args = Record<string, unknown>;
type Performer = (args: Args, parts: TaskParts) => Promise<unknown>;

const OPTIMISED: Record<string, Performer> = {
  'lambda:invoke': invoke,
  'sns:publish': publish,
  'events:putEvents': putEvents,
  'sqs:sendMessage': sendMessage,
};

/** Everything else is refused when the machine is created. S3's bodies are streams, which no machine can hold. */
export function performed(fakes: readonly Fake[]): Record<string, TaskRequest['pattern'][]> {
  const sdk = fakes.flatMap(({ service, operations }) =>
    sdkServices(service).flatMap((name) =>
      Object.keys(operations).map((one) => `aws-sdk:${name}:${one.charAt(0).toLowerCase()}${one.slice(1)}`),
    ),
  );
  const both: TaskRequest['pattern'][] = ['request', 'token'];
  return Object.fromEntries([
    ...[...Object.keys(OPTIMISED), ...sdk].map((name) => [`arn:aws:states:::${name}`, both]),
    ['arn:aws:states:::states:startExecution', ['request', 'sync', 'token']],
  ]);
}

/** A request that is sent cannot be called back: only a child machine is stopped with its parent. */
export function perform(request: TaskRequest, parts: TaskParts): TaskInProgress {
  const args = (request.arguments ?? {}) as Args;
  const [, what = ''] = /^arn:aws:states:::(.*)$/.exec(request.resource) ?? [];
  if (what === 'states:startExecution') return nested(request.pattern === 'sync', args, parts);
  const performer = OPTIMISED[what] ?? ((given: Args) => callSdk(what, given, parts));
  return { result: performer(args, parts), cancel: () => undefined };
}

async function invoke({ FunctionName, Payload }: Args, { lambda }: TaskParts): Promise<unknown> {
  const result = await lambda.invoke(String(FunctionName), Payload ?? {});
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

function publish({ Message, ...more }: Args, parts: TaskParts): Promise<unknown> {
  return call('sns', 'Publish', { ...more, Message: text(Message) }, 'SNS', parts);
}

function sendMessage({ MessageBody, ...more }: Args, parts: TaskParts): Promise<unknown> {
  return call('sqs', 'SendMessage', { ...more, MessageBody: text(MessageBody) }, 'SQS', parts);
}

/** One entry that is refused fails the task. */
async function putEvents({ Entries }: Args, parts: TaskParts): Promise<unknown> {
  const entries = ((Entries ?? []) as Args[]).map((entry) => ({ ...entry, Detail: text(entry.Detail) }));
  const told = (await call('events', 'PutEvents', { Entries: entries }, 'EventBridge', parts)) as Args;
  if (told.FailedEntryCount === 0) return told;
  throw new StatesError('EventBridge.FailedEntry', JSON.stringify(told));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function callSdk(what: string, args: Args, parts: TaskParts): Promise<unknown> {
  const [, name = '', action = ''] = what.split(':');
  const { service, prefix, camelCase } = sdkService(name);
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  return toSdk(await call(service, operation, camelCase ? toWire(args) : args, prefix, parts), camelCase);
}

async function call(
  service: string,
  operation: string,
  input: unknown,
  prefix: string,
  { fakes, caller }: TaskParts,
): Promise<unknown> {
  const play = fakes.find((fake) => fake.service === service && fake.operations[operation])?.operations[operation];
  if (!play) throw new StatesError('States.Runtime', `not rehearsed: ${service}.${operation}`);
  try {
    return await play(input, caller);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const name = `${prefix}.${error.code.replace(/Exception$/, '')}Exception`;
    throw new StatesError(name, `${error.message} (Service: ${prefix}, Status Code: ${error.status})`);
  }
}

/** A child that was not successful ends its parent's task with States.TaskFailed, all about it as JSON in the cause. */
function nested(wait: boolean, { StateMachineArn, Name, Input }: Args, { start, stop }: TaskParts): TaskInProgress {
  let child: Execution;
  try {
    const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
    child = start(String(StateMachineArn), Name === undefined ? undefined : String(Name), input);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const refused = new StatesError(`StepFunctions.${error.code}Exception`, error.message);
    return { result: Promise.reject(refused), cancel: () => undefined };
  }
  const { view } = child;
  if (!wait)
    return { result: Promise.resolve({ ExecutionArn: view.arn, StartDate: view.startedAt }), cancel: () => undefined };
  return {
    result: child.over.then(() => told(child)),
    cancel: () => stop(child),
  };
}

function told({ view, machine, input }: Execution): unknown {
  const both = {
    ExecutionArn: view.arn,
    Input: view.input,
    InputDetails: { Included: true },
    Name: view.name,
    StartDate: view.startedAt,
    StateMachineArn: machine.arn,
    Status: view.status,
    StopDate: view.stoppedAt,
  };
  if (view.status === 'SUCCEEDED') return { ...both, Output: view.output, OutputDetails: { Included: true } };
  throw new StatesError(
    'States.TaskFailed',
    JSON.stringify({ ...both, Input: input, Error: view.error, Cause: view.cause }),
  );
}
