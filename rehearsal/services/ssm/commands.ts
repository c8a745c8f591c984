/** Run Command: sending, delivery, what each invocation came to. No ClientToken: sending twice runs twice (trap 5). */
import { AwsFault, type Stage, type Timer } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { type Done, uuidOf } from '#rehearsal/fleet/patch-runs.ts';
import { checkSend, type SendInput } from '#rehearsal/services/ssm/send-checks.ts';

const SECOND = 1000;
const PATCH_TIMEOUT_SECONDS = 7200; // executionTimeout of the patch document where StepTimeoutSeconds does not say
const DEFAULT_DELIVERY_SECONDS = 3600;
const CANCELLING = 10 * SECOND;

export interface Invocation {
  host: Host;
  status: 'Pending' | 'InProgress' | 'Cancelling' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';
  details: string;
  startedAt: number | null;
  finishedAt: number | null;
  exit: number;
  output: string;
}

export interface Command {
  id: string;
  document: string;
  parameters: Record<string, string[]>;
  comment: string;
  requestedAt: number;
  visibleAt: number; // lists lag behind
  expiresAt: number;
  deliverySeconds: number;
  asked: SendInput;
  concurrency: number;
  maxErrors: number;
  invocations: Map<string, Invocation>;
}

/** Starts what a document does on a host; `done` is called at most once, and only while the host answers. */
export type DocumentWork = (command: Command, host: Host, done: (end: Done) => void) => void;

export class Commands {
  /** Called for each change of an invocation. */
  onChange: (command: Command, invocation: Invocation) => void = () => {};
  readonly sent: Command[] = [];
  readonly documents = new Map<string, DocumentWork>();
  readonly #stage: Stage;
  readonly #fleet: Fleet;
  readonly #byId = new Map<string, Command>();
  readonly #timers = new Map<string, Timer[]>();

  constructor(stage: Stage, fleet: Fleet) {
    this.#stage = stage;
    this.#fleet = fleet;
    fleet.watch((host, news) => {
      if (news === 'resumed') this.#agentBack(host);
    });
  }

  byId(id: string): Command | undefined {
    return this.#byId.get(id);
  }

  send(input: SendInput): Command {
    const document = (input.DocumentName ?? '').replace(/^arn:aws:ssm:[^:]+:\d*:document\//, '');
    const ids = input.Targets?.length ? this.#targeted(input.Targets) : (input.InstanceIds ?? []);
    this.#check(document, ids, input);
    const now = this.#stage.clock.now();
    const chance = this.#stage.chance.of(`command/${this.sent.length}`);
    const deliverySeconds = input.TimeoutSeconds ?? DEFAULT_DELIVERY_SECONDS;
    const parameters = input.Parameters ?? {};
    const executionSeconds = Number(parameters.StepTimeoutSeconds?.[0] ?? PATCH_TIMEOUT_SECONDS);
    const command: Command = {
      id: uuidOf(chance),
      document,
      parameters,
      comment: input.Comment ?? '',
      requestedAt: now,
      visibleAt: now + (2 + chance.int(7)) * SECOND,
      expiresAt: now + (deliverySeconds + executionSeconds) * SECOND,
      deliverySeconds,
      asked: input,
      concurrency: amount(input.MaxConcurrency ?? '50', ids.length, 1),
      maxErrors: amount(input.MaxErrors ?? '0', ids.length, 0),
      invocations: new Map(),
    };
    for (const id of ids) this.#addInvocation(command, id);
    this.sent.push(command);
    this.#byId.set(command.id, command);
    this.#schedule(command);
    return command;
  }

  /**
   * As CancelCommand: a host that waits for its command gets none, one at work is told to stop. That its process does is not
   * promised (trap 31), and here it never does: the work goes on to its end, reports its patch state, and reboots.
   */
  cancel(hosts: readonly Host[]): void {
    const ids = new Set(hosts.map(({ id }) => id));
    for (const command of this.sent) {
      for (const invocation of command.invocations.values()) {
        if (!ids.has(invocation.host.id) || isTerminal(invocation)) continue;
        if (invocation.status === 'Pending') this.#close(command, invocation, 'Cancelled', 'Cancelled');
        else this.#cancelAtWork(command, invocation);
      }
    }
  }

  #cancelAtWork(command: Command, invocation: Invocation): void {
    invocation.status = 'Cancelling';
    invocation.details = 'Cancelling';
    this.onChange(command, invocation);
    this.#stage.clock.after(CANCELLING, `the cancelled command of ${invocation.host.name} ends`, () => {
      if (!isTerminal(invocation)) this.#close(command, invocation, 'Cancelled', 'Cancelled');
    });
  }

  #check(document: string, ids: string[], input: SendInput): void {
    if (!this.documents.has(document)) throw new AwsFault('InvalidDocument', `document ${document} does not exist`);
    checkSend(input, document);
    if (input.Targets?.length) return;
    if (ids.length === 0) throw new AwsFault('ValidationException', 'neither InstanceIds nor Targets are given');
    if (new Set(ids).size < ids.length) throw new AwsFault('DuplicateInstanceId', 'an instance id is given twice');
    // One id that cannot take commands fails the whole call (trap 22).
    const bad = ids.filter((id) => !this.#takesCommands(this.#fleet.byId(id)));
    if (bad.length > 0) throw new AwsFault('InvalidInstanceId', `Instances [[${bad.join(', ')}]] not in a valid state`);
  }

  /** Managed nodes that fit all targets, Online or not. */
  #targeted(targets: { Key: string; Values: string[] }[]): string[] {
    const now = this.#stage.clock.now();
    const nodes = this.#fleet.hosts.filter((host) => pingOf(host, now) !== null);
    return nodes.filter((host) => targets.every((target) => isTarget(host, target))).map(({ id }) => id);
  }

  #takesCommands(host: Host | undefined): boolean {
    return host !== undefined && pingOf(host, this.#stage.clock.now()) === 'Online';
  }

  #addInvocation(command: Command, id: string): void {
    const host = this.#fleet.byId(id);
    if (!host) return;
    const blank = { startedAt: null, finishedAt: null, exit: -1, output: '' };
    command.invocations.set(id, { host, status: 'Pending', details: 'Pending', ...blank });
  }

  #schedule(command: Command): void {
    const { clock, chance } = this.#stage;
    for (const invocation of command.invocations.values()) {
      const delay = (1 + chance.of(`delivery/${command.id}/${invocation.host.id}`).int(15)) * SECOND;
      clock.after(delay, `delivery to ${invocation.host.name}`, () => this.#tryBegin(command, invocation));
    }
    const timers: Timer[] = [
      clock.after(command.deliverySeconds * SECOND, 'delivery timeout', () => this.#expire(command, 'Pending')),
      clock.at(command.expiresAt, 'total timeout', () => this.#expire(command, 'InProgress')),
    ];
    this.#timers.set(command.id, timers);
  }

  #tryBegin(command: Command, invocation: Invocation): void {
    if (invocation.status !== 'Pending' || !this.#fleet.isReachable(invocation.host)) return;
    const atWork = [...command.invocations.values()].filter(({ status }) => status === 'InProgress').length;
    if (atWork >= command.concurrency) return;
    if (errorsOf(command) > command.maxErrors) {
      this.#close(command, invocation, 'Cancelled', 'Terminated');
      return;
    }
    const work = this.documents.get(command.document);
    invocation.status = 'InProgress';
    invocation.details = 'InProgress';
    invocation.startedAt = this.#stage.clock.now();
    this.onChange(command, invocation);
    work?.(command, invocation.host, (end) => {
      if (invocation.status !== 'InProgress') return;
      invocation.exit = end.exit;
      invocation.output = end.output;
      const status = end.exit === 0 ? 'Success' : 'Failed';
      this.#close(command, invocation, status, status);
      for (const waiting of command.invocations.values()) this.#tryBegin(command, waiting);
    });
  }

  #agentBack(host: Host): void {
    for (const command of this.sent) {
      const invocation = command.invocations.get(host.id);
      if (invocation?.status === 'Pending') this.#tryBegin(command, invocation);
    }
  }

  #expire(command: Command, waiting: Invocation['status']): void {
    for (const invocation of command.invocations.values()) {
      if (invocation.status === waiting) this.#close(command, invocation, 'TimedOut', 'DeliveryTimedOut');
    }
  }

  #close(command: Command, invocation: Invocation, status: Invocation['status'], details: string): void {
    invocation.status = status;
    invocation.details = details;
    if (status === 'Success' || status === 'Failed') invocation.finishedAt = this.#stage.clock.now();
    this.onChange(command, invocation);
    if (![...command.invocations.values()].every(isTerminal)) return;
    for (const timer of this.#timers.get(command.id) ?? []) timer.cancel();
    this.#timers.delete(command.id);
  }
}

