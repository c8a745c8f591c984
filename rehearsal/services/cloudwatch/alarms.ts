/** The alarms of the stack: looked at every five minutes of virtual time, a change of state told by what the alarm names for it. */

import type { Clock } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { type AlarmState, type Missing, MORE_POINTS, stateOf } from '#rehearsal/services/cloudwatch/alarm-state.ts';
import { checkMetric, type Metric, type Metrics, metricsOfFilters } from '#rehearsal/services/cloudwatch/metrics.ts';

interface Series {
  id: string;
  metric: Metric;
  periodMs: number;
  statistic: string;
}

interface Alarm {
  name: string;
  arn: string;
  description: string;
  series: Series[];
  /** Ids of the series that are summed; none for an alarm on one metric. */
  sum: string[];
  breaches: (value: number) => boolean;
  rule: Parameters<typeof stateOf>[1];
  actions: Record<AlarmState, string[]>;
  state: AlarmState;
}

export interface AlarmsParts {
  clock: Clock;
  metrics: Metrics;
  /** What an alarm does when its state changes: a topic's ARN, and what is told. */
  tell: (topicArn: string, alarmArn: string, subject: string, message: Record<string, unknown>) => void;
  note: (kind: string, subject: string, text: string, data?: Record<string, unknown>) => void;
}

const EVERY_MS = 300_000;

export class StackAlarms {
  readonly #alarms: Alarm[];
  readonly #parts: AlarmsParts;

  constructor(installed: Installation, parts: AlarmsParts) {
    this.#parts = parts;
    const filters = metricsOfFilters(installed);
    this.#alarms = installed.alarms.map(({ name, arn, properties }) => alarmOf(name, arn, properties, filters));
    if (this.#alarms.length > 0) this.#wait();
  }

  #wait(): void {
    this.#parts.clock.after(EVERY_MS, 'the alarms of the stack', () => {
      for (const alarm of this.#alarms) this.#look(alarm);
      this.#wait();
    });
  }

  #look(alarm: Alarm): void {
    const { metrics, clock, tell, note } = this.#parts;
    const count = alarm.rule.evaluationPeriods + MORE_POINTS;
    const values = alarm.series.map((series) => valuesOf(metrics.points(series.metric), series, clock.now(), count));
    const points = Array.from({ length: count }, (_, place) => {
      const each = values.map((series) => series[place] ?? null);
      if (alarm.sum.length > 0) return alarm.breaches(each.reduce<number>((sum, value) => sum + (value ?? 0), 0));
      return each[0] === null || each[0] === undefined ? null : alarm.breaches(each[0]);
    });
    const before = alarm.state;
    alarm.state = stateOf(points, alarm.rule, before);
    if (alarm.state === before) return;
    note('alarm', alarm.name, `alarm ${alarm.name}: ${alarm.state}`, { state: alarm.state });
    const at = new Date(clock.now()).toISOString();
    const message = {
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      NewStateValue: alarm.state,
      OldStateValue: before,
      StateChangeTime: at,
      AlarmArn: alarm.arn,
    };
    for (const action of alarm.actions[alarm.state])
      tell(action, alarm.arn, `${alarm.state}: "${alarm.name}"`, message);
  }
}

/** The statistic of each period, newest first: a sliding window, as CloudWatch has it by default; null where there is no point. */
function valuesOf(
  points: { at: number; value: number }[],
  { periodMs, statistic }: Series,
  now: number,
  count: number,
): (number | null)[] {
  const all: number[][] = Array.from({ length: count }, () => []);
  for (const { at, value } of points) all[Math.floor((now - at) / periodMs)]?.push(value);
  return all.map((values) => {
    if (values.length === 0) return null;
    return statistic === 'Maximum' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
  });
}

function alarmOf(name: string, arn: string, given: Record<string, unknown>, filters: Metric[]): Alarm {
  const place = `alarm ${name}`;
  const { Threshold, ComparisonOperator, EvaluationPeriods, DatapointsToAlarm, TreatMissingData = 'missing' } = given;
  if (ComparisonOperator !== 'GreaterThanThreshold') throw new Error(`${place}: not rehearsed: ${ComparisonOperator}`);
  const periods = Number(EvaluationPeriods);
  const { series, sum } = given.Metrics
    ? ofExpression(place, given.Metrics as Query[])
    : { series: [seriesOf('', given as unknown as Stat)], sum: [] };
  for (const { metric, statistic } of series) {
    checkMetric(place, metric, filters);
    if (!['Maximum', 'Sum'].includes(statistic)) throw new Error(`${place}: not rehearsed: the statistic ${statistic}`);
  }
  const actions = (key: string) => (given[key] ?? []) as string[];
  for (const action of [...actions('AlarmActions'), ...actions('OKActions'), ...actions('InsufficientDataActions')])
    if (!action.includes(':sns:')) throw new Error(`${place}: not rehearsed: the action ${action}`);
  return {
    name,
    arn,
    description: String(given.AlarmDescription ?? ''),
    series,
    sum,
    breaches: (value) => value > Number(Threshold),
    rule: {
      evaluationPeriods: periods,
      datapointsToAlarm: Number(DatapointsToAlarm ?? periods),
      treatMissingData: TreatMissingData as Missing,
    },
    actions: {
      ALARM: actions('AlarmActions'),
      OK: actions('OKActions'),
      INSUFFICIENT_DATA: actions('InsufficientDataActions'),
    },
    state: 'INSUFFICIENT_DATA',
  };
}

type Stat = Metric & { Period: number; Statistic: string };
interface Query {
  Id: string;
  Expression?: string;
  MetricStat?: { Metric: Metric; Period: number; Stat: string };
}

/** One expression, a sum of `FILL(id, 0)`, over metrics of one period. */
function ofExpression(place: string, queries: Query[]): Pick<Alarm, 'series' | 'sum'> {
  const [result, ...more] = queries.filter(({ Expression }) => Expression !== undefined);
  const terms = (result?.Expression ?? '').split(' + ').map((term) => /^FILL\((\w+), 0\)$/.exec(term)?.[1] ?? '');
  const series = queries.flatMap(({ Id, MetricStat }) =>
    MetricStat ? [seriesOf(Id, { ...MetricStat.Metric, Period: MetricStat.Period, Statistic: MetricStat.Stat })] : [],
  );
  const isKnown = more.length === 0 && terms.every((id) => series.some((one) => one.id === id));
  if (!isKnown || terms.length !== series.length)
    throw new Error(`${place}: not rehearsed: the expression ${result?.Expression}`);
  return { series, sum: terms };
}

function seriesOf(id: string, { Period, Statistic, Namespace, MetricName, Dimensions = [] }: Stat): Series {
  return { id, metric: { Namespace, MetricName, Dimensions }, periodMs: Number(Period) * 1000, statistic: Statistic };
}
