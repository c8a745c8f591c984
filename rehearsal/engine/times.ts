/** Times and durations in scenario files. */
import { z } from 'zod';

const MINUTES: Record<string, number> = { s: 1 / 60, m: 1, h: 60, d: 1440 };

export const duration = z
  .string()
  .regex(/^(P(?=T?\d)(\d+D)?T?(\d+H)?(\d+M)?(\d+S)?|\d+(\.\d+)?[smhd])$/, 'a duration such as 3h, 90m or PT3H30M')
  .describe('duration');
export const instant = z.iso.datetime({ offset: true, error: 'a time such as 2024-09-01T03:00:00Z' });

/** Milliseconds of a duration that the schema took. */
export function milliseconds(text: string): number {
  const short = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (short) return Number(short[1]) * (MINUTES[short[2] ?? 'm'] ?? 1) * 60_000;
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  const total = Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60;
  return total * 60_000;
}
