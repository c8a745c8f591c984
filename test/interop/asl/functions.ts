/**
 * The functions that both interpreters call. A small definition says in its payload what its function does; those of our own
 * machines answer from a list. Both sides get the same answers, each with its own clock and its own counts.
 */

export interface Act {
  /** Seconds before it answers. */
  after?: number;
  answer?: unknown;
  /** An error that the function throws: its name and message. */
  error?: [string, string];
  /** What it sends to the task token of its payload, and when. */
  send?: { after: number; success?: unknown; failure?: [string, string]; heartbeat?: true }[];
}

export interface Side {
  later(seconds: number, what: () => void): void;
  send(token: string, what: NonNullable<Act['send']>[number]): void;
}

export class FunctionError extends Error {
  /** The body of Lambda's answer. */
  readonly body: string;
  constructor(errorType: string, errorMessage: string) {
    super(errorMessage);
    this.name = errorType;
    this.body = JSON.stringify({ errorType, errorMessage, trace: [] });
  }
}

/** For one side: counts calls, so that the nth call of an id gets its nth act (the last one repeats). */
export class Functions {
  readonly #side: Side;
  readonly #scripts: Record<string, Record<string, Act[]>>;
  readonly #calls = new Map<string, number>();

  /** `scripts`: by campaign and function, for our machines. */
  constructor(side: Side, scripts: Record<string, Record<string, Act[]>>) {
    this.#side = side;
    this.#scripts = scripts;
  }

  async invoke(name: string, payload: unknown): Promise<unknown> {
    const given = (payload ?? {}) as { id?: string; acts?: Act[]; campaign?: string; taskToken?: string };
    const script = this.#scripts[given.campaign ?? '']?.[name];
    const acts = script ?? given.acts ?? [{ answer: payload }];
    const key = `${script ? given.campaign : given.id} ${name}`;
    const nth = this.#calls.get(key) ?? 0;
    this.#calls.set(key, nth + 1);
    const act = acts[Math.min(nth, acts.length - 1)] ?? {};
    for (const one of act.send ?? []) this.#side.later(one.after, () => this.#side.send(String(given.taskToken), one));
    if (act.after) await new Promise<void>((resolve) => this.#side.later(act.after ?? 0, resolve));
    if (act.error) throw new FunctionError(...act.error);
    return act.answer ?? null;
  }
}
