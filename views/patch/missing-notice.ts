/** The notice of a campaign that opens under a policy whose alarms or calendars are not there. */

import type { Notice } from '#domain/campaign/records.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import { asciiLine, clean, wrap } from '#views/frame/text.ts';

export interface Missing {
  alarms: string[];
  calendars: string[];
}

/** What follows where one is not there, in words that `check` and `plan` use too. */
export function alarmWords(name: string, looks: number): string {
  return `alarm ${name} is not there: a ring is looked at ${looks === 1 ? 'once' : `${looks} times`}, then the campaign halts; none passes`;
}

export function calendarWords(name: string): string {
  return `change calendar ${name} is not there: no wave is sent, and after seven days the campaign expires`;
}

export const MEND_ALARM = 'make the alarm, or mend gate.alarms of the group';
export const MEND_CALENDAR = 'make the calendar, or mend window.calendars of the group';

/** Written twice for the same campaign it has the same id. */
export function missingNotice(of: {
  group: string;
  campaign: string;
  at: Instant;
  missing: Missing;
  looks: number;
  place: string;
}): Notice {
  const { group, campaign, at, missing, looks, place } = of;
  const names = [
    ...missing.alarms.map((name) => `alarm ${name}`),
    ...missing.calendars.map((name) => `change calendar ${name}`),
  ];
  const [only] = names;
  const what = names.length === 1 ? `${only} is not there` : `${names.length} names of the policy are not there`;
  const words = [
    ...missing.alarms.map((name) => `${alarmWords(name, looks)}. Remedy: ${MEND_ALARM}`),
    ...missing.calendars.map((name) => `${calendarWords(name)}. Remedy: ${MEND_CALENDAR}`),
  ];
  return {
    id: `${campaign}.missing`,
    kind: 'missing',
    topic: 'notices',
    group,
    campaign,
    subject: asciiLine(`${asciiLine(group, 40)}: opened; ${what}`, 99),
    body: [
      ...wrap(`Group ${group}, campaign ${campaign}, ${minute(at)}`),
      '',
      'The campaign has opened, and its policy names what is not in this account',
      'and Region:',
      ...words.flatMap((each) => wrap(each, '  - ', '    ')),
      '',
      ...wrap(
        'It reads a name again each time it needs it: one that is made in time counts. A policy that is mended counts from the next campaign on.',
      ),
      '',
      'Evidence',
      `  ${clean(place)}`,
      '',
    ].join('\n'),
    data: { version: 1, kind: 'missing', group, campaign, at, missing, evidence: place },
    attributes: { kind: 'missing', group: clean(group) || shortName(group), outcome: 'none', worst: 'none' },
  };
}
