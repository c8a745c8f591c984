/**
 * Virtual time. One queue holds the engine's timers and those that a running task sets, in one order. Nothing here moves time by
 * itself: `step` goes to exactly the next timer and fires it alone.
 *
 * While installed, `Date` and `Intl` of the process tell virtual time. `setTimeout` and `setInterval` are virtual for a running task
 * only (its async context tells): a progress bar or a test runner around the rehearsal keeps its own, real ones.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { promisify } from 'node:util';
import { type Clock as FakeDate, install as installFake } from '@sinonjs/fake-timers';
import type { Chance, Clock, Timer } from '#rehearsal/api.ts';
import { TaskTimer, type TimerQueue } from '#rehearsal/engine/timers.ts';

/** Who runs: a task of the rehearsal, or the rehearsal itself (never inside a task's context, whatever called it). */
export type Running = { task: object } | 'engine';
export const running = new AsyncLocalStorage<Running>();

/** The process's own, taken before any rehearsal. */
export const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  random: Math.random,
  bytes: crypto.getRandomValues.bind(crypto),
};

interface Entry {
  at: number;
  order: number;
  what: string;
  run: () => void;
  owner: object | null; // the task that set it; null: the engine
  place: number; // in the heap; -1: not in it
}

export class VirtualClock implements Clock, TimerQueue {
  #now: number;
  #order = 0;
  #heap: Entry[] = [];
  #owned = 0;
  #task: { task: object; chance: Chance } | null = null;
  #date: FakeDate | null = null;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  at(epochMs: number, what: string, run: () => void): Timer {
    return this.#add(epochMs, what, run, null);
  }

  after(ms: number, what: string, run: () => void): Timer {
    return this.#add(this.#now + ms, what, run, null);
  }

  /** For the timers of the running task. */
  owned(ms: number, run: () => void): Timer {
    return this.#add(this.#now + ms, 'a timer of the task', run, this.#task?.task ?? null);
  }

  /** When the next timer fires; null if none is set. */
  next(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  /** Does the running task wait for a timer of its own? */
  taskWaits(): boolean {
    return this.#owned > 0;
  }

  /** Moves to the next timer and fires it alone. false: there is none. */
  step(): boolean {
    const entry = this.#heap[0];
    if (!entry) return false;
    this.#remove(entry);
    this.#now = Math.max(this.#now, entry.at);
    if (this.#date) this.#date.setSystemTime(this.#now);
    entry.run();
    return true;
  }

  /** Goes so far without firing anything; never past the next timer. */
  advance(epochMs: number): void {
    this.#now = Math.max(this.#now, Math.min(epochMs, this.next() ?? epochMs));
    if (this.#date) this.#date.setSystemTime(this.#now);
  }

  /** From now on timers and chance of this task are virtual. */
  beginTask(task: object, chance: Chance): void {
    this.#task = { task, chance };
  }

  /** As on Lambda, what a finished task still had planned is frozen, here for good. */
  endTask(): void {
    const ended = this.#task?.task;
    for (const entry of this.#heap.filter((one) => one.owner !== null && one.owner === ended)) this.#remove(entry);
    this.#task = null;
  }

  install(): void {
    this.#date = installFake({ now: this.#now, toFake: ['Date', 'Intl'] });
    const inTask = () => {
      const who = running.getStore();
      return this.#task !== null && who !== 'engine' && (who === undefined || who.task === this.#task.task);
    };
    const setTimeout = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      inTask()
        ? new TaskTimer(
            this,
            AsyncLocalStorage.bind(() => run(...args)),
            ms,
            false,
          )
        : real.setTimeout(run, ms, ...args);
    const setInterval = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      inTask()
        ? new TaskTimer(
            this,
            AsyncLocalStorage.bind(() => run(...args)),
            ms,
            true,
          )
        : real.setInterval(run, ms, ...args);
    const sleep = (ms: number, value: unknown) => new Promise((done) => setTimeout(() => done(value), ms));
    Object.assign(globalThis, {
      setTimeout: Object.assign(setTimeout, { [promisify.custom]: sleep }),
      setInterval,
      clearTimeout: clear,
      clearInterval: clear,
    });
    Math.random = () => (inTask() && this.#task ? this.#task.chance.next() : real.random());
    crypto.getRandomValues = ((array: Uint8Array<ArrayBuffer>) => {
      const chance = inTask() ? this.#task?.chance : null;
      if (!chance) return real.bytes(array);
      array.set(array.map(() => chance.int(256)));
      return array;
    }) as typeof crypto.getRandomValues;
  }

  uninstall(): void {
    this.#date?.uninstall();
    this.#date = null;
    this.#task = null;
    const { setTimeout, setInterval, clearTimeout, clearInterval } = real;
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
    Math.random = real.random;
    crypto.getRandomValues = real.bytes;
  }

  #add(at: number, what: string, run: () => void, owner: object | null): Timer {
    if (!Number.isFinite(at)) throw new RangeError(`not a time for ${what}: ${at}`);
    const entry: Entry = {
      at: Math.max(at, this.#now),
      order: this.#order++,
      what,
      run,
      owner,
      place: this.#heap.length,
    };
    this.#heap.push(entry);
    this.#rise(entry);
    if (owner) this.#owned++;
    return { cancel: () => this.#remove(entry) };
  }

  #remove(entry: Entry): void {
    const place = entry.place;
    if (place < 0) return;
    entry.place = -1;
    if (entry.owner) this.#owned--;
    const last = this.#heap.pop();
    if (!last || last === entry) return;
    this.#heap[place] = last;
    last.place = place;
    this.#sink(last);
    this.#rise(last);
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const parent = this.#heap[(entry.place - 1) >> 1];
      if (!parent || before(parent, entry)) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      const child = left && right && before(right, left) ? right : left;
      if (!child || before(entry, child)) return;
      this.#swap(entry, child);
    }
  }

  #swap(above: Entry, below: Entry): void {
    const place = above.place;
    above.place = below.place;
    below.place = place;
    this.#heap[above.place] = above;
    this.#heap[below.place] = below;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function clear(timer: unknown): void {
  if (timer instanceof TaskTimer) timer.close();
  else real.clearTimeout(timer as NodeJS.Timeout);
}
