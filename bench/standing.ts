/**
 * What a stage costs in a month without a campaign, counted from its packaged template. `node bench/standing.ts` prints the section of
 * docs/cost.md; with `--write` it writes it there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packaged, type Template } from '../test/permissions/packaged.ts';

const document = new URL('../docs/cost.md', import.meta.url);
const price = JSON.parse(readFileSync(new URL('prices.json', import.meta.url), 'utf8'));

const MINUTES_A_MONTH = 30 * 24 * 60;
/** Lambda's time of an invocation that finds nothing to do: assumed. */
const SECONDS_PER_INVOCATION = 0.4;
/** Lambda polls a queue by five long polls of 20 seconds, and by no fewer where a maximum concurrency is set (Lambda guide, scaling of SQS). */
const POLLS_A_MINUTE = 5 * 3;
const HEAD = '## A month without a campaign, in dollars';

type Resource = Template['Resources'][string];
export type Row = [what: string, dollars: number];

/** Throws for a schedule that is no rate. */
export function standing(resources: Template['Resources']): Row[] {
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);
  const keys = of('AWS::KMS::Key').length;
  const alarms = of('AWS::CloudWatch::Alarm');
  const alarmMetrics = alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0);
  const filters = of('AWS::Logs::MetricFilter').flatMap(({ Properties }) => Properties.MetricTransformations);
  const metrics = new Set(filters.map((one) => `${one.MetricNamespace} ${one.MetricName}`)).size;
  const scheduled = of('AWS::Events::Rule').flatMap(({ Properties }) =>
    Properties.ScheduleExpression ? invocations(Properties, of('AWS::Lambda::Function')) : [],
  );
  const times = scheduled.reduce((sum, each) => sum + each.times, 0);
  const gbSeconds = scheduled.reduce((sum, each) => sum + each.times * SECONDS_PER_INVOCATION * each.gigabytes, 0);
  const queues = of('AWS::Lambda::EventSourceMapping').filter(({ Properties }) =>
    /:sqs:/.test(Properties.EventSourceArn),
  );
  const polls = queues.length * POLLS_A_MINUTE * MINUTES_A_MONTH;
  return [
    [keys === 1 ? 'The key' : `Keys (${keys})`, keys * price.kmsKeyMonth],
    [`Alarms (${alarmMetrics} metrics in ${alarms.length})`, alarmMetrics * price.alarmMetricMonth],
    [`Metrics of ours (${metrics})`, metrics * price.customMetricMonth],
    [`Polls of an empty queue (${grouped(polls)})`, polls * price.sqsRequest],
    [
      `Functions on a schedule (${scheduled.length}, ${grouped(times)} invocations)`,
      times * price.lambdaRequest + gbSeconds * price.lambdaArmGbSecond,
    ],
  ];
}

/** An alarm on an expression is billed for each metric in it. */
function metricsOf({ Properties }: Resource): number {
  const inside: { MetricStat?: unknown }[] = Properties.Metrics ?? [{ MetricStat: Properties.MetricName }];
  return inside.filter(({ MetricStat }) => MetricStat).length;
}

function invocations({ ScheduleExpression, Targets }: Resource['Properties'], functions: Resource[]) {
  const [, every, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
  const minutes = Number(every) * ({ minute: 1, hour: 60, day: 1440 }[unit] ?? Number.NaN);
  if (Number.isNaN(minutes)) throw new Error(`${ScheduleExpression}: how often is that in a month?`);
  return (Targets as { Arn: string }[]).map(({ Arn }) => {
    const called = functions.find(({ Properties }) => Arn.endsWith(`:${Properties.FunctionName}`));
    return { times: MINUTES_A_MONTH / minutes, gigabytes: (called?.Properties.MemorySize ?? 128) / 1024 };
  });
}

export function standingSection(resources: Template['Resources']): string {
  const rows = standing(resources);
  const sum = rows.reduce((total, [, dollars]) => total + dollars, 0);
  return [
    HEAD,
    '',
    'Counted from the packaged template by `node bench/standing.ts --write`.',
    '',
    '| | |',
    '|---|---:|',
    ...rows.map(([what, dollars]) => `| ${what} | ${dollars.toFixed(2)} |`),
    `| **together** | ${sum.toFixed(2)} |`,
    '',
  ].join('\n');
}

/** The section as it stands in the document. */
export function written(): string {
  const text = readFileSync(document, 'utf8');
  return text.slice(text.indexOf(HEAD));
}

const grouped = (number: number) => number.toLocaleString('en');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const section = standingSection(packaged().template.Resources);
  if (!process.argv.includes('--write')) process.stdout.write(section);
  else
    writeFileSync(
      document,
      readFileSync(document, 'utf8').replace(written(), () => section),
    );
}
