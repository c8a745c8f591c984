import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';

interface WindowState {
  open: boolean; // inside [from, to), whatever the cutoff says
  mayStart: boolean; // open and before `lastStart`
  opensAt: Instant | null; // the next opening, where no wave may start now; null: one may, or it never opens
  closesAt: Instant | null; // null: closed, or open for ever
  lastStart: Instant | null; // closesAt minus the cutoff: the first instant at which no wave may start any more
}

interface Opening {
  from: number; // epoch milliseconds
  to: number;
}

const DAY = 86_400_000;
const MINUTE = 60_000;
/** The longest wait for a fifth weekday of a month is under four months. */
const HORIZON_DAYS = 130;
const WEEKDAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * What the window says at an instant. No window is always open. Change Calendars are not asked here: only AWS can answer.
 * A local time that the clock skips is the instant of the change; one that comes twice is the first of the two.
 */
export function windowAt(window: WindowPolicy | null, at: Instant): WindowState {
  if (!window) return { open: true, mayStart: true, opensAt: null, closesAt: null, lastStart: null };
  const now = Date.parse(at);
  const opening = around(window, now);
  const lastStart = opening ? opening.to - window.cutoffMinutes * MINUTE : Number.NEGATIVE_INFINITY;
  const mayStart = now < lastStart;
  const next = mayStart ? null : after(window, now);
  const bounded = opening !== null && opening.to !== Number.POSITIVE_INFINITY;
  return {
    open: opening !== null,
    mayStart,
    opensAt: next === null ? null : instant(next.from),
    closesAt: bounded ? instant(opening.to) : null,
    lastStart: bounded ? instant(lastStart) : null,
  };
}

/** Minutes from `from` to `to` on a day without a clock change. */
export function windowMinutes(window: Pick<WindowPolicy, 'from' | 'to'>): number {
  const length = clockMinutes(window.to) - clockMinutes(window.from);
  return length > 0 ? length : length + 1440;
}

/** The opening that holds `now`, together with those that follow it without a gap (whole days in a row). */
function around(window: WindowPolicy, now: number): Opening | null {
  let found: Opening | null = null;
  for (const opening of openings(window, now)) {
    if (found) {
      if (opening.from > found.to) return found;
      found.to = opening.to;
      if (found.to - now > 8 * DAY) return { ...found, to: Number.POSITIVE_INFINITY };
    } else if (opening.from <= now && now < opening.to) found = opening;
    else if (opening.from > now) return null;
  }
  return found;
}

function after(window: WindowPolicy, now: number): Opening | null {
  for (const opening of openings(window, now)) if (opening.from > now) return opening;
  return null;
}

/** Openings in order, from those of the day before `now` on. */
function* openings(window: WindowPolicy, now: number): Generator<Opening> {
  const today = Math.floor(wallClock(now, window.timeZone) / DAY) * DAY;
  const fromMs = clockMinutes(window.from) * MINUTE;
  for (let day = today - DAY; day < today + HORIZON_DAYS * DAY; day += DAY) {
    if (!opensOn(window, day)) continue;
    const from = instantOf(day + fromMs, window.timeZone);
    const to = instantOf(day + fromMs + windowMinutes(window) * MINUTE, window.timeZone);
    if (from < to) yield { from, to }; // a window that lies in the skipped hour does not happen
  }
}

/** `day`: midnight of a local date, as if it were UTC. */
function opensOn(window: WindowPolicy, day: number): boolean {
  const date = new Date(day);
  const weekday = WEEKDAYS[date.getUTCDay()];
  const nth = Math.ceil(date.getUTCDate() / 7);
  return window.days.some((each) => each === weekday) || window.nth.some((n) => n.day === weekday && n.nth === nth);
}

/** The first instant at which the zone's wall clock shows `local` or later. */
function instantOf(local: number, timeZone: string): number {
  const before = offset(local - DAY, timeZone);
  const behind = offset(local + DAY, timeZone);
  for (const candidate of [local - Math.max(before, behind), local - Math.min(before, behind)]) {
    if (wallClock(candidate, timeZone) === local) return candidate;
  }
  let [early, late] = [local - behind, local - before]; // skipped: the change lies between
  while (late - early > MINUTE) {
    const middle = early + Math.ceil((late - early) / 2 / MINUTE) * MINUTE;
    if (wallClock(middle, timeZone) < local) early = middle;
    else late = middle;
  }
  return late;
}

const offset = (at: number, timeZone: string) => wallClock(at, timeZone) - at;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows at an instant, as if it were UTC. Throws RangeError on an unknown zone. */
function wallClock(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(timeZone, clock);
  }
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clock.formatToParts(at)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second, ((at % 1000) + 1000) % 1000);
}

function clockMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface WindowPolicy {
  days: Weekday[]; // weekdays on which it opens; empty where `nth` rules
  nth: { nth: 1 | 2 | 3 | 4 | 5; day: Weekday }[]; // second Tuesday of the month …
  from: string; // HH:MM, local
  to: string; // HH:MM, local; not later than `from` means the next day
  cutoffMinutes: number; // no wave starts in the last minutes
  timeZone: string; // IANA
  calendars: string[]; // Change Calendars, all must be OPEN
}
