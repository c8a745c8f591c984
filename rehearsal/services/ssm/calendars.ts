/** When hosts may be disturbed, as SSM tells it: change calendars of the scenario, and maintenance windows, of which there are none. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { pageOf } from '#rehearsal/services/paging.ts';

export function calendarOperations(
  stage: Stage,
  scenario: Scenario,
  isCommandDocument: (name: string) => boolean,
): Record<string, Operation> {
  return {
    /** Open only while all are (GetCalendarState, SSM API Reference). */
    GetCalendarState: ({ CalendarNames, AtTime }: { CalendarNames: string[]; AtTime?: string }) => {
      const at = AtTime === undefined ? stage.clock.now() : Date.parse(AtTime);
      if (Number.isNaN(at)) throw new AwsFault('ValidationException', `AtTime: ${AtTime} is not in ISO 8601`);
      if (CalendarNames.length === 0) throw new AwsFault('ValidationException', 'CalendarNames: none is given');
      const calendars = CalendarNames.map((name) => calendarOf(scenario, name, isCommandDocument));
      const isOpen = (when: number) => calendars.every((calendar) => calendar.isOpen(when));
      const instants = calendars.flatMap(({ changes }) => changes).filter((change) => change > at);
      const next = instants.sort((a, b) => a - b).find((change) => isOpen(change) !== isOpen(at));
      return {
        State: isOpen(at) ? 'OPEN' : 'CLOSED',
        AtTime: new Date(at).toISOString(),
        ...(next === undefined ? {} : { NextTransitionTime: new Date(next).toISOString() }),
      };
    },

    // No window of the account's own: what patches these hosts is the product alone.
    DescribeMaintenanceWindows: ({ Filters = [], MaxResults, NextToken }) => {
      const strange = (Filters as { Key: string }[]).find(({ Key }) => Key !== 'Name' && Key !== 'Enabled');
      if (strange) throw new AwsFault('ValidationException', `DescribeMaintenanceWindows has no filter ${strange.Key}`);
      const rule = { operation: 'DescribeMaintenanceWindows', least: 10, most: 100, usual: 50 };
      const { rows, next } = pageOf([], rule, Filters, MaxResults, NextToken);
      return { WindowIdentities: rows, NextToken: next };
    },
  };
}

interface Calendar {
  changes: number[]; // epoch milliseconds, rising
  isOpen(at: number): boolean;
}

/** By name or ARN. */
function calendarOf(scenario: Scenario, asked: string, isCommandDocument: (name: string) => boolean): Calendar {
  const name = asked.replace(/^arn:[^:]+:ssm:[^:]*:\d*:document\//, '');
  const found = scenario.calendars.find((each) => each.name === name);
  if (!found && isCommandDocument(name)) throw new AwsFault('InvalidDocumentType', `${name} is no change calendar`);
  if (!found) throw new AwsFault('InvalidDocument', `calendar ${asked} does not exist`);
  const start = Date.parse(scenario.start);
  const changes = found.changes.map(({ after, open }) => ({ at: start + milliseconds(after), open }));
  changes.sort((a, b) => a.at - b.at);
  return {
    changes: changes.map(({ at }) => at),
    isOpen: (when) => changes.findLast(({ at }) => at <= when)?.open ?? found.open,
  };
}
