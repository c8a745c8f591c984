/**
 * CloudWatch's metrics, as far as alarms of the stack read them: what metric filters count in the logs of functions, how executions end,
 * and how full queues are.
 */
import type { Clock } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';

export interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: string }[];
}

interface Filter {
  group: string;
  path: string[];
  equals: string;
  metric: Metric;
  value: string; // a number, or $.path
}

/** The longest look back of an alarm is a week (PutMetricAlarm); older points are forgotten. */
const KEPT_MS = 8 * 86_400_000;

const ENDS: Record<string, string> = {
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

export class Metrics {
  readonly #points = new Map<string, { at: number; value: number }[]>();
  readonly #filters: Filter[];
  readonly #groups: Map<string, string>; // key of a function → its log group
  readonly #clock: Clock;
  readonly #depth: (queue: string) => number;

  constructor(installed: Installation, clock: Clock, depth: (queue: string) => number) {
    this.#clock = clock;
    this.#depth = depth;
    this.#filters = installed.metricFilters.map(({ id, properties }) => filterOf(id, properties));
    this.#groups = new Map(installed.functions.map(({ key, name }) => [key, `/aws/lambda/${name}`]));
  }

  /** A line that a function wrote. */
  logged(functionKey: string, line: string): void {
    const group = this.#groups.get(functionKey);
    for (const { path, equals, metric, value } of this.#filters.filter((one) => one.group === group)) {
      const event = parsed(line);
      if (at(event, path) !== equals) continue;
      const counted = value.startsWith('$.') ? at(event, value.slice(2).split('.')) : Number(value);
      if (typeof counted === 'number') this.#put(metric, counted);
    }
  }

  /** An execution that ended otherwise than well. */
  ended(machineArn: string, status: string): void {
    const MetricName = ENDS[status];
    const Dimensions = [{ Name: 'StateMachineArn', Value: machineArn }];
    if (MetricName) this.#put({ Namespace: 'AWS/States', MetricName, Dimensions }, 1);
  }

  /** The points of a metric, newest last. SQS tells how full a queue is by the minute: here, whenever somebody looks. */
  points(metric: Metric): { at: number; value: number }[] {
    const queue = metric.Dimensions?.find(({ Name }) => Name === 'QueueName')?.Value;
    if (metric.Namespace === 'AWS/SQS' && metric.MetricName === 'ApproximateNumberOfMessagesVisible' && queue)
      this.#put(metric, this.#depth(queue));
    return this.#points.get(nameOf(metric)) ?? [];
  }

  #put(metric: Metric, value: number): void {
    const now = this.#clock.now();
    const points = this.#points.get(nameOf(metric)) ?? [];
    while (points[0] && points[0].at < now - KEPT_MS) points.shift();
    points.push({ at: now, value });
    this.#points.set(nameOf(metric), points);
  }
}

/** Throws for a metric that is not played: an alarm on it would stay silent for ever. */
export function checkMetric(
  place: string,
  { Namespace, MetricName, Dimensions = [] }: Metric,
  filters: Metric[],
): void {
  const known =
    (Namespace === 'AWS/SQS' && MetricName === 'ApproximateNumberOfMessagesVisible') ||
    (Namespace === 'AWS/States' && Object.values(ENDS).includes(MetricName)) ||
    filters.some((one) => nameOf(one) === nameOf({ Namespace, MetricName, Dimensions }));
  if (!known) throw new Error(`${place}: not rehearsed: the metric ${Namespace} ${MetricName}`);
}

function nameOf({ Namespace, MetricName, Dimensions = [] }: Metric): string {
  return [Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort()].join(' ');
}

/** `{ $.path = "text" }` and no other pattern. */
function filterOf(
  place: string,
  { LogGroupName, FilterPattern, MetricTransformations }: Record<string, unknown>,
): Filter {
  const [, path = '', equals = ''] = /^\{ \$\.([\w.]+) = "([^"]*)" \}$/.exec(String(FilterPattern)) ?? [];
  const [made, ...more] = (MetricTransformations ?? []) as {
    MetricNamespace: string;
    MetricName: string;
    MetricValue: string;
  }[];
  if (!path || !made || more.length > 0) throw new Error(`${place}: not rehearsed: the pattern ${FilterPattern}`);
  const metric = { Namespace: made.MetricNamespace, MetricName: made.MetricName };
  return { group: String(LogGroupName), path: path.split('.'), equals, metric, value: String(made.MetricValue) };
}

export function metricsOfFilters(installed: Installation): Metric[] {
  return installed.metricFilters.map(({ id, properties }) => filterOf(id, properties).metric);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // not every line is JSON
  }
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}
