/** Every name of a group's policy that AWS should know: asked by `check` and `plan`, before a campaign stumbles over it. */

import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { missingNames } from '#loops/patch/missing-names.ts';
import { alarmWords, calendarWords, MEND_ALARM, MEND_CALENDAR } from '#views/patch/missing-notice.ts';
import { type Checked, looked } from './checked.ts';

/** Alarms and calendars; empty: all are there. */
export async function checkNames(group: GroupPolicy, ports: Pick<Ports, 'alarms' | 'patching'>): Promise<Checked[]> {
  const line = (words: string, remedy: string): Checked => ({ about: group.name, state: 'mend', words, remedy });
  const { gate, window, name } = group;
  // Each by itself: who may not read the one may read the other.
  const without = { ...group, window: null };
  return [
    ...(await looked(name, async () =>
      (await missingNames(without, ports)).alarms.map((each) => line(alarmWords(each, gate.looks), MEND_ALARM)),
    )),
    ...(await looked(name, async () => {
      const only = { ...group, gate: { ...gate, alarms: [] }, window };
      return (await missingNames(only, ports)).calendars.map((each) => line(calendarWords(each), MEND_CALENDAR));
    })),
  ];
}
