/**
 * Whether a wave may start, read off a clock on the wall, minute by minute: it shows a time of the window now, and at every minute until the
 * cutoff is over. It shares nothing with domain/campaign/window.ts, which computes openings.
 */
import type { WindowPolicy } from '#domain/campaign/window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** `at`: epoch milliseconds. Change Calendars are not asked. */
export function mayStartAt(window: WindowPolicy | null, at: number): boolean {
  if (!window) return true;
  for (let minute = 0; minute <= window.cutoffMinutes; minute++)
    if (!isOpen(window, shown(at + minute * MINUTE, window.timeZone))) return false;
  return true;
}

/** `clock`: 2024-09-01 22:05:31, which in text order is in time's order. */
function isOpen({ days, nth, from, to }: WindowPolicy, clock: string): boolean {
  const [date = '', time = ''] = clock.split(' ');
  const opens = (day: Date) => {
    const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' }).format(day).toLowerCase();
    const week = Math.floor((day.getUTCDate() - 1) / 7) + 1;
    return days.some((each) => each === weekday) || nth.some((each) => each.day === weekday && each.nth === week);
  };
  const today = new Date(`${date}T00:00:00Z`);
  const yesterday = new Date(today.getTime() - 24 * HOUR);
  if (from < to) return opens(today) && time >= from && time < to;
  return (opens(today) && time >= from) || (opens(yesterday) && time < to);
}

/** What a clock shows that stands still until an hour that comes twice is over: such a time is the first of the two. */
function shown(at: number, timeZone: string): string {
  const clock = clockOf(timeZone);
  const hoursAgo = (hours: number) => Date.parse(`${clock.format(at - hours * HOUR).replace(' ', 'T')}Z`);
  if (hoursAgo(0) - hoursAgo(3) >= 3 * HOUR) return clock.format(at);
  let latest = '';
  for (let past = at - 3 * HOUR; past <= at; past += MINUTE) {
    const text = clock.format(past);
    if (text > latest) latest = text;
  }
  return latest;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Sweden writes dates as ISO does. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const made =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
  clocks.set(timeZone, made);
  return made;
}
