/**
 * The small words of policy.yml. A message is "what it should be; what to write": the fault report splits it there.
 */
import { z } from 'zod';
import type { Weekday, WindowPolicy } from '#domain/campaign/window.ts';
import type { Amount } from '#domain/patch/policy.ts';
import { nearest } from '#policy/nearest.ts';
import { scheduleFault } from '#policy/schedule.ts';

export const wholeNumber = (what: string, from: number, to: number, example: number) => {
  const message = `a whole number of ${what} from ${from} to ${to}; write for example ${example}`;
  return z.int(message).min(from, message).max(to, message);
};
export const word = (what: string, example: string) =>
  z.string(`${what}; write for example ${example}`).trim().min(1, `${what}; write for example ${example}`);
export const shaped = (pattern: RegExp, what: string, example: string) =>
  z.string(`${what}; write for example ${example}`).regex(pattern, `${what}; write for example ${example}`);
export const list = <T extends z.ZodType>(of: T, what: string, example: string) =>
  z.array(of, `a list of ${what}; write for example ${example}`);

export const amount = (least: 0 | 1, what: string, example: string) => {
  const message = `a number from ${least} or a percentage; write for example ${example}`;
  const percent = z.string(message).regex(least ? /^([1-9]\d?|100)%$/ : /^(\d\d?|100)%$/, message);
  return z
    .union([z.int(message).min(least, message), percent], message)
    .describe(what)
    .transform(
      (value): Amount => (typeof value === 'number' ? { count: value } : { percent: Number.parseInt(value, 10) }),
    );
};

export const tag = z
  .record(z.string(), z.string('text; put the tag value in quotes'), 'one tag; write for example { Ring: canary }')
  .meta({ minProperties: 1, maxProperties: 1 })
  .describe('The tag whose value puts an instance of the group into this ring: { Key: value }')
  .refine((tags) => Object.keys(tags).length === 1, 'one tag; write for example { Ring: canary }')
  .transform((tags) => {
    const [[key, value] = ['', '']] = Object.entries(tags);
    return { key, value };
  });

export const nth = shaped(
  /^(1st|2nd|3rd|4th|5th) (mon|tue|wed|thu|fri|sat|sun)$/,
  'an nth weekday of the month',
  '2nd tue',
).transform((text) => ({
  nth: Number(text[0]) as WindowPolicy['nth'][number]['nth'],
  day: text.slice(4) as Weekday,
}));
export const timeOfDay = shaped(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, HH:MM', '"22:00"');

export const timeZone = z.string('an IANA time zone; write for example Europe/Berlin').superRefine((zone, ctx) => {
  if (zone === 'UTC' || zoneName(zone) === zone) return;
  const meant = zoneName(zone) ?? nearest(zone, Intl.supportedValuesOf('timeZone'));
  ctx.addIssue(`a time zone of the IANA list; ${meant ? `did you mean ${meant}?` : 'write for example Europe/Berlin'}`);
});

/** The zone as the IANA list writes it (an older name of it stays as it is), or null where there is none. */
function zoneName(zone: string): string | null {
  if (!/^[A-Za-z]/.test(zone)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() === zone.toLowerCase() ? timeZone : zone;
  } catch {
    return null;
  }
}

export const schedule = z.string('a schedule; write for example cron(0 20 ? * SAT *)').superRefine((text, ctx) => {
  const fault = scheduleFault(text);
  if (fault) ctx.addIssue(`a schedule: it ${fault}; write for example cron(0 20 ? * SAT *)`);
});
