import type { Instant } from '#domain/model.ts';

/**
 * A time as exports have it: ISO 8601 with or without offset, epoch seconds or milliseconds, or the two forms of Inspector's
 * events (`Wed Sep 04 16:59:44.356 UTC 2024`, `Jan 19, 2023, 10:46:15 PM`; the second names no zone and is UTC). null: none of them.
 */
export function moment(value: unknown): Instant | null {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return fromEpoch(Number(text));
  const zoned = /(Z|[+-]\d{2}:?\d{2}|UTC|GMT)(\s+\d{4})?$/.test(text);
  // A date without a zone would be read as local time, and the machine's zone would move it.
  const time = Date.parse(
    zoned ? text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2') : `${text}${text.includes('T') ? 'Z' : ' UTC'}`,
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function fromEpoch(value: number): Instant | null {
  // Seconds reach 1e11 in the year 5138: what is larger is milliseconds.
  const ms = value > 1e11 ? value : value * 1000;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}
