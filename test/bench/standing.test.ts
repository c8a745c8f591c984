import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standing } from '../../bench/standing.ts';

type Resources = Parameters<typeof standing>[0];

const STAGE: Resources = {
  Key: { Type: 'AWS::KMS::Key', Properties: {} },
  Plain: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'x' } },
  Expression: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] },
  },
  Filter: {
    Type: 'AWS::Logs::MetricFilter',
    Properties: { MetricTransformations: [{ MetricNamespace: 'n', MetricName: 'x' }] },
  },
  Again: {
    Type: 'AWS::Logs::MetricFilter',
    Properties: { MetricTransformations: [{ MetricNamespace: 'n', MetricName: 'x' }] },
  },
  Sweeper: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'sweeper', MemorySize: 512 } },
  Every: {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(1 hour)', Targets: [{ Arn: 'arn:aws:lambda:r:1:function:sweeper' }] },
  },
  Pattern: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {}, Targets: [{ Arn: 'x' }] } },
  Polled: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { EventSourceArn: 'arn:aws:sqs:r:1:findings' } },
};

const cents = (resources: Resources) => standing(resources).map(([what, dollars]) => [what, dollars.toFixed(2)]);

test('what costs without a campaign is counted: keys, metrics of alarms and ours, invocations, empty polls', () => {
  assert.deepEqual(cents(STAGE), [
    ['The key', '1.00'],
    ['Alarms (3 metrics in 2)', '0.30'],
    ['Metrics of ours (1)', '0.30'],
    ['Polls of an empty queue (648,000)', '0.26'],
    ['Functions on a schedule (1, 720 invocations)', '0.00'],
  ]);
});

test('a second queue, an oftener schedule and a larger function cost more', () => {
  const { Polled, Every, Sweeper } = STAGE;
  assert.ok(Polled && Every && Sweeper);
  const more = {
    ...STAGE,
    Second: Polled,
    Every: { ...Every, Properties: { ...Every.Properties, ScheduleExpression: 'rate(1 minute)' } },
    Sweeper: { ...Sweeper, Properties: { ...Sweeper.Properties, MemorySize: 1024 } },
  };
  assert.deepEqual(cents(more).slice(-2), [
    ['Polls of an empty queue (1,296,000)', '0.52'],
    ['Functions on a schedule (1, 43,200 invocations)', '0.24'],
  ]);
});

test('a schedule that is no rate is not guessed', () => {
  const rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 2 * * ? *)', Targets: [] } };
  assert.throws(() => standing({ rule }), /how often/);
});
