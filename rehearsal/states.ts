/** Step Functions: executions of the machines, their history, and callbacks by task token. */
import { type AwsEvent, AwsFault, type Chance, type Clock, type ExecutionView } from '#rehearsal/api.ts';
import {
  BadDefinition,
  Ended,
  type HistoryEvent,
  loadMachine,
  MAX_PAYLOAD,
  type Machine,
  Run,
} from '#rehearsal/asl/index.ts';
import { uuid } from '#rehearsal/chance.ts';
import type { Lambda } from '#rehearsal/lambda.ts';
import type { DeployedMachine } from '#rehearsal/serverless.ts';
import type { Sns } from '#rehearsal/sns.ts';
import { PERFORMED, perform } from '#rehearsal/states-tasks.ts';
import { Tokens } from '#rehearsal/tokens.ts';

export interface Execution {
  machine: DeployedMachine;
  view: ExecutionView;
  input: string;
  run: Run;
  over: Promise<void>;
}

export interface StatesParts {
  clock: Clock;
  chance: Chance;
  lambda: Lambda;
  sns: Sns;
  emit: (event: AwsEvent) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
  entered: (machine: string, state: string, execution: string) => void;
}

export class States {
  readonly executions = new Map<string, Execution>();
  readonly tokens: Tokens;
  readonly #machines = new Map<string, { deployed: DeployedMachine; machine: Machine }>();
  readonly #parts: StatesParts;

  /** Throws BadDefinition with the machine's key in front of each fault. */
  constructor(machines: DeployedMachine[], parts: StatesParts) {
    this.#parts = parts;
    this.tokens = new Tokens(parts.chance.of('tokens'));
    for (const deployed of machines) {
      try {
        this.#machines.set(deployed.arn, { deployed, machine: loadMachine(deployed.definition, PERFORMED) });
      } catch (error) {
        if (error instanceof BadDefinition)
          throw new BadDefinition(error.faults.map((fault) => `${deployed.key}: ${fault}`));
        throw error;
      }
    }
  }

  /**
   * Idempotent by name: the same input while it runs gives the same execution. Throws AwsFault. A machine's key serves as its ARN.
   */
  start(machineId: string, name: string | undefined, input: string): Execution {
    const found =
      this.#machines.get(machineId) ??
      [...this.#machines.values()].find(({ deployed }) => deployed.key === machineId || deployed.name === machineId);
    if (!found) throw new AwsFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineId}'`);
    const { deployed, machine } = found;
    const called = name ?? uuid(this.#parts.chance.of(`name ${this.executions.size}`));
    if (called.length < 1 || called.length > 80 || /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(called)) {
      throw new AwsFault('InvalidName', `Invalid Name: '${called}'`);
    }
    const value = parse(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
    if (Buffer.byteLength(input) > MAX_PAYLOAD)
      throw new AwsFault('ValidationException', `Value at 'input' has more than ${MAX_PAYLOAD} bytes`);
    const arn = `${deployed.arn.replace(':stateMachine:', ':execution:')}:${called}`;
    const there = this.executions.get(arn);
    if (there) {
      if (there.view.status === 'RUNNING' && there.input === input) return there;
      throw new AwsFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    return this.#begin(arn, called, deployed, machine, input, value);
  }

  stop(arn: string, error: string | null = null, cause: string | null = null): void {
    this.get(arn).run.stop.now(new Ended('ABORTED', error, cause));
  }

  get(arn: string): Execution {
    const found = this.executions.get(arn);
    if (!found) throw new AwsFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  history(arn: string): HistoryEvent[] {
    return this.get(arn).run.history;
  }

  #begin(
    arn: string,
    name: string,
    deployed: DeployedMachine,
    machine: Machine,
    input: string,
    value: unknown,
  ): Execution {
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
    const run = new Run(machine, context, {
      clock,
      draw: () => draws.next(),
      perform: (request) =>
        perform(request, this.#parts, (machineId, called, given) => this.start(machineId, called, given)),
      issueToken: (holder) => this.tokens.issue(holder),
      entered: (state, type) => {
        view.states.push(state);
        note('state-entered', name, state, { machine: deployed.key, state, type, execution: arn });
        entered(deployed.key, state, arn);
      },
      exited: (state, type) =>
        note('state-exited', name, state, { machine: deployed.key, state, type, execution: arn }),
    });
    const execution: Execution = { machine: deployed, view, input, run, over: Promise.resolve() };
    this.executions.set(arn, execution);
    note('execution', name, 'RUNNING', { machine: deployed.key, execution: arn });
    this.#announce(execution);
    execution.over = this.#follow(execution, value);
    return execution;
  }

  async #follow(execution: Execution, value: unknown): Promise<void> {
    const { view, run } = execution;
    const { clock, note } = this.#parts;
    const ending = await run.start(value);
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
