/** CloudWatch as a fake: alarms whose state the scenario sets. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import type { AlarmState } from '#rehearsal/services/cloudwatch/alarm-state.ts';
import { pageOf, timeOf } from '#rehearsal/services/paging.ts';

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
        const { MaxRecords, NextToken, ...question } = input;
        checkAlone(question);
        const names: string[] | undefined = input.AlarmNames;
        const named = this.#alarms.filter(
          ({ name }) => (names?.includes(name) ?? true) && name.startsWith(input.AlarmNamePrefix ?? ''),
        );
        const metric = isAboutMetrics(input) ? named : [];
        for (const alarm of metric) this.#checkReadable(alarm);
        const wanted = metric.filter((alarm) => (input.StateValue ?? stateOf(alarm)) === stateOf(alarm));
        const rule = { operation: 'DescribeAlarms', least: 1, most: 100, usual: 50, badToken: 'InvalidNextToken' };
        const { rows, next } = pageOf(wanted, rule, question, MaxRecords, NextToken);
        return { MetricAlarms: rows.map((alarm) => this.#view(alarm)), CompositeAlarms: [], NextToken: next };
      },

      DescribeAlarmHistory: (input) => {
        const from = timeOf(input.StartDate) ?? Number.NEGATIVE_INFINITY;
        const until = timeOf(input.EndDate) ?? Number.POSITIVE_INFINITY;
        const { MaxRecords, NextToken, ...question } = input;
        const isTold = isAboutMetrics(input) && input.AlarmContributorId === undefined;
        const isUpdate = (input.HistoryItemType ?? 'StateUpdate') === 'StateUpdate';
        const named = this.#alarms.filter(({ name }) => input.AlarmName === undefined || name === input.AlarmName);
        const wanted = isTold && isUpdate ? named : [];
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
        const { rows, next } = pageOf(items, rule, question, MaxRecords, NextToken);
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

interface Question {
  AlarmNames?: string[];
  AlarmNamePrefix?: string;
  AlarmTypes?: string[];
  ActionPrefix?: string;
  ChildrenOfAlarmName?: string;
  ParentsOfAlarmName?: string;
}

/** Members that exclude others (DescribeAlarms, CloudWatch API Reference). */
function checkAlone(question: Question): void {
  const given = Object.keys(question).filter((member) => question[member as keyof Question] !== undefined);
  const lonely = given.find((member) => member.endsWith('OfAlarmName'));
  if (lonely && given.length > 1)
    throw new AwsFault('ValidationError', `${lonely} goes with no parameter but MaxRecords and NextToken`);
  if (question.AlarmNames && question.AlarmNamePrefix !== undefined)
    throw new AwsFault('ValidationError', 'AlarmNames and AlarmNamePrefix exclude each other');
}

/** All alarms here are of metrics, without actions, and in no composite alarm. Without AlarmTypes these are meant. */
function isAboutMetrics({ AlarmTypes, ActionPrefix, ChildrenOfAlarmName, ParentsOfAlarmName }: Question): boolean {
  const isOther = [ActionPrefix, ChildrenOfAlarmName, ParentsOfAlarmName].some((member) => member !== undefined);
  return !isOther && (AlarmTypes?.includes('MetricAlarm') ?? true);
}

function stateOf({ changes }: Alarm): AlarmState | undefined {
  return changes.at(-1)?.state;
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
