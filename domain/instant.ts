/** Instants are made by `toISOString`, so all have milliseconds and `Z`. Throws RangeError on what is no time. */
export function instant(time: Date | number | string): Instant {
  return new Date(time).toISOString();
}

export function plusMinutes(at: Instant, minutes: number): Instant {
  return instant(Date.parse(at) + minutes * 60_000);
}

export function plusDays(at: Instant, days: number): Instant {
  return plusMinutes(at, days * 1440);
}

/** `2024-09-01 02:00 UTC`, for people. */
export function minute(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** Whole seconds from `from` to `to`, rounded up, never negative. */
export function secondsUntil(from: Instant, to: Instant): number {
  return Math.max(0, Math.ceil((Date.parse(to) - Date.parse(from)) / 1000));
}

export function latest(...instants: (Instant | null | undefined)[]): Instant | null {
  let last: Instant | null = null;
  for (const at of instants) if (at && (!last || at > last)) last = at;
  return last;
}

/**
 * What AWS said about a group, in the loop's own words. Adapters translate into these shapes; nothing here is guessed.
 * An `Instant` is an ISO 8601 UTC string with milliseconds (`2024-09-01T02:00:00.000Z`), so that text order is time order.
 */
export type Instant = string;
