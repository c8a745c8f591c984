import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { ask, pages } from '#aws/call.ts';
import { lazily } from '#aws/lazily.ts';
import { setting } from '#aws/setting.ts';
import type { SiteMetrics } from '#domain/edge/ports.ts';
import { type Instant, instant, plusDays } from '#domain/instant.ts';

const cloudwatch = lazily(() => new CloudWatchClient({}));

const Namespace = 'AWS/WAFV2';
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

export const siteMetrics: SiteMetrics = {
  async requests(webAcl, from, to) {
    const hours = new Map<Instant, { allowed: number; blocked: number }>();
    const metric = (id: string, MetricName: string): MetricDataQuery =>
      query(id, MetricName, { WebACL: webAcl, Rule: 'ALL', Region: setting('AWS_REGION') }, HOUR_SECONDS, 'Sum');
    const queries = [metric('allowed', 'AllowedRequests'), metric('blocked', 'BlockedRequests')];
    for await (const { id, at, value } of datapoints(queries, from, to)) {
      const hour = hours.get(at) ?? { allowed: 0, blocked: 0 };
      hours.set(at, { ...hour, [id]: value });
    }
    return hours;
  },

  async daysToExpiry({ vendor, name, version }, now) {
    const of = { ManagedRuleGroup: name, Vendor: vendor, Version: version, Region: setting('AWS_REGION') };
    const asked = [query('days', 'DaysToExpiry', of, DAY_SECONDS, 'Minimum')];
    let last: { at: Instant; value: number } | null = null;
    for await (const point of datapoints(asked, plusDays(now, -3), now)) if (!last || point.at > last.at) last = point;
    return last && last.value - Math.floor((Date.parse(now) - Date.parse(last.at)) / (DAY_SECONDS * 1000));
  },
};

function query(
  Id: string,
  MetricName: string,
  dimensions: Record<string, string>,
  Period: number,
  Stat: string,
): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat }, ReturnData: true };
}

async function* datapoints(
  MetricDataQueries: MetricDataQuery[],
  from: Instant,
  to: Instant,
): AsyncGenerator<{ id: string; at: Instant; value: number }> {
  const results = pages(async (NextToken) => {
    const command = new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(from),
      EndTime: new Date(to),
      NextToken,
    });
    const answer = await ask('cloudwatch:GetMetricData', cloudwatch().send(command));
    return { items: answer.MetricDataResults, next: answer.NextToken };
  });
  for await (const { Id = '', Timestamps = [], Values = [] } of results)
    for (const [place, at] of Timestamps.entries()) yield { id: Id, at: instant(at), value: Values[place] ?? 0 };
}
