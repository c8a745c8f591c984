/** CloudWatch as a fake: alarms whose state the scenario sets. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Scenario } from '#rehearsal/scenario.ts';
import { pageOf, timeOf } from '#rehearsal/world/paging.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface Alarm {
  name: string;
  unreadable: boolean;
  changes: { at: number; state: AlarmState }[]; // the first is the state from the beginning
}

export class Alarms {
  readonly #stage: Stage;
  readonly #alarms: Alarm[];

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    const at = Date.parse(scenario.start) - 86_400_000;
    this.#alarms = scenario.alarms.map(({ name, unreadable, state }) => ({
      name,
      unreadable,
      changes: [{ at, state }],
    }));
  }

  set(name: string, state: AlarmState): void {
    const alarm = this.#alarms.find((each) => each.name === name);
    if (!alarm) throw new Error(`the scenario has no alarm "${name}"`);
    if (alarm.changes.at(-1)?.state === state) return;
    alarm.changes.push({ at: this.#stage.clock.now(), state });
    this.#stage.note('alarm', name, `alarm ${name}: ${state}`, { state });
  }

  operations(): Record<string, Operation> {
    return {
      DescribeAlarms: (input) => {
        const names: string[] | undefined = input.AlarmNames;
        if ((names?.length ?? 0) > 100) throw new AwsFault('ValidationError', 'AlarmNames: at most 100');
        const wanted = this.#alarms.filter(({ name }) => names === undefined || names.includes(name));
        for (const alarm of wanted) this.#checkReadable(alarm);
        const rule = { operation: 'DescribeAlarms', least: 1, most: 100, usual: 50, badToken: 'InvalidNextToken' };
        const { rows, next } = pageOf(wanted, rule, names, input.MaxRecords, input.NextToken);
        return { MetricAlarms: rows.map((alarm) => this.#view(alarm)), CompositeAlarms: [], NextToken: next };
      },

      DescribeAlarmHistory: (input) => {
        const from = timeOf(input.StartDate) ?? Number.NEGATIVE_INFINITY;
        const until = timeOf(input.EndDate) ?? Number.POSITIVE_INFINITY;
        const wanted = this.#alarms.filter(({ name }) => input.AlarmName === undefined || name === input.AlarmName);
        for (const alarm of wanted) this.#checkReadable(alarm);
        const items = wanted.flatMap(historyOf).filter(({ Timestamp }) => +Timestamp >= from && +Timestamp <= until);
        items.sort((a, b) => +b.Timestamp - +a.Timestamp);
        if (input.ScanBy === 'TimestampAscending') items.reverse();
        const rule = {
          operation: 'DescribeAlarmHistory',
          least: 1,
          most: 100,
          usual: 100,
          badToken: 'InvalidNextToken',
        };
        const question = { name: input.AlarmName, from, until };
        const { rows, next } = pageOf(items, rule, question, input.MaxRecords, input.NextToken);
        return { AlarmHistoryItems: rows, NextToken: next };
      },
    };
  }

  #checkReadable({ name, unreadable }: Alarm): void {
    if (unreadable) throw new AwsFault('AccessDenied', `not authorized to read alarm ${name}`, 403);
  }

  #view(alarm: Alarm): Record<string, unknown> {
    const last = alarm.changes.at(-1);
    const at = new Date(last?.at ?? 0);
    return {
      AlarmName: alarm.name,
      AlarmArn: `arn:aws:cloudwatch:${this.#stage.region}:${this.#stage.account}:alarm:${alarm.name}`,
      StateValue: last?.state,
      StateReason: 'set by the scenario',
      StateUpdatedTimestamp: at,
      StateTransitionedTimestamp: at,
      ActionsEnabled: true,
    };
  }
}

function historyOf(alarm: Alarm) {
  return alarm.changes.slice(1).map(({ at, state }, place) => {
    const before = alarm.changes[place]?.state;
    return {
      AlarmName: alarm.name,
      AlarmType: 'MetricAlarm',
      Timestamp: new Date(at),
      HistoryItemType: 'StateUpdate',
      HistorySummary: `Alarm updated from ${before} to ${state}`,
      HistoryData: JSON.stringify({
        version: '1.0',
        oldState: { stateValue: before },
        newState: { stateValue: state },
      }),
    };
  });
}
