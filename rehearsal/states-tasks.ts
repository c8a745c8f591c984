/** What machines may call: functions, other machines, topics. */
import { AwsFault } from '#rehearsal/api.ts';
import { Ended, StatesError, type TaskInProgress, type TaskRequest } from '#rehearsal/asl/index.ts';
import type { Lambda } from '#rehearsal/lambda.ts';
import type { Sns } from '#rehearsal/sns.ts';
import type { Execution } from '#rehearsal/states.ts';

/** Everything else is refused when the machine is created. */
export const PERFORMED: Record<string, TaskRequest['pattern'][]> = {
  'arn:aws:states:::lambda:invoke': ['request', 'token'],
  'arn:aws:states:::states:startExecution': ['request', 'sync'],
  'arn:aws:states:::sns:publish': ['request', 'token'],
};

type Start = (machineId: string, name: string | undefined, input: string) => Execution;
type Args = Record<string, unknown>;

export function perform(
  request: TaskRequest,
  { lambda, sns }: { lambda: Lambda; sns: Sns },
  start: Start,
): TaskInProgress {
  const args = (request.arguments ?? {}) as Args;
  if (request.resource.endsWith(':lambda:invoke')) return { result: invoke(args, lambda), cancel: () => undefined };
  if (request.resource.endsWith(':sns:publish')) return { result: publish(args, sns), cancel: () => undefined };
  return nested(request.pattern === 'sync', args, start);
}

/** A function goes on when nobody waits for it any more: nothing to cancel. */
async function invoke({ FunctionName, Payload }: Args, lambda: Lambda): Promise<unknown> {
  const result = await lambda.invoke(String(FunctionName), Payload ?? {});
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

async function publish({ Message, ...more }: Args, sns: Sns): Promise<unknown> {
  try {
    return sns.publish({ ...more, Message: typeof Message === 'string' ? Message : JSON.stringify(Message) });
  } catch (error) {
    throw error instanceof AwsFault ? new StatesError(`SNS.${error.code}Exception`, error.message) : error;
  }
}

/** A child that was not successful ends its parent's task with States.TaskFailed, all about it as JSON in the cause. */
function nested(wait: boolean, { StateMachineArn, Name, Input }: Args, start: Start): TaskInProgress {
  let child: Execution;
  try {
    child = start(String(StateMachineArn), Name === undefined ? undefined : String(Name), JSON.stringify(Input ?? {}));
  } catch (error) {
    const { code, message } = error as AwsFault;
    const refused = new StatesError(`StepFunctions.${code}Exception`, message);
    return { result: Promise.reject(refused), cancel: () => undefined };
  }
  const { view } = child;
  if (!wait)
    return { result: Promise.resolve({ ExecutionArn: view.arn, StartDate: view.startedAt }), cancel: () => undefined };
  return {
    result: child.over.then(() => told(child)),
    cancel: () => child.run.stop.now(new Ended('ABORTED', null, null)),
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
