/** What machines may call: functions, other machines, topics, the bus, queues, and any operation of a service that is played. */
import { channel } from 'node:diagnostics_channel';
import { AwsFault, type Caller, type Fake, type ServiceName } from '#rehearsal/api.ts';
import { modelOf } from '#rehearsal/models/model.ts';
import { withTexts } from '#rehearsal/services/states/argument-faults.ts';
import { readArguments, shownAnswer } from '#rehearsal/services/states/arguments.ts';
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';
import type { TaskInProgress, TaskRequest } from '#rehearsal/services/states/asl/scope.ts';
import type { Execution } from '#rehearsal/services/states/execution.ts';
import { type Integration, integrationOf, optimised, sdkServices } from '#rehearsal/services/states/sdk.ts';

export interface TaskParts {
  lambda: { invoke(functionId: string, payload: unknown): Promise<unknown> };
  /** Makes a call as the machine's role, as all calls are made: judged, counted, struck by faults. Throws AwsFault. */
  call: (service: ServiceName, operation: string, input: unknown, who: Caller) => Promise<unknown>;
  caller: Caller;
  requestId: () => string;
  execution: (arn: string) => Execution;
  /** Ends a child with its parent, at best effort. */
  stop: (child: Execution) => void;
}
type Args = Record<string, unknown>;

const INVOKE = 'arn:aws:states:::lambda:invoke';
/** As the gateway tells of calls: the invocation itself passes no gateway. It is allowed or not whatever the function answers. */
const ANSWERED = channel('rehearsal:answered');
const START = 'arn:aws:states:::states:startExecution';

/** Everything else is refused when the machine is created. S3's bodies are streams, which no machine can hold. */
export function performed(fakes: readonly Fake[]): Record<string, TaskRequest['pattern'][]> {
  const sdk = fakes.flatMap(({ service, operations }) =>
    sdkServices(service).flatMap((name) =>
      Object.keys(operations).map((one) => `aws-sdk:${name}:${one.charAt(0).toLowerCase()}${one.slice(1)}`),
    ),
  );
  const both: TaskRequest['pattern'][] = ['request', 'token'];
  return {
    ...Object.fromEntries([...optimised(), ...sdk].map((name) => [`arn:aws:states:::${name}`, both])),
    [START]: ['request', 'sync', 'token'],
  };
}

/** A request that is sent cannot be called back: only a child machine is stopped with its parent. */
export function perform(request: TaskRequest, parts: TaskParts): TaskInProgress {
  if (request.resource === START) return nested(request, parts);
  const result = request.resource === INVOKE ? invoke(request, parts) : callApi(request, parts);
  return { result, cancel: () => undefined };
}

async function invoke(request: TaskRequest, { lambda, caller }: TaskParts): Promise<unknown> {
  const { FunctionName, Payload } = checked(request, integrationOf(request.resource)).args;
  if (ANSWERED.hasSubscribers)
    ANSWERED.publish({ caller: caller.name, call: 'lambda.Invoke', input: { FunctionName }, output: null });
  const result = await lambda.invoke(String(FunctionName), Payload ?? {});
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

async function callApi(request: TaskRequest, parts: TaskParts): Promise<unknown> {
  const integration = integrationOf(request.resource);
  const { service, operation } = integration;
  const { input } = checked(request, integration);
  const answer = await called(integration, input, parts);
  const refused = (answer as { FailedEntryCount?: number } | undefined)?.FailedEntryCount;
  // One entry that is refused fails the task.
  if (integration.optimised && refused) throw new StatesError('EventBridge.FailedEntry', JSON.stringify(answer));
  return shownAnswer(service, operation, answer);
}

/** What Step Functions sees to before it calls anybody. */
function checked(request: TaskRequest, { service, operation, texts }: Integration): { args: Args; input: unknown } {
  const args = withTexts(request.arguments ?? {}, texts) as Args;
  const { input, faults } = readArguments(service, operation, args);
  if (faults.length === 0) return { args, input };
  const { state, entered } = request;
  throw new StatesError(
    'States.Runtime',
    `An error occurred while executing the state '${state}' (entered at the event id #${entered}). The Arguments '${JSON.stringify(args)}' could not be used to start the Task: [${faults.join(', ')}]`,
  );
}

async function called(integration: Integration, input: unknown, { call, caller, requestId }: TaskParts) {
  const { service, operation } = integration;
  try {
    return await call(service, operation, input, caller);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    throw refusal(error, integration, requestId());
  }
}

/** Errors that the API's model does not name, as of validation and throttling mostly, have one name for all. */
function refusal({ code, message, status }: AwsFault, integration: Integration, requestId: string): StatesError {
  const { service, operation, prefix, unmodelled, optimised } = integration;
  if (code === 'RehearsalDefect' || code === 'UnknownOperationException')
    return new StatesError('States.Runtime', message);
  const bare = code.replace(/Exception$/, '');
  const isModelled = modelOf(service)?.operations[operation]?.errors.some(
    (one) => one.replace(/Exception$/, '') === bare,
  );
  const about = optimised
    ? `Service: ${optimised}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null`
    : `Service: ${prefix}, Status Code: ${status}, Request ID: ${requestId}`;
  return new StatesError(
    `${prefix}.${isModelled === false ? unmodelled : `${bare}Exception`}`,
    `${message} (${about})`,
  );
}

/** A child that was not successful ends its parent's task with States.TaskFailed, all about it as JSON in the cause. */
function nested(request: TaskRequest, parts: TaskParts): TaskInProgress {
  const isSync = request.pattern === 'sync';
  let isCancelled = false;
  let child: Execution | null = null;
  const begin = async () => {
    const integration = integrationOf(START);
    const { input } = checked({ ...request, arguments: { Input: {}, ...(request.arguments as Args) } }, integration);
    const { executionArn } = (await called(integration, input, parts)) as { executionArn: string };
    child = parts.execution(executionArn);
    if (isCancelled && isSync) parts.stop(child);
    return child;
  };
  const begun = begin();
  return {
    result: begun.then((one) => {
      const { arn, startedAt } = one.view;
      return isSync ? one.over.then(() => told(one)) : { ExecutionArn: arn, StartDate: startedAt };
    }),
    cancel: () => {
      isCancelled = true;
      if (isSync && child) parts.stop(child);
    },
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
