/** Lambda: loads handlers by the paths that serverless.yml names and runs them, one at a time, in this process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Chance, Clock } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import type { InvokeFault } from '#rehearsal/engine/faults.ts';
import type { Pace, Turn } from '#rehearsal/engine/pace.ts';
import type { DeployedFunction } from '#rehearsal/install/serverless.ts';
import { StatesError } from '#rehearsal/services/states/asl/errors.ts';

const MAX_RESPONSE = 6 * 1024 * 1024;
/** Whoever waits for an answer that was lost has given up long before, each by a timeout of its own. */
const NO_ANSWER_SECONDS = 3600;
/** Lambda runs a failed asynchronous call twice more, after one minute and after two. */
const ASYNC_RETRIES_MS = [60_000, 120_000];

type Handler = (event: unknown, context: unknown) => unknown;

export interface LambdaParts {
  root: string;
  clock: Clock;
  chance: Chance;
  pace: Pace;
  /** Environment of every function, besides its own. */
  env: Record<string, string>;
  fault: (key: string) => InvokeFault | null;
  line: (key: string, line: string) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
}

export class Lambda {
  /** Sends to a queue what an asynchronous call failed at. Set once the queues are there. */
  bury: (queueArn: string, body: string, functionKey: string) => void = () => {};
  readonly #functions: Map<string, DeployedFunction>;
  readonly #parts: LambdaParts;

  constructor(functions: Iterable<DeployedFunction>, parts: LambdaParts) {
    this.#functions = new Map(
      [...functions].flatMap((one) => [one.arn, one.name, one.key].map((id) => [id, one] as const)),
    );
    this.#parts = parts;
  }

  /** By ARN, name or key. Rejects with a StatesError, as Step Functions sees the failure. */
  invoke(id: string, payload: unknown): Promise<unknown> {
    const deployed = this.#functions.get(id) ?? this.#functions.get(id.replace(/:(\$LATEST|[A-Za-z0-9-_]+)$/, ''));
    if (!deployed)
      return Promise.reject(new StatesError('Lambda.ResourceNotFoundException', `Function not found: ${id}`));
    const { clock, fault } = this.#parts;
    const strikes = fault(deployed.key);
    const silence = (seconds: number, what: string, error: () => StatesError) =>
      new Promise((_, reject) => clock.after(seconds * 1000, `${what} of ${deployed.key}`, () => reject(error())));
    if (strikes === 'hang') return silence(deployed.timeoutSeconds, 'timeout', () => timedOut(deployed, clock));
    const result = this.#run(deployed, payload);
    if (strikes === null) return result;
    if (strikes === 'lose-answer') {
      result.catch(() => undefined);
      return silence(NO_ANSWER_SECONDS, 'lost answer', () => new StatesError('Lambda.Unknown', 'no answer came'));
    }
    const died = () => {
      throw new StatesError(
        'Lambda.Unknown',
        `The cause could not be determined because Lambda did not return an error type. Returned payload: {"errorMessage":"${deployed.name} exited before it answered"}`,
      );
    };
    return result.then(died, died);
  }

  /** As EventBridge calls: nobody waits, a failure is tried twice more and then goes to the function's queue, if it has one. */
  fireAndForget(id: string, event: unknown, attempt = 0): void {
    this.invoke(id, event).catch((error: StatesError) => {
      const after = ASYNC_RETRIES_MS[attempt];
      this.#parts.note('function-failed', id, `${error.error}: ${error.reason}`, { attempt });
      if (after !== undefined)
        this.#parts.clock.after(after, `another try of ${id}`, () => this.fireAndForget(id, event, attempt + 1));
      else this.#giveUp(id, event, attempt + 1, error);
    });
  }

  /** The record of an asynchronous call for its destination (Lambda Developer Guide). */
  #giveUp(id: string, event: unknown, tries: number, { error, reason }: StatesError): void {
    const deployed = this.#functions.get(id);
    if (!deployed?.lettersTo) return;
    const functionArn = `${deployed.arn}:$LATEST`;
    const letter = {
      version: '1.0',
      timestamp: new Date(this.#parts.clock.now()).toISOString(),
      requestContext: {
        requestId: uuid(this.#parts.chance.of(`letter/${this.#parts.clock.now()}`)),
        functionArn,
        condition: 'RetriesExhausted',
        approximateInvokeCount: tries,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: error, errorMessage: reason },
    };
    this.bury(deployed.lettersTo, JSON.stringify(letter), deployed.key);
  }

  async #run(deployed: DeployedFunction, payload: unknown): Promise<unknown> {
    const { clock, pace } = this.#parts;
    let started: (() => void) | null = null;
    const begun = new Promise<void>((resolve) => {
      started = resolve;
    });
    const turn: Turn = pace.enqueue({
      caller: deployed.key,
      env: this.#environment(deployed),
      line: (line) => this.#parts.line(deployed.key, line),
      run: async () => {
        started?.();
        const deadline = clock.now() + deployed.timeoutSeconds * 1000;
        const handler = await this.#handler(deployed);
        return handler(clone(payload), this.#context(deployed, deadline));
      },
    });
    await begun;
    const timer = clock.after(deployed.timeoutSeconds * 1000, `timeout of ${deployed.key}`, () =>
      turn.abandon(timedOut(deployed, clock)),
    );
    try {
      const result = (await turn.result) ?? null;
      const body = JSON.stringify(result) ?? 'null';
      if (Buffer.byteLength(body) > MAX_RESPONSE)
        throw new StatesError(
          'Function.ResponseSizeTooLarge',
          'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
        );
      return JSON.parse(body);
    } catch (thrown) {
      throw failure(thrown);
    } finally {
      timer.cancel();
    }
  }

  async #handler({ handler, key }: DeployedFunction): Promise<Handler> {
    const at = handler.lastIndexOf('.');
    const path = join(this.#parts.root, handler.slice(0, at));
    const file = ['.ts', '.mts', '.mjs', '.js'].map((ending) => path + ending).find((one) => existsSync(one));
    if (!file) throw new StatesError('Runtime.ImportModuleError', `${key}: there is no ${handler.slice(0, at)}.ts`);
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const found = module[handler.slice(at + 1)];
    if (typeof found !== 'function')
      throw new StatesError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
    return found as Handler;
  }

  #environment({ name, memoryMb, environment }: DeployedFunction): Record<string, string> {
    return {
      ...this.#parts.env,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      ...environment,
      LAMBDA_TASK_ROOT: this.#parts.root,
    };
  }

  #context({ name, arn, memoryMb }: DeployedFunction, deadline: number): Record<string, unknown> {
    return {
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: String(memoryMb),
      awsRequestId: uuid(this.#parts.chance),
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: 'rehearsal',
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - this.#parts.clock.now()),
    };
  }
}

function clone(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function timedOut({ timeoutSeconds }: DeployedFunction, clock: Clock): StatesError {
  const errorMessage = `${new Date(clock.now()).toISOString()} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return new StatesError('Sandbox.Timedout', JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage }));
}

/** A thrown Error reaches Step Functions under its name, with message and stack as JSON. */
function failure(thrown: unknown): StatesError {
  if (thrown instanceof StatesError) return thrown;
  if (!(thrown instanceof Error))
    return new StatesError(
      typeof thrown,
      JSON.stringify({ errorType: typeof thrown, errorMessage: String(thrown), trace: [] }),
    );
  const trace = (thrown.stack ?? '').split('\n');
  return new StatesError(thrown.name, JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace }));
}
