/** What rate rules count: requests of a key in a window, looked at about every ten seconds (WAF developer guide; trap W21). */
const EVERY_MS = 10_000;

export class RateCounts {
  readonly #times = new Map<string, number[]>();

  /** `rule`: of this text in this web ACL, so that a changed rule begins anew. Requests come in the order of their times. */
  over(rule: string, key: string, limit: number, windowSeconds: number, at: number): boolean {
    const of = `${rule} ${key}`;
    const windowMs = windowSeconds * 1000;
    const times = this.#times.get(of) ?? [];
    while (times[0] !== undefined && times[0] < at - windowMs - EVERY_MS) times.shift();
    times.push(at);
    this.#times.set(of, times);
    const looked = Math.floor(at / EVERY_MS) * EVERY_MS;
    return times.filter((time) => time < looked && time >= looked - windowMs).length > limit;
  }

  /** Forgets keys of which nothing came for an hour. */
  forget(now: number): void {
    for (const [of, times] of this.#times) if ((times.at(-1) ?? 0) < now - 3_600_000) this.#times.delete(of);
  }
}
