import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Wed Sep 04 16:59:44.356 UTC 2024`, as Inspector writes since 2024. */
const LONG = /^\w{3} (\w{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?\d* (?:UTC|GMT|Z) (\d{4})$/;
/** `Jan 19, 2023, 10:46:15 PM`, without a zone: UTC. `Date` would take it for local time. */
const SHORT = /^(\w{3}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})\s*([AP])M$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Epoch seconds, as Inspector's API has them and some pipelines hand them on: later than 2001, before 5138. */
const isEpoch = (value: number) => value > 1e9 && value < 1e11;

/** A time in a finding event (trap 3: they are not ISO). Null: none that we know. */
export function eventTime(text: unknown): Instant | null {
  if (typeof text === 'number') return isEpoch(text) ? instant(Math.round(text * 1000)) : null;
  if (typeof text !== 'string') return null;
  const long = LONG.exec(text);
  if (long) {
    const [, month, day, hour, minute, second, fraction = '0', year] = long;
    return made(year, month, day, hour, minute, second, fraction.padEnd(3, '0'));
  }
  const short = SHORT.exec(text.replace(/\u202f/g, ' '));
  if (short) {
    const [, month, day, year, hour = '', minute, second, half] = short;
    if (Number(hour) < 1 || Number(hour) > 12) return null;
    return made(year, month, day, String((Number(hour) % 12) + (half === 'P' ? 12 : 0)), minute, second, '0');
  }
  return ISO.test(text) && !Number.isNaN(Date.parse(text)) ? instant(text) : null;
}

function made(year = '', month = '', ...rest: (string | undefined)[]): Instant | null {
  const place = MONTHS.indexOf(month);
  const [day = 0, hour = 0, minute = 0, second = 0, milliseconds = 0] = rest.map(Number);
  if (place < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  return instant(Date.UTC(Number(year), place, day, hour, minute, second, milliseconds));
}
