/** AWS's schedule expressions: rate(n unit), at(…), and cron with six fields in a time zone. */

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY = 86_400_000;
const LAST_YEAR = 2199;

/** The next time strictly after `after`, both epoch milliseconds; null: never again. */
export type Schedule = (after: number) => number | null;

/** Throws for what is no schedule, in words that follow "the schedule". A rate counts from `start`, a time of its own. */
export function compileSchedule(expression: string, zone: string, start: number): Schedule {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') {
    const [, count, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body) ?? [];
    const every = Number(count) * (UNITS[unit] ?? Number.NaN);
    if (!(every > 0)) throw new Error(`not a rate: ${expression}`);
    return (after) => start + every * (Math.floor((after - start) / every) + 1);
  }
  if (kind === 'at') {
    const local = Date.parse(`${body}Z`);
    const isDate = !Number.isNaN(local) && new Date(local).toISOString() === `${body}.000Z`;
    const found = isDate ? localToUtc(local, zone) : null;
    if (found === null) throw new Error(`not a time: ${expression}`);
    return (after) => (found > after ? found : null);
  }
  if (kind !== 'cron') throw new Error(`neither rate(…), cron(…) nor at(…): ${expression}`);
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) throw new Error(`cron has six fields: ${expression}`);
  const [minutes, hours, days, months, weekdays, years] = fields as [string, string, string, string, string, string];
  const minute = numbers(minutes, 0, 59);
  const hour = numbers(hours, 0, 23);
  const month = numbers(named(months, MONTHS, 1), 1, 12);
  const year = numbers(years, 1970, LAST_YEAR);
  const day = dayOf(days, named(weekdays, DAYS, 1), expression);
  return (after) => {
    const from = Math.floor(localOf(after, zone) / DAY) * DAY;
    for (let date = from; date < Date.UTC(LAST_YEAR + 1); date += DAY) {
      const at = new Date(date);
      if (!year(at.getUTCFullYear())) date = Date.UTC(at.getUTCFullYear() + 1) - DAY;
      else if (month(at.getUTCMonth() + 1) && day(at)) {
        const found = timeOn(date);
        if (found !== null) return found;
      }
    }
    return null;

    function timeOn(date: number): number | null {
      for (let local = date; local < date + DAY; local += 60_000) {
        const time = new Date(local);
        if (!hour(time.getUTCHours()) || !minute(time.getUTCMinutes())) continue;
        const utc = localToUtc(local, zone);
        if (utc !== null && utc > after) return utc;
      }
      return null;
    }
  };
}

function named(field: string, names: string[], first: number): string {
  return field
    .toUpperCase()
    .replaceAll(/[A-Z]{3}/g, (name) => (names.includes(name) ? String(names.indexOf(name) + first) : name));
}

function numbers(field: string, least: number, most: number): (value: number) => boolean {
  if (field === '*') return () => true;
  const allowed = new Set<number>();
  for (const part of field.split(',')) {
    const [, from, to, step] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined) throw new Error(`"${part}" in a cron expression`);
    const first = from === '*' ? least : Number(from);
    const last = to !== undefined ? Number(to) : step !== undefined || from === '*' ? most : first;
    if (first < least || last > most) throw new Error(`out of range in a cron expression: ${part}`);
    for (let value = first; value <= last; value += Number(step ?? 1)) allowed.add(value);
  }
  return (value) => allowed.has(value);
}

/**
 * One of day-of-month and day-of-week must be `?`. Weekdays count from 1, Sunday; `2#3` is the third Monday, `6L` the last Friday,
 * `L` alone Saturday. Days of the month: `L` is the last one, `15W` the weekday nearest the 15th within its month, `LW` the last weekday.
 */
function dayOf(days: string, weekdays: string, expression: string): (date: Date) => boolean {
  if ((days === '?') === (weekdays === '?')) throw new Error(`one of the two day fields must be ?: ${expression}`);
  const lastDay = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  if (weekdays === '?') {
    if (days === 'L') return (date) => date.getUTCDate() === lastDay(date);
    const near = /^(?:(L)|([12]?\d|3[01]))W$/.exec(days);
    if (near) {
      return (date) => {
        const wished = near[1] ? lastDay(date) : Number(near[2]);
        return (
          wished >= 1 && wished <= lastDay(date) && date.getUTCDate() === nearestWeekday(date, wished, lastDay(date))
        );
      };
    }
    const allowed = numbers(days, 1, 31);
    return (date) => allowed(date.getUTCDate());
  }
  if (weekdays === 'L') return (date) => date.getUTCDay() === 6;
  const nth = /^([1-7])(?:#([1-5])|(L))$/.exec(weekdays);
  if (nth) {
    const fits = (date: Date) =>
      nth[3] ? date.getUTCDate() + 7 > lastDay(date) : Math.ceil(date.getUTCDate() / 7) === Number(nth[2]);
    return (date) => date.getUTCDay() + 1 === Number(nth[1]) && fits(date);
  }
  const allowed = numbers(weekdays, 1, 7);
  return (date) => allowed(date.getUTCDay() + 1);
}

/** In the month of `date`: Saturday gives way to Friday and Sunday to Monday, but the month is never left. */
function nearestWeekday(date: Date, wished: number, lastDay: number): number {
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), wished)).getUTCDay();
  if (weekday === 6) return wished === 1 ? 3 : wished - 1;
  if (weekday === 0) return wished === lastDay ? wished - 2 : wished + 1;
  return wished;
}

/** The wall clock of a zone, written as if it were UTC. */
function localOf(utc: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)])) as Record<
    string,
    number
  >;
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
}

/** null: that wall-clock time is skipped when clocks go forward. When they go back, the first of the two. */
function localToUtc(local: number, zone: string): number | null {
  for (const offset of [localOf(local - DAY, zone) - (local - DAY), localOf(local + DAY, zone) - (local + DAY)]) {
    if (localOf(local - offset, zone) === local) return local - offset;
  }
  return null;
}
