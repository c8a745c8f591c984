/** Faults that a scenario asks of AWS itself: calls that are refused or whose answer is lost, functions that die, events that go astray. */
import type { Clock } from '#rehearsal/api.ts';
import type { WireFault } from '#rehearsal/engine/service-faults.ts';

export interface EngineFault {
  do:
    | 'abort-execution'
    | 'throttle'
    | 'lose-response'
    | 'fail-call'
    | 'crash'
    | 'hang'
    | 'lose-answer'
    | 'lose-events'
    | 'double-events'
    | 'double-mail'
    | 'duplicate-start'
    | 'unsubscribe';
  /** From this instant on (epoch milliseconds). Without `at` and `on`: from the beginning. */
  at?: number | undefined;
  /** From the nth time (1, if absent) that a state of this name is entered. `execution`: the machine's key. */
  on?: { state: string; execution?: string | undefined; nth?: number | undefined } | undefined;
  /** For calls: `ssm.SendCommand`, or `s3.*` for all of a service. For events: their source, else all. */
  operation?: string | undefined;
  /** For crash, hang and lose-answer: the function's key. For calls: strikes only this caller; `states`: whatever machine calls. */
  function?: string | undefined;
  /** For abort-execution and duplicate-start: the machine's key, where `on` does not say which execution. */
  execution?: string | undefined;
  /** For unsubscribe: the last word of a topic's name (notices). Absent: all topics. */
  topic?: string | undefined;
  /** For fail-call: AWS's error code, refused with 400. Absent: an internal error, 500. */
  error?: string | undefined;
  /** How often it strikes. Absent: once; events, mail, and what lasts: from then on. */
  times?: number | undefined;
  /** How long it strikes, in milliseconds from its moment. Absent: for good, or as often as `times` says. */
  lastsMs?: number | undefined;
}

export type InvokeFault = Extract<EngineFault['do'], 'crash' | 'hang' | 'lose-answer'>;

/** What they strike must run already. */
export const NEEDS_EXECUTION: readonly EngineFault['do'][] = ['abort-execution', 'duplicate-start'];
/** They happen at their moment, and to what is there then. */
const STRIKES: readonly EngineFault['do'][] = [...NEEDS_EXECUTION, 'unsubscribe'];

interface Armed {
  fault: EngineFault;
  left: number;
  until: number; // epoch milliseconds
}

export interface EnteredState {
  machine: string;
  state: string;
  execution: string; // ARN
}

export class Faults {
  readonly #waiting: { fault: EngineFault; seen: number }[] = [];
  readonly #armed: Armed[] = [];
  readonly #faults: EngineFault[];
  readonly #clock: Clock;
  readonly #strike: (fault: EngineFault, entered: EnteredState | null) => void;
  readonly #note: (fault: EngineFault, what: string) => void;

  /** `strike` does what faults of executions do, at once; the others are asked for when their moment comes. */
  constructor(
    faults: EngineFault[],
    clock: Clock,
    strike: (fault: EngineFault, entered: EnteredState | null) => void,
    note: (fault: EngineFault, what: string) => void,
  ) {
    this.#clock = clock;
    this.#strike = strike;
    this.#note = note;
    this.#faults = faults;
    for (const { do: kind, on, at = 0 } of faults)
      if (!on && at <= clock.now() && NEEDS_EXECUTION.includes(kind))
        throw new Error(`a fault ${kind} needs "on", or "at" after the beginning: nothing runs before`);
  }

  /** From now on they strike: what they strike at is there. */
  begin(): void {
    for (const fault of this.#faults) {
      if (fault.on) this.#waiting.push({ fault, seen: 0 });
      else if (fault.at === undefined || fault.at <= this.#clock.now()) this.#arm(fault, null);
      else this.#clock.at(fault.at, `fault ${fault.do}`, () => this.#arm(fault, null));
    }
  }

  entered(state: EnteredState): void {
    for (const waiting of this.#waiting) {
      const { on } = waiting.fault;
      if (on?.state !== state.state || (on.execution !== undefined && on.execution !== state.machine)) continue;
      waiting.seen++;
      if (waiting.seen === (on.nth ?? 1)) this.#arm(waiting.fault, state);
    }
  }

  onCall(call: string, caller: string): WireFault | null {
    const armed = this.#take(
      ['throttle', 'lose-response', 'fail-call'],
      (fault) =>
        (fault.operation === undefined || fault.operation === call || fault.operation === serviceOf(call)) &&
        (fault.function === undefined || fault.function === caller || fault.function === caller.split(':')[0]),
      `${call} by ${caller}`,
    );
    if (!armed) return null;
    if (armed.do === 'throttle') return { do: 'throttle' };
    return armed.do === 'fail-call' ? { do: 'fail', error: armed.error ?? null } : { do: 'lose' };
  }

  /**
   * `crash` lets the function do its work and loses the answer: the harder of the two ways to die. `lose-answer` does too, and says
   * nothing of it: who waits gives up by his own timeout.
   */
  onInvoke(key: string): InvokeFault | null {
    const strikes = ({ function: only }: EngineFault) => only === undefined || only === key;
    const armed = this.#take(['crash', 'hang', 'lose-answer'], strikes, key);
    return armed ? (armed.do as InvokeFault) : null;
  }

  onEvent(source: string): 'lose' | 'double' | null {
    const armed = this.#take(
      ['lose-events', 'double-events'],
      (fault) => fault.operation === undefined || fault.operation === source,
      source,
    );
    return armed ? (armed.do === 'lose-events' ? 'lose' : 'double') : null;
  }

  /** Scheduler calls at least once: only who asks for `aws.scheduler` gets one twice. */
  onSchedule(): boolean {
    return this.#take(['double-events'], (fault) => fault.operation === 'aws.scheduler', 'aws.scheduler') !== null;
  }

  onMail(topic: string): boolean {
    return this.#take(['double-mail'], () => true, topic) !== null;
  }

  #arm(fault: EngineFault, entered: EnteredState | null): void {
    if (STRIKES.includes(fault.do)) {
      this.#note(fault, entered?.execution ?? fault.execution ?? fault.topic ?? '');
      this.#strike(fault, entered);
      return;
    }
    const unbounded = fault.lastsMs !== undefined || ['lose-events', 'double-events', 'double-mail'].includes(fault.do);
    const until = fault.lastsMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() + fault.lastsMs;
    this.#armed.push({ fault, left: fault.times ?? (unbounded ? Number.POSITIVE_INFINITY : 1), until });
  }

  #take(kinds: EngineFault['do'][], fits: (fault: EngineFault) => boolean, what: string): EngineFault | null {
    const now = this.#clock.now();
    const armed = this.#armed.find(
      (one) => one.left > 0 && now < one.until && kinds.includes(one.fault.do) && fits(one.fault),
    );
    if (!armed) return null;
    armed.left--;
    this.#note(armed.fault, what);
    return armed.fault;
  }
}

function serviceOf(call: string): string {
  return `${call.split('.')[0]}.*`;
}
