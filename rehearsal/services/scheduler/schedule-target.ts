/**
 * What a schedule of EventBridge Scheduler calls, again and again until it is taken or its retry policy is spent, and the dead letter
 * that it leaves then (userguide: configuring-schedule-dlq).
 */
import { AwsFault, type Chance, type Clock, type ServiceName } from '#rehearsal/api.ts';
import { readArguments } from '#rehearsal/services/states/arguments.ts';
import { sdkService } from '#rehearsal/services/states/sdk.ts';

export interface Target {
  Arn: string;
  RoleArn?: string;
  Input?: string;
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  DeadLetterConfig?: { Arn?: string };
}

export interface TargetParts {
  clock: Clock;
  chance: Chance;
  /** With the role of the schedule. Throws AwsFault. */
  call: (service: ServiceName, operation: string, input: unknown, role: string | undefined) => Promise<unknown>;
  invoke: (functionArn: string, event: unknown) => void;
  /** With the role of the schedule. Throws AwsFault. */
  bury: (queueArn: string, body: string, attributes: Record<string, string>, role: string | undefined) => void;
  /** Opens the payload, with the role and not by way of a service. Throws AwsFault. */
  open: (key: string, role: string | undefined) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
}

/** AWS tells only that the pauses grow exponentially. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;
const USUAL_ATTEMPTS = 185;
const USUAL_AGE_SECONDS = 86_400;
const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:(\w+):(\w+)$/;

type Calling = (input: string) => Promise<unknown>;

/** How a target is called. Throws for one that is not played. */
export function callingOf({ Arn, RoleArn }: Target, { call: made, invoke }: TargetParts): Calling {
  const call = (service: ServiceName, operation: string, input: unknown) => made(service, operation, input, RoleArn);
  if (Arn.includes(':lambda:')) return async (input) => invoke(Arn, JSON.parse(input));
  if (Arn.includes(':states:')) return (input) => call('states', 'StartExecution', { stateMachineArn: Arn, input });
  if (Arn.includes(':sqs:')) return (input) => call('sqs', 'SendMessage', { QueueUrl: Arn, MessageBody: input });
  const [, name = '', action = ''] = UNIVERSAL.exec(Arn) ?? [];
  if (!action) throw new Error(`not rehearsed: the target ${Arn}`);
  const { service } = sdkService(name);
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  // AWS looks at the input no sooner than at the call (userguide: configuring-schedule-dlq).
  return async (input) => call(service, operation, readArguments(service, operation, JSON.parse(input)).input);
}

/**
 * One invocation of a schedule, `scheduledAt` in epoch milliseconds; each attempt has an execution id of its own. A payload that its
 * role cannot open reaches nobody. Whether AWS leaves a dead letter then, no guide says; the worse is played, and there is none.
 */
export async function deliver(
  arn: string,
  target: Target,
  key: string | undefined,
  scheduledAt: number,
  parts: TargetParts,
): Promise<void> {
  const { clock, note } = parts;
  const shut = await outcome(async () => key && parts.open(key, target.RoleArn));
  if (shut) return note('undelivered', arn, shut.message, { error: shut.code });
  const calling = callingOf(target, parts);
  const { MaximumRetryAttempts: most = USUAL_ATTEMPTS, MaximumEventAgeInSeconds: age = USUAL_AGE_SECONDS } =
    target.RetryPolicy ?? {};
  for (let attempt = 1; ; attempt++) {
    const id = executionId(parts.chance);
    const input = filled(target.Input ?? '{}', arn, scheduledAt, id, attempt);
    const fault = await outcome(() => calling(input));
    if (!fault) return note('schedule', arn, 'called', { attempt });
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    const exhausted = attempt > most ? 'MaximumRetryAttempts' : tooOld(clock.now() + pause, scheduledAt, age);
    note('schedule', arn, 'refused', { attempt, error: fault.code });
    if (!isRetryable(fault) || exhausted) {
      const why = { arn, scheduledAt, id, attempt, fault, exhausted: isRetryable(fault) ? exhausted : null };
      return leave(target, input, why, parts);
    }
    await new Promise<void>((resolve) => clock.after(pause, `another try of ${arn}`, resolve));
  }
}

async function outcome(work: () => Promise<unknown>): Promise<AwsFault | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof AwsFault) return error;
    if (error instanceof SyntaxError) return new AwsFault('ValidationException', 'the input of the target is not JSON');
    throw error;
  }
}

/** `ResourceNotFound` and its like stay as they are, however often one asks. */
function isRetryable({ status, code }: AwsFault): boolean {
  return status >= 500 || status === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(code);
}

function tooOld(next: number, scheduledAt: number, ageSeconds: number): 'MaximumEventAgeInSeconds' | null {
  return next > scheduledAt + ageSeconds * 1000 ? 'MaximumEventAgeInSeconds' : null;
}

function filled(input: string, arn: string, scheduledAt: number, id: string, attempt: number): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', seconds(scheduledAt))
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}

interface Why {
  arn: string;
  scheduledAt: number;
  id: string;
  attempt: number;
  fault: AwsFault;
  exhausted: string | null;
}

function leave(target: Target, input: string, why: Why, { bury, note }: TargetParts): void {
  const queue = target.DeadLetterConfig?.Arn;
  if (!queue) return;
  const attributes = {
    ERROR_CODE: why.fault.code,
    ERROR_MESSAGE: why.fault.message,
    EXECUTION_ID: why.id,
    ...(why.exhausted && { EXHAUSTED_RETRY_CONDITION: why.exhausted }),
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(why.attempt - 1),
    SCHEDULED_TIME: seconds(why.scheduledAt),
    SCHEDULE_ARN: why.arn,
    TARGET_ARN: target.Arn,
  };
  try {
    bury(queue, input, attributes, target.RoleArn);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    note('undelivered', why.arn, error.message, { error: error.code });
  }
}

/** Sixteen hexadecimal digits, as in AWS's examples. */
function executionId(chance: Chance): string {
  return Array.from({ length: 16 }, () => chance.int(16).toString(16)).join('');
}

function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