export function isTerminal({ status }: Invocation): boolean {
  return status !== 'Pending' && status !== 'InProgress' && status !== 'Cancelling';
}

/** Resource groups are no part of the rehearsal. */
function isTarget(host: Host, { Key, Values }: { Key: string; Values: string[] }): boolean {
  if (Key === 'InstanceIds' || Key === 'instanceids') return Values.includes(host.id) || Values.includes('*');
  if (Key === 'tag-key') return Values.some((key) => host.tags[key] !== undefined);
  if (Key.startsWith('tag:')) return Values.includes(host.tags[Key.slice(4)] ?? '');
  throw new AwsFault('ValidationException', `not rehearsed: ssm.SendCommand with the target ${Key}`);
}

/** Delivery timeouts, Undeliverable and the like do not count (trap 6). */
function errorsOf(command: Command): number {
  return [...command.invocations.values()].filter(({ status }) => status === 'Failed').length;
}

/** Status and StatusDetails of the whole command. */
export function statusOf(command: Command): { status: string; details: string } {
  const all = [...command.invocations.values()];
  if (all.length === 0) return { status: 'Success', details: 'NoInstancesInTag' }; // trap 6
  if (!all.every(isTerminal)) {
    const cancelling = all.some(({ status }) => status === 'Cancelling') ? 'Cancelling' : 'InProgress';
    const status = all.every(({ status }) => status === 'Pending') ? 'Pending' : cancelling;
    return { status, details: status };
  }
  if (errorsOf(command) > command.maxErrors) return { status: 'Failed', details: 'Failed' };
  if (all.some(({ details }) => details === 'Cancelled')) return { status: 'Cancelled', details: 'Cancelled' };
  if (all.every(({ status }) => status === 'TimedOut')) return { status: 'TimedOut', details: 'DeliveryTimedOut' };
  if (all.every(({ status }) => status === 'Success')) return { status: 'Success', details: 'Success' };
  return { status: 'Failed', details: 'Incomplete' };
}

const PING_GRACE = 5 * 60_000;

/** What SSM believes: an agent that fell silent is still called Online for some minutes. */
export function pingOf(host: Host, now: number): 'Online' | 'ConnectionLost' | null {
  if (host.state !== 'running' || host.agent === 'none') return null;
  if (host.agent === 'online') return 'Online';
  return now - host.agentSince < PING_GRACE ? 'Online' : 'ConnectionLost';
}

function amount(text: string, total: number, least: number): number {
  const value = text.endsWith('%') ? Math.floor((Number.parseInt(text, 10) * total) / 100) : Number.parseInt(text, 10);
  return Math.max(least, value);
}
