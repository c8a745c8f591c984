/**
 * Who may go on, and when time may move. One task runs at a time, the others queue; virtual time moves only when nothing can go on:
 * no microtask is left, no HTTP is on its way, the thread pool is idle, and the running task (if any) waits for a timer of its own.
 * A task that waits for anything else holds time still until it comes back.
 */
import type { Chance } from '#rehearsal/api.ts';
import { real, running, type VirtualClock } from '#rehearsal/engine/clock.ts';
import type { Pool } from '#rehearsal/engine/pool.ts';
import type { Traffic } from '#rehearsal/engine/traffic.ts';

export interface Work {
  caller: string;
  /** Environment variables while it runs; all other AWS_ and POWERTOOLS_ ones are out of sight. */
  env: Record<string, string>;
  run: () => Promise<unknown>;
  /** Each line that it writes to standard output. */
  line: (line: string) => void;
}

export interface Turn {
  result: Promise<unknown>;
  /** Ends it for the rehearsal: its result is this error, its timers never fire. */
  abandon(error: unknown): void;
}

interface Queued {
  work: Work;
  settle: (outcome: { value: unknown } | { error: unknown }) => void;
  over: boolean;
}

const QUIET_ROUNDS = 3; // without a task: microtasks alone, and one round drains them
const QUIET_TASK_ROUNDS = 25; // a task that waits for its own timer: lets streams and sockets deliver what they hold
const UNREAD_ROUNDS = 400; // an answer that nobody reads on does not hold up time for ever
const POOL_MS = 5_000; // real time: a compression that nobody reads on does not hold up time for ever either
const STUCK_MS = 30_000; // real time without any sign of life: a promise that nothing will ever settle

export class Pace {
  readonly #clock: VirtualClock;
  readonly #traffic: Traffic;
  readonly #pool: Pool;
  readonly #chance: Chance;
  readonly #queue: Queued[] = [];
  readonly #waiters: { done: () => boolean; limit: number; resolve: () => void; reject: (error: unknown) => void }[] =
    [];
  #current: Queued | null = null;
  #activity = 0;
  #driving = false;
  #turns = 0;
  #stuck: Queued | null = null;

