import type { Instant } from '#domain/instant.ts';
import { latest, plusDays } from '#domain/instant.ts';

/** A campaign may take as long as its canary's proof holds, and the day before it: so much later than its start it is closed. */
const CAMPAIGN_DAYS = 4;

/**
 * Whether a group with this schedule should have closed a campaign by now: since its last close, or since the schedule was made if that
 * is later. One that never closed any is overdue too, for its schedule may never have called: Scheduler makes a schedule that its role
 * cannot use, and tells nobody when it fails (trap 44). `madeAt` null: the stack has no such schedule, and nothing will ever call.
 */
export function isOverdue(
  schedule: string | null,
  { closedAt, madeAt }: { closedAt: Instant | null; madeAt: Instant | null },
  now: Instant,
): boolean {
  if (schedule === null) return false;
  const since = madeAt && latest(madeAt, closedAt);
  return since === null || now > plusDays(since, longestGapDays(schedule) + CAMPAIGN_DAYS);
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
