import {
  type AlarmHistoryItem,
  type AlarmType,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
} from '@aws-sdk/client-cloudwatch';
import { ask, pages } from '#aws/call.ts';
import { groupsOf } from '#aws/in-flight.ts';
import { lazily } from '#aws/lazily.ts';
import { log } from '#aws/log.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';
import type { Alarms } from '#domain/patch/ports.ts';
import type { AlarmReading } from '#domain/patch/records.ts';

const cloudwatch = lazily(() => new CloudWatchClient({}));

/** Both calls return metric alarms only unless asked for more. */
const TYPES: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];

export const alarms: Alarms = {
  async missing(names) {
    const states = await statesOf(names);
    return names.filter((name) => !states.has(name));
  },

  async readings(names, since) {
    // One that may not be read fails the list of all, so each is then asked for by itself.
    const states = await statesOf(names).catch(() => null);
    const readings: AlarmReading[] = [];
    for (const name of names) {
      const reading = await readingOf(name, states, since).catch((error: unknown) => unreadable(name, error));
      readings.push(reading ?? { name, state: 'unreadable', rangSince: null });
    }
    return readings;
  },
};

function unreadable(name: string, error: unknown): null {
  log.warn(`the alarm ${name} cannot be read`, { error });
  return null;
}

async function statesOf(names: string[]): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const AlarmNames of groupsOf(names, 100)) {
    const found = pages(async (NextToken) => {
      const command = new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: TYPES, MaxRecords: 100, NextToken });
      const answer = await ask('cloudwatch:DescribeAlarms', cloudwatch().send(command));
      return { items: [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])], next: answer.NextToken };
    });
    for await (const { AlarmName, StateValue } of found) if (AlarmName) states.set(AlarmName, StateValue ?? '');
  }
  return states;
}

async function readingOf(
  name: string,
  states: Map<string, string> | null,
  since: Instant,
): Promise<AlarmReading | null> {
  const now = (states ?? (await statesOf([name]))).get(name);
  if (now === undefined) return { name, state: 'missing', rangSince: null };
  const state = (['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const).find((known) => known === now);
  if (!state) return null;
  return { name, state, rangSince: await rangSince(name, state, since) };
}

/** The first instant, not before `since`, at which the alarm was ringing. It may have rung and be quiet again. */
async function rangSince(AlarmName: string, state: string, since: Instant): Promise<Instant | null> {
  const changes = pages(async (NextToken) => {
    const command = new DescribeAlarmHistoryCommand({
      AlarmName,
      AlarmTypes: TYPES,
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(since),
      ScanBy: 'TimestampAscending',
      MaxRecords: 100,
      NextToken,
    });
    const answer = await ask('cloudwatch:DescribeAlarmHistory', cloudwatch().send(command));
    return { items: answer.AlarmHistoryItems, next: answer.NextToken };
  });
  let changed = false;
  for await (const item of changes) {
    const { from, to } = changeOf(item);
    if (!changed && from === 'ALARM') return since; // it was ringing already, and stopped
    if (to === 'ALARM') return item.Timestamp ? instant(item.Timestamp) : since;
    changed = true;
  }
  return !changed && state === 'ALARM' ? since : null;
}

/** HistoryData is JSON in a string; its words say the same: "Alarm updated from OK to ALARM". */
function changeOf({ HistoryData, HistorySummary, AlarmName }: AlarmHistoryItem): { from: string; to: string } {
  const data: { oldState?: { stateValue?: string }; newState?: { stateValue?: string } } = JSON.parse(
    HistoryData || '{}',
  );
  const [, before, after] = /from (\w+) to (\w+)/.exec(HistorySummary ?? '') ?? [];
  const from = data.oldState?.stateValue ?? before;
  const to = data.newState?.stateValue ?? after;
  if (!to) throw new Error(`a state change of ${AlarmName} that says no state: ${HistorySummary}`);
  return { from: from ?? '', to };
}
