import type { WindowPolicy } from '#domain/campaign/window.ts';
import { windowAt } from '#domain/campaign/window.ts';
import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import { plural } from '#domain/plural.ts';

/** `Sat, Sun and every second Tue, 22:00 to 06:00 Europe/Berlin; no wave starts in its last 45 minutes` */
export function windowWords(window: WindowPolicy | null): string {
  if (!window) return 'at any time, for the policy names no window';
  const nth = window.nth.map((each) => `every ${NTH[each.nth]} ${day(each.day)} of the month`);
  const days = window.days.length === 7 ? ['every day'] : window.days.map(day);
  const cutoff =
    window.cutoffMinutes > 0 ? `; no wave starts in its last ${plural(window.cutoffMinutes, 'minute')}` : '';
  const calendars = window.calendars.length > 0 ? `; while ${window.calendars.join(' and ')} is open` : '';
  return `${[...days, ...nth].join(', ')}, ${window.from} to ${window.to} ${window.timeZone}${cutoff}${calendars}`;
}

/** When the first wave starts after a yes that is said at this instant. */
export function startWords(window: WindowPolicy | null, at: Instant): string {
  const { mayStart, lastStart, opensAt } = windowAt(window, at);
  if (mayStart) return lastStart ? `At once, if the yes comes before ${minute(lastStart)}.` : 'At once.';
  return opensAt ? `When the window opens, ${minute(opensAt)}.` : 'Never: the window does not open again.';
}

/** The same, once the yes was said. */
export function startedWords(window: WindowPolicy | null, at: Instant): string {
  const { mayStart, opensAt } = windowAt(window, at);
  if (mayStart) return 'The first wave starts in a minute or two.';
  return opensAt
    ? `The first wave starts when the window opens, ${minute(opensAt)}.`
    : 'No wave starts: the window does not open again.';
}

const NTH = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth' };

const day = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
