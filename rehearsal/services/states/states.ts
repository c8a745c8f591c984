/** Step Functions: executions of the machines, their history, and callbacks by task token. */
import { type AwsEvent, AwsFault, type Chance, type Clock, type ExecutionView, type Fake } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import type { DeployedMachine } from '#rehearsal/install/serverless-machine.ts';
import { Ended } from '#rehearsal/services/states/asl/errors.ts';
import { MAX_HISTORY, MAX_PAYLOAD, Run } from '#rehearsal/services/states/asl/run.ts';
import type { Ending, HistoryEvent } from '#rehearsal/services/states/asl/scope.ts';
import type { Execution } from '#rehearsal/services/states/execution.ts';
import { checkExecutionArn, checkName, type Installed, Machines } from '#rehearsal/services/states/machines.ts';
import { perform, performed, type TaskParts } from '#rehearsal/services/states/tasks.ts';
import { Tokens } from '#rehearsal/services/states/tokens.ts';

export interface StatesParts {
  clock: Clock;
  chance: Chance;
  account: string;
  region: string;
  lambda: TaskParts['lambda'];
  /** The services that Task states may call. */
  fakes: readonly Fake[];
  /** Makes the calls of Task states. The caller is `states:` and the machine's key: its role. */
  call: TaskParts['call'];
  emit: (event: AwsEvent) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
  entered: (machine: string, state: string, execution: string) => void;
}

export class States {
  readonly executions = new Map<string, Execution>();
  readonly tokens: Tokens;
  readonly machines: Machines;
  readonly #parts: StatesParts;

  constructor(parts: StatesParts) {
    const { account, region, clock } = parts;
    this.#parts = parts;
    this.tokens = new Tokens(parts.chance.of('tokens'));
    this.machines = new Machines({ account, region, now: () => clock.now() });
  }

