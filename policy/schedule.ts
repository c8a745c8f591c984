const FIELDS: [name: string, from: number, to: number][] = [
  ['minutes', 0, 59],
  ['hours', 0, 23],
  ['day of month', 1, 31],
  ['month', 1, 12],
  ['day of week', 1, 7],
  ['year', 1970, 2199],
];

/** What is wrong with an expression of EventBridge Scheduler, `cron(…)` with six fields or `rate(…)`; null: nothing. */
export function scheduleFault(expression: string): string | null {
  if (/^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/.test(expression)) return null;
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (!fields) return 'is neither cron(…) nor rate(…)';
  if (fields.length !== FIELDS.length) return `has ${fields.length} fields, where cron(…) has six`;
  for (const [i, [name, from, to]] of FIELDS.entries()) {
    const field = fields[i] ?? '';
    if (!/^[\dA-Z?*,/\-#]+$/i.test(field)) return `has "${field}" for its ${name}`;
    const numbers = field.replace(/[/#]\d+/g, '').match(/\d+/g) ?? [];
    if (numbers.some((each) => Number(each) < from || Number(each) > to)) {
      return `has "${field}" for its ${name}, which go from ${from} to ${to}`;
    }
  }
  if ((fields[2] === '?') === (fields[4] === '?')) return 'needs "?" in one of day of month and day of week';
  return neverComes(fields[2] ?? '', fields[3] ?? '');
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days and months that are plain lists of numbers may name a day that no month of theirs has: such a schedule would stay silent. */
function neverComes(days: string, months: string): string | null {
  const numbers = months.toUpperCase().replace(/[A-Z]{3}/g, (name) => String(MONTHS.indexOf(name) + 1));
  if (!/^[\d,]+$/.test(days) || !/^[\d,]+$/.test(numbers)) return null;
  const most = Math.max(...numbers.split(',').map((month) => LONGEST[Number(month) - 1] ?? 31));
  const least = Math.min(...days.split(',').map(Number));
  return least > most ? `never comes: no month of "${months}" has a day ${least}` : null;
}
