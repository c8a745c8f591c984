import type { Instant } from '#domain/instant.ts';

/**
 * A time as exports have it: ISO 8601 with T or a blank, with or without offset, fraction and zone; epoch seconds, milliseconds or finer,
 * also as text; or the two forms of Inspector's events (`Wed Sep 04 16:59:44.356 UTC 2024`, `Jan 19, 2023, 10:46:15 PM`; the
 * second names no zone). A time without a zone is UTC. null: none of them.
 */
export function moment(value: unknown): Instant | null {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  // Java writes a narrow no-break space before AM and PM.
  const text = value.replace(/\s+/gu, ' ').trim();
  if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return fromEpoch(Number(text));
  const microsoft = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(text); // of ConvertTo-Json of Windows PowerShell
  if (microsoft) return instantOf(Number(microsoft[1]));
  return fromIso(text) ?? fromWords(text);
}

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d+))?)? ?(?:(Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)?$/i;

function fromIso(text: string): Instant | null {
  const [whole, day, minute = '00:00', second = ':00', fraction = '', utc, hours = '+00', minutes = '00'] =
    ISO.exec(text) ?? [];
  if (!whole) return null;
  const zone = utc ? 'Z' : `${hours}:${minutes}`;
  return instantOf(Date.parse(`${day}T${minute}${second}.${`${fraction}000`.slice(0, 3)}${zone}`));
}

function fromWords(text: string): Instant | null {
  // A date without a zone would be read as local time, and the machine's zone would move it.
  const zoned = /(Z|[+-]\d{2}:?\d{2}|UTC|GMT)( \d{4})?$/.test(text);
  return instantOf(Date.parse(zoned ? text : `${text} UTC`));
}

/** Seconds reach 1e11 in the year 5138, milliseconds 1e14 then: what is larger is in the next finer unit. */
function fromEpoch(value: number): Instant | null {
  const ms = value > 1e17 ? value / 1e6 : value > 1e14 ? value / 1e3 : value > 1e11 ? value : value * 1000;
  return instantOf(ms);
}

function instantOf(ms: number): Instant | null {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}