  /** The machines of the service; what may be called must be known by now. Throws BadDefinition. */
  install(machines: DeployedMachine[]): void {
    this.machines.install(machines, performed(this.#parts.fakes));
  }

  /**
   * Idempotent by name: the same input while it runs gives the same execution. Throws AwsFault. A machine's key serves as its ARN.
   */
  start(machineId: string, name: string | undefined, input: string): Execution {
    const installed = { ...this.machines.find(machineId) };
    const { deployed } = installed;
    const called = name ?? uuid(this.#parts.chance.of(`name ${this.executions.size}`));
    checkName(called);
    const value = parse(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
    if (Buffer.byteLength(input) > MAX_PAYLOAD)
      throw new AwsFault('ValidationException', `Value at 'input' has more than ${MAX_PAYLOAD} bytes`);
    const arn = `${deployed.arn.replace(':stateMachine:', ':execution:')}:${called}`;
    const there = this.executions.get(arn);
    if (there) {
      if (there.view.status === 'RUNNING' && there.input === input) return there;
      throw new AwsFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    return this.#begin(arn, called, installed, input, value);
  }

  stop(arn: string, error: string | null = null, cause: string | null = null): void {
    this.get(arn).run.stop.now(new Ended('ABORTED', error, cause));
  }

  /** Runs on from the state that failed, timed out or was stopped. Returns when. Throws AwsFault. */
  redrive(arn: string): number {
    const execution = this.get(arn);
    const { view, run, redrives } = execution;
    const now = this.now();
    const why = notRedrivable(execution, now);
    if (why) throw new AwsFault('ExecutionNotRedrivable', why);
    if (run.stoppedAt === 'Parallel' || run.stoppedAt === 'Map')
      throw new AwsFault('UnknownOperationException', `not rehearsed: a redrive of the branches of a ${run.stoppedAt}`);
    redrives.push(now);
    Object.assign(view, { status: 'RUNNING', error: null, cause: null, stoppedAt: null });
    this.#begun(execution);
    execution.over = this.#follow(execution, run.redrive(redrives.length));
    return now;
  }

  get(arn: string): Execution {
    checkExecutionArn(arn);
    const found = this.executions.get(arn);
    if (!found) throw new AwsFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  now(): number {
    return this.#parts.clock.now();
  }

  history(arn: string): HistoryEvent[] {
    return this.get(arn).run.history;
  }

  #begin(arn: string, name: string, installed: Installed, input: string, value: unknown): Execution {
    const { deployed, machine } = installed;
    const { clock, chance, note, entered } = this.#parts;
    const startedAt = clock.now();
    const view: ExecutionView = {
      arn,
      machine: deployed.key,
      name,
      status: 'RUNNING',
      input: value,
      output: null,
      error: null,
      cause: null,
      startedAt,
      stoppedAt: null,
      states: [],
      events: 0,
      largestPayload: 0,
    };
    const context = {
      Execution: {
        Id: arn,
        Input: value,
        Name: name,
        RoleArn: deployed.roleArn,
        StartTime: new Date(startedAt).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: deployed.arn, Name: deployed.name },
    };
    const draws = chance.of(`execution ${arn}`);
    const { lambda, call, account, region } = this.#parts;
    const caller = { name: `states:${deployed.key}`, account, region };
    const ids = chance.of(`requests ${arn}`);
    const tasks: TaskParts = {
      lambda,
      call,
      caller,
      requestId: () => uuid(ids),
      execution: (child) => this.get(child),
      stop: ({ view: { arn: executionArn } }) =>
        void call('states', 'StopExecution', { executionArn }, caller).catch(() => undefined),
    };
    const run = new Run(machine, context, {
      clock,
      draw: () => draws.next(),
      perform: (request) => perform(request, tasks),
      issueToken: (holder) => this.tokens.issue(holder),
      entered: (state, type) => {
        view.states.push(state);
        note('state-entered', name, state, { machine: deployed.key, state, type, execution: arn });
        entered(deployed.key, state, arn);
      },
      exited: (state, type) =>
        note('state-exited', name, state, { machine: deployed.key, state, type, execution: arn }),
    });
    const over = Promise.resolve();
    const execution: Execution = { machine: deployed, installed, view, input, run, over, redrives: [] };
    this.executions.set(arn, execution);
    this.#begun(execution);
    execution.over = this.#follow(execution, run.start(value));
    return execution;
  }

  #begun(execution: Execution): void {
    const { machine, name, arn } = execution.view;
    this.#parts.note('execution', name, 'RUNNING', { machine, execution: arn });
    this.#announce(execution);
  }

  async #follow(execution: Execution, ended: Promise<Ending>): Promise<void> {
    const { view } = execution;
    const { clock, note } = this.#parts;
    const ending = await ended;
    Object.assign(view, { ...ending, stoppedAt: clock.now() });
    refresh(execution);
    note('execution', view.name, view.status, {
      machine: view.machine,
      execution: view.arn,
      error: view.error,
      cause: view.cause,
    });
    this.#announce(execution);
  }

  #announce({ view, input, machine }: Execution): void {
    this.#parts.emit({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: [view.arn],
      detail: {
        executionArn: view.arn,
        stateMachineArn: machine.arn,
        name: view.name,
        status: view.status,
        startDate: view.startedAt,
        stopDate: view.stoppedAt,
        input,
        output: view.status === 'SUCCEEDED' ? JSON.stringify(view.output) : null,
        inputDetails: { included: true },
        outputDetails: view.status === 'SUCCEEDED' ? { included: true } : null,
        error: view.error,
        cause: view.cause,
      },
    });
  }
}

const REDRIVABLE_MS = 14 * 86_400_000;

/** Why an execution cannot be redriven, as the guide lists it; null: it can. */
export function notRedrivable({ view, run }: Execution, now: number): string | null {
  const cannot = (why: string) => `Execution '${view.arn}' is not redrivable: ${why}`;
  if (view.status === 'RUNNING' || view.status === 'SUCCEEDED') return cannot(`its status is ${view.status}`);
  if (now - (view.stoppedAt ?? now) > REDRIVABLE_MS) return cannot('it ended more than 14 days ago');
  if (run.history.length >= MAX_HISTORY - 1) return cannot('its history has no place left');
  return null;
}

/** Brings the numbers of a view up to date. */
export function refresh({ view, run }: Execution): ExecutionView {
  view.events = run.history.length;
  view.largestPayload = run.largestPayload;
  return view;
}

export function parse(text: string, code: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsFault(code, `${message}: '${text.slice(0, 100)}'`);
  }
}
