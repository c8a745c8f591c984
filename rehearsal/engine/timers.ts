/** What `setTimeout` hands to a task: Node's Timeout object, in virtual time. */
import type { Timer } from '#rehearsal/api.ts';

export interface TimerQueue {
  owned(ms: number, run: () => void): Timer;
}

export class TaskTimer {
  readonly #queue: TimerQueue;
  readonly #run: () => void;
  readonly #ms: number;
  readonly #repeats: boolean;
  #timer: Timer | null;
  #ref = true;

  constructor(queue: TimerQueue, run: () => void, ms: number | undefined, repeats: boolean) {
    this.#queue = queue;
    this.#run = run;
    // Node's own rule: what does not fit 31 bits, or is no number, counts as 1 ms.
    this.#ms = ms !== undefined && ms >= 1 && ms < 2 ** 31 ? Math.trunc(ms) : 1;
    this.#repeats = repeats;
    this.#timer = this.#arm();
  }

  refresh(): this {
    this.#timer?.cancel();
    this.#timer = this.#arm();
    return this;
  }

  close(): this {
    this.#timer?.cancel();
    this.#timer = null;
    return this;
  }

  ref(): this {
    this.#ref = true;
    return this;
  }

  unref(): this {
    this.#ref = false;
    return this;
  }

  hasRef(): boolean {
    return this.#ref;
  }

  [Symbol.toPrimitive](): number {
    return 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arm(): Timer {
    return this.#queue.owned(this.#ms, () => {
      this.#timer = this.#repeats ? this.#arm() : null;
      this.#run();
    });
  }
}
