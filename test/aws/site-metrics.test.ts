import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteMetrics } from '#aws/site-metrics.ts';
import { AwsRefused } from '#domain/errors.ts';
import { error, wire } from './wire.ts';

const aws = await wire();
const HOURS = ['2026-11-27T20:00:00.000Z', '2026-11-27T21:00:00.000Z'];
const seconds = (at: string) => Date.parse(at) / 1000;
const results = (Id: string, at: string[], Values: number[]) => ({ Id, Timestamps: at.map(seconds), Values });

test('requests by whole hour, of all pages; an hour without a datapoint is not there', async () => {
  aws.plays(({ body }) => ({
    body: body.NextToken
      ? { MetricDataResults: [results('blocked', HOURS.slice(1), [3])] }
      : { MetricDataResults: [results('allowed', HOURS, [100, 50])], NextToken: 'm' },
  }));
  const hours = await siteMetrics.requests('shop-metric', '2026-11-27T19:00:00.000Z', '2026-11-27T22:00:00.000Z');
  assert.deepEqual(
    [...hours],
    [
      [HOURS[0], { allowed: 100, blocked: 0 }],
      [HOURS[1], { allowed: 50, blocked: 3 }],
    ],
  );
  const [{ MetricStat }] = aws.calls[0]?.body.MetricDataQueries ?? [];
  assert.deepEqual(MetricStat, {
    Metric: {
      Namespace: 'AWS/WAFV2',
      MetricName: 'AllowedRequests',
      Dimensions: [
        { Name: 'WebACL', Value: 'shop-metric' },
        { Name: 'Rule', Value: 'ALL' },
        { Name: 'Region', Value: 'eu-central-1' },
      ],
    },
    Period: 3600,
    Stat: 'Sum',
  });
});

test('days to expiry are the last datapoint’s, less the days since; null where AWS says none', async () => {
  const group = { vendor: 'AWS', name: 'Core', version: 'Version_1.2' };
  const days = ['2026-11-25T00:00:00.000Z', '2026-11-26T00:00:00.000Z'];
  aws.answers({ MetricDataResults: [results('days', days, [32, 31])] });
  assert.equal(await siteMetrics.daysToExpiry(group, '2026-11-27T12:00:00.000Z'), 30);
  assert.deepEqual(
    aws.calls[0]?.body.MetricDataQueries[0].MetricStat.Metric.Dimensions.map(({ Name }: { Name: string }) => Name),
    ['ManagedRuleGroup', 'Vendor', 'Version', 'Region'],
  );
  aws.answers({ MetricDataResults: [results('days', [], [])] });
  assert.equal(await siteMetrics.daysToExpiry(group, '2026-11-27T12:00:00.000Z'), null);
  aws.plays(() => error(400, 'AccessDenied'));
  await assert.rejects(siteMetrics.daysToExpiry(group, '2026-11-27T12:00:00.000Z'), AwsRefused);
});