  constructor(clock: VirtualClock, traffic: Traffic, pool: Pool, chance: Chance) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#pool = pool;
    this.#chance = chance;
  }

  /** Caller name of the running task; null between tasks. */
  get caller(): string | null {
    return this.#current?.work.caller ?? null;
  }

  enqueue(work: Work): Turn {
    let queued: Queued | undefined;
    const result = new Promise<unknown>((resolve, reject) => {
      queued = {
        work,
        over: false,
        settle: (outcome) => ('value' in outcome ? resolve(outcome.value) : reject(outcome.error)),
      };
      this.#queue.push(queued);
    });
    result.catch(() => undefined);
    const mine = queued as unknown as Queued;
    this.#startNext();
    return { result, abandon: (error) => this.#end(mine, { error }) };
  }

  /** Lets things happen until `done`, or until nothing is left (then it returns too). Rejects when time would pass `limit`. */
  drive(done: () => boolean, limit = Number.POSITIVE_INFINITY): Promise<void> {
    const waiting = new Promise<void>((resolve, reject) => this.#waiters.push({ done, limit, resolve, reject }));
    if (!this.#driving) running.run('engine', () => void this.#loop());
    return waiting;
  }

  /** Ends what runs and forgets what waits. */
  close(): void {
    const closed = new Error('the rehearsal is closed');
    for (const queued of [...this.#queue.splice(0), ...(this.#current ? [this.#current] : [])])
      this.#end(queued, { error: closed });
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closed);
  }

  async #loop(): Promise<void> {
    this.#driving = true;
    try {
      while (this.#waiters.length > 0) {
        await this.#settle();
        if (this.#current === null && this.#dismiss((waiter) => waiter.done())) continue;
        const next = this.#clock.next();
        if (next === null) {
          this.#dismiss(() => true);
          continue;
        }
        if (this.#overrun(next)) continue;
        this.#clock.step();
      }
    } catch (error) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    } finally {
      this.#driving = false;
    }
  }

  /** Resolves the waiters that want no more; true if any did. A throwing `done` rejects its own waiter. */
  #dismiss(over: (waiter: { done: () => boolean }) => boolean): boolean {
    const before = this.#waiters.length;
    for (const waiter of [...this.#waiters]) {
      try {
        if (!over(waiter)) continue;
        waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    }
    return this.#waiters.length < before;
  }

  #overrun(next: number): boolean {
    const late = this.#waiters.filter((waiter) => next > waiter.limit);
    for (const waiter of late) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      const limit = new Date(waiter.limit).toISOString();
      waiter.reject(new Error(`not done by ${limit}: what comes next is at ${new Date(next).toISOString()}`));
    }
    return late.length > 0;
  }

  /** Returns when nothing can go on without time moving. */
  async #settle(): Promise<void> {
    let seen = -1;
    let quiet = 0;
    let alive = performance.now();
    for (;;) {
      await new Promise<void>((resolve) => real.setImmediate(resolve));
      const count = this.#activity + this.#traffic.count + this.#pool.count;
      if (count !== seen) {
        seen = count;
        quiet = 0;
        alive = performance.now();
        continue;
      }
      quiet++;
      const flight = this.#traffic.inFlight();
      if (flight === 'some') continue;
      if (flight === 'unread' && quiet < UNREAD_ROUNDS) continue;
      const silence = performance.now() - alive;
      if (this.#current === null) {
        if (quiet >= QUIET_ROUNDS) return;
      } else if (this.#clock.taskWaits() || this.#traffic.isHeld || this.#stuck === this.#current) {
        if (this.#pool.busy() && silence < POOL_MS) quiet = 0;
        if (quiet >= QUIET_TASK_ROUNDS) return;
      } else if (quiet > 1000 && silence > STUCK_MS) {
        this.#stuck = this.#current;
        return;
      }
    }
  }

  #startNext(): void {
    if (this.#current !== null) return;
    const next = this.#queue.shift();
    if (!next) return;
    if (next.over) {
      this.#startNext();
      return;
    }
    this.#activity++;
    this.#current = next;
    const chance = this.#chance.of(`turn ${this.#turns++}`);
    const restore = occupy(next);
    this.#clock.beginTask(next, chance);
    const leave = (outcome: { value: unknown } | { error: unknown }) => this.#end(next, outcome);
    this.#restore = restore;
    running
      .run({ task: next }, async () => next.work.run())
      .then(
        (value) => leave({ value }),
        (error: unknown) => leave({ error }),
      );
  }

  #restore: () => void = () => undefined;

  #end(queued: Queued, outcome: { value: unknown } | { error: unknown }): void {
    if (queued.over) return;
    queued.over = true;
    this.#activity++;
    if (this.#current === queued) {
      this.#restore();
      this.#clock.endTask();
      this.#current = null;
    }
    queued.settle(outcome);
    running.run('engine', () => this.#startNext());
  }
}

/** Sets the task's environment and takes what it writes to standard output and error; returns what undoes both. */
function occupy(queued: Queued): () => void {
  const { env, line } = queued.work;
  const hidden = Object.keys(process.env).filter((name) => /^(AWS|POWERTOOLS|LAMBDA)_/.test(name));
  const before = new Map([...hidden, ...Object.keys(env)].map((name) => [name, process.env[name]]));
  for (const name of hidden) delete process.env[name];
  Object.assign(process.env, env);
  const returned = [process.stdout, process.stderr].map((stream) => take(stream, queued, line));
  return () => {
    for (const giveBack of returned) giveBack();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** Lambda logs both streams. */
function take(stream: NodeJS.WriteStream, queued: Queued, line: (line: string) => void): () => void {
  const write = stream.write;
  let rest = '';
  stream.write = function (this: NodeJS.WriteStream, chunk: unknown, ...more: unknown[]) {
    const who = running.getStore();
    const mine = who !== undefined && who !== 'engine' && who.task === queued;
    if (!mine) return Reflect.apply(write, this, [chunk, ...more]);
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString())).split(
      '\n',
    );
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
    const written = more.find((one) => typeof one === 'function');
    if (written) queueMicrotask(written as () => void);
    return true;
  } as typeof stream.write;
  return () => {
    stream.write = write;
    if (rest !== '') line(rest);
  };
}
