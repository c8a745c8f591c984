/** CloudWatch's metrics by the minute, as GetMetricData reads them: sums that are not zero (trap W35). */
import { AwsFault, type Operation } from '#rehearsal/api.ts';
import { notPlayed } from '#rehearsal/engine/service-faults.ts';
import { timeOf } from '#rehearsal/services/paging.ts';

const MINUTE = 60_000;

interface Minute {
  sum: number;
  least: number;
  most: number;
  count: number;
}

interface Stat {
  Metric: { Namespace?: string; MetricName?: string; Dimensions?: { Name: string; Value: string }[] };
  Period: number;
  Stat: string;
}

export class MetricData {
  readonly #series = new Map<string, Map<number, Minute>>();

  add(namespace: string, name: string, dimensions: Record<string, string>, at: number, value = 1): void {
    const key = keyOf(namespace, name, Object.entries(dimensions));
    const series = this.#series.get(key) ?? new Map<number, Minute>();
    const minute = Math.floor(at / MINUTE) * MINUTE;
    const { sum, least, most, count } = series.get(minute) ?? { sum: 0, least: value, most: value, count: 0 };
    series.set(minute, {
      sum: sum + value,
      least: Math.min(least, value),
      most: Math.max(most, value),
      count: count + 1,
    });
    this.#series.set(key, series);
  }

  /** `before`: called before each question, so that all until now is counted. */
  operations(before: () => void): Record<string, Operation> {
    return {
      GetMetricData: ({ MetricDataQueries, StartTime, EndTime, ScanBy, NextToken }) => {
        before();
        if (NextToken !== undefined) throw new AwsFault('InvalidNextToken', 'the next token is not of this list');
        const [from, to] = [timeOf(StartTime) ?? 0, timeOf(EndTime) ?? 0];
        if (from >= to)
          throw new AwsFault('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
        const queries = MetricDataQueries as { Id: string; Label?: string; MetricStat?: Stat; ReturnData?: boolean }[];
        return {
          MetricDataResults: queries
            .filter(({ ReturnData }) => ReturnData !== false)
            .map(({ Id, Label, MetricStat }) => {
              if (!MetricStat) throw notPlayed('an expression over metrics');
              const points = this.#points(MetricStat, from, to);
              if (ScanBy !== 'TimestampAscending') points.reverse();
              return {
                Id,
                Label: Label ?? MetricStat.Metric.MetricName,
                Timestamps: points.map(({ at }) => new Date(at)),
                Values: points.map(({ value }) => value),
                StatusCode: 'Complete',
              };
            }),
        };
      },
    };
  }

  #points({ Metric, Period, Stat }: Stat, from: number, to: number): { at: number; value: number }[] {
    const periodMs = Period * 1000;
    if (Period % 60 !== 0) throw new AwsFault('ValidationError', 'The parameter Period must be a multiple of 60.');
    const dimensions = (Metric.Dimensions ?? []).map(({ Name, Value }): [string, string] => [Name, Value]);
    const series = this.#series.get(keyOf(Metric.Namespace ?? '', Metric.MetricName ?? '', dimensions)) ?? new Map();
    const periods = new Map<number, Minute[]>();
    for (const [minute, value] of series) {
      if (minute < from || minute >= to) continue;
      const at = Math.floor(minute / periodMs) * periodMs;
      periods.set(at, [...(periods.get(at) ?? []), value]);
    }
    return [...periods].sort(([a], [b]) => a - b).map(([at, minutes]) => ({ at, value: statistic(Stat, minutes) }));
  }
}

function statistic(name: string, minutes: Minute[]): number {
  const sum = minutes.reduce((all, one) => all + one.sum, 0);
  const count = minutes.reduce((all, one) => all + one.count, 0);
  switch (name) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return Math.min(...minutes.map(({ least }) => least));
    case 'Maximum':
      return Math.max(...minutes.map(({ most }) => most));
    default:
      throw notPlayed(`the statistic ${name}`);
  }
}

function keyOf(namespace: string, name: string, dimensions: [string, string][]): string {
  return [namespace, name, ...dimensions.map(([key, value]) => `${key}=${value}`).sort()].join(' ');
}
