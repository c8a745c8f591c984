import { plusDays } from '#domain/instant.ts';
import type { Instant } from '#domain/model.ts';

/** A campaign may take as long as its canary's proof holds, and the day before it: so much later than its start it is closed. */
const CAMPAIGN_DAYS = 4;

/**
 * Whether a group with this schedule should have closed a campaign since `closedAt`. One that never closed any is not overdue:
 * it may have been deployed today (a schedule that cannot start its campaign leaves a dead letter).
 */
export function isOverdue(schedule: string | null, closedAt: Instant | null, now: Instant): boolean {
  if (schedule === null || closedAt === null) return false;
  return now > plusDays(closedAt, longestGapDays(schedule) + CAMPAIGN_DAYS);
}

/**
 * Days that may lie between two firings of cron(minutes hours day-of-month month day-of-week year) or rate(…), at most: a year
 * where months are chosen, a month where days of it are, a week where weekdays are.
 */
export function longestGapDays(schedule: string): number {
  const [, count = '1', unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (unit) return Number(count) / { minute: 1440, hour: 24, day: 1 }[unit as 'minute' | 'hour' | 'day'];
  const [, , dayOfMonth = '*', month = '*', dayOfWeek = '?'] =
    /^cron\((.*)\)$/.exec(schedule)?.[1]?.trim().split(/\s+/) ?? [];
  if (month !== '*' && month !== '?') return 366;
  if (/[#L]/i.test(dayOfWeek) || !/^[*?]$|^\*\/1$/.test(dayOfMonth)) return 31;
  return /^[*?]$/.test(dayOfWeek) ? 1 : 7;
}
