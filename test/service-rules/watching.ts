/** Scheduler, EventBridge, CloudWatch and its logs: what calls, and what rings. */

import { isFifo, queueAt } from './messages.ts';
import { each, first, of, type Properties, type Rule } from './rule.ts';

const SCHEDULE = 'AWS::Scheduler::Schedule';
const ALARM = 'AWS::CloudWatch::Alarm';
const READ_ONLY =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)/;

/** The metrics that an alarm reads, by the length of their periods in seconds. */
const periods = ({ Period, Metrics = [] }: Properties): number[] =>
  Period ? [Period] : Metrics.flatMap((one: Properties) => one.MetricStat?.Period ?? []);

export const watching: Rule[] = [
  {
    rule: 'Scheduler: a universal target calls nothing that only reads',
    source: 'scheduler/latest/UserGuide/managing-targets-universal.html (unsupported actions)',
    broken: (stack) =>
      each(stack, SCHEDULE, ({ Target }) => {
        const [, action = ''] = /:aws-sdk:\w+:(\w+)$/.exec(Target.Arn) ?? [];
        return READ_ONLY.test(action) && action;
      }),
    plant: (stack) => {
      first(stack, SCHEDULE).Target.Arn = 'arn:aws:scheduler:::aws-sdk:sfn:listExecutions';
    },
  },
  {
    rule: 'Scheduler: the input of a universal target is JSON, and names an execution that Step Functions takes',
    source:
      'scheduler/latest/UserGuide/troubleshooting.html (it is looked at no sooner than at the call); step-functions/latest/apireference/API_StartExecution.html',
    broken: (stack) =>
      each(stack, SCHEDULE, ({ Target }) => {
        try {
          const { Name = '', StateMachineArn } = JSON.parse(Target.Input);
          const called = Name.replace('<aws.scheduler.execution-id>', 'ad06616e51cdf74a');
          return (!StateMachineArn || !/^[0-9A-Za-z_-]{1,80}$/.test(called)) && called;
        } catch (error) {
          return (error as Error).message;
        }
      }),
    plant: (stack) => {
      const { Target } = first(stack, SCHEDULE);
      Target.Input = Target.Input.replace('execution-id', 'scheduled-time');
    },
  },
  {
    rule: 'Scheduler: dead letters go to a standard queue',
    source: 'scheduler/latest/UserGuide/configuring-schedule-dlq.html',
    broken: (stack) =>
      each(stack, SCHEDULE, ({ Target }) => {
        const queue = queueAt(stack, Target.DeadLetterConfig?.Arn);
        return Target.DeadLetterConfig && (!queue || isFifo(queue));
      }),
    plant: (stack) => {
      first(stack, SCHEDULE).Target.DeadLetterConfig.Arn += '.fifo';
    },
  },
  {
    rule: 'EventBridge: a pattern has at most 2,048 characters, a rule at most five targets',
    source: 'eventbridge/latest/userguide/eb-quota.html',
    broken: (stack) =>
      each(stack, 'AWS::Events::Rule', ({ EventPattern, Targets = [] }) => {
        const length = EventPattern === undefined ? 0 : JSON.stringify(EventPattern).length;
        return (length > 2048 || Targets.length > 5) && `${length} characters, ${Targets.length} targets`;
      }),
    plant: (stack) => {
      const [, rule] = of(stack, 'AWS::Events::Rule').find(([, one]) => one.EventPattern) ?? [];
      rule.EventPattern['detail-type'] = Array.from({ length: 200 }, (_, at) => `Inspector2 Finding ${at}`);
    },
  },
  {
    rule: 'EventBridge: dead letters of a target go to a standard queue',
    source: 'eventbridge/latest/userguide/eb-rule-dlq.html',
    broken: (stack) =>
      each(stack, 'AWS::Events::Rule', ({ Targets = [] }) =>
        Targets.some(({ DeadLetterConfig }: Properties) => {
          const queue = queueAt(stack, DeadLetterConfig?.Arn);
          return DeadLetterConfig && (!queue || isFifo(queue));
        }),
      ),
    plant: (stack) => {
      const [, letters] = of(stack, 'AWS::SQS::Queue').find(([id]) => id === 'DeadLetters') ?? [];
      letters.FifoQueue = true;
    },
  },
  {
    rule: 'CloudWatch: no alarm takes missing data for bad news; a new one would ring minutes after a first deployment',
    source: 'AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html (third row of the first table)',
    broken: (stack) =>
      each(stack, ALARM, ({ TreatMissingData }) => TreatMissingData === 'breaching' && TreatMissingData),
    plant: (stack) => {
      first(stack, ALARM).TreatMissingData = 'breaching';
    },
  },
  {
    rule: 'CloudWatch: an alarm looks back a day at most, a week where its period is an hour or longer',
    source: 'AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (Period)',
    broken: (stack) =>
      each(stack, ALARM, (alarm) =>
        periods(alarm).some((period) => {
          const isLong = period * alarm.EvaluationPeriods > (period < 3600 ? 86_400 : 604_800);
          return isLong || !([10, 20, 30].includes(period) || period % 60 === 0);
        }),
      ),
    plant: (stack) => {
      first(stack, ALARM).EvaluationPeriods = 289;
    },
  },
  {
    rule: 'CloudWatch: an alarm watches either one metric or one result of several, and at most five actions come of a state',
    source: 'AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (Metrics, AlarmActions)',
    broken: (stack) =>
      each(stack, ALARM, (alarm) => {
        const { Metrics, MetricName, AlarmActions = [], DatapointsToAlarm = 1, EvaluationPeriods } = alarm;
        const results = (Metrics ?? []).filter(({ ReturnData }: Properties) => ReturnData !== false).length;
        return (
          Boolean(Metrics) === Boolean(MetricName) ||
          (Metrics && results !== 1) ||
          AlarmActions.length > 5 ||
          DatapointsToAlarm > EvaluationPeriods
        );
      }),
    plant: (stack) => {
      const [, alarm] = of(stack, ALARM).find(([, one]) => one.Metrics) ?? [];
      for (const metric of alarm.Metrics) delete metric.ReturnData;
    },
  },
  {
    rule: 'Logs: a metric filter is made only on a log group that is there before it',
    source: 'AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html (ResourceNotFoundException)',
    broken: (stack) =>
      each(stack, 'AWS::Logs::MetricFilter', ({ LogGroupName }, id) => {
        const [group] = of(stack, 'AWS::Logs::LogGroup').find(([, one]) => one.LogGroupName === LogGroupName) ?? [];
        const { DependsOn } = stack.template.Resources[id] as { DependsOn?: unknown };
        return (!group || ![DependsOn].flat().includes(group)) && `needs ${LogGroupName} first`;
      }),
    plant: (stack) => {
      const [[id = ''] = []] = of(stack, 'AWS::Logs::MetricFilter');
      delete stack.template.Resources[id]?.DependsOn;
    },
  },
];
