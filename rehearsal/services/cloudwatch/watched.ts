/** The alarms of the stack, wired to what they count and to the topics that they tell. */

import { AwsFault, type Clock, type TimelineEvent } from '#rehearsal/api.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { type AlarmsParts, StackAlarms } from '#rehearsal/services/cloudwatch/alarms.ts';
import { Metrics } from '#rehearsal/services/cloudwatch/metrics.ts';
import type { KeyUses } from '#rehearsal/services/kms/key-uses.ts';
import { SEND } from '#rehearsal/services/kms/keys.ts';
import type { Sns } from '#rehearsal/services/sns/sns.ts';
import type { Sqs } from '#rehearsal/services/sqs/sqs.ts';

export interface WatchedParts {
  clock: Clock;
  sns: Sns;
  sqs: Sqs;
  uses: KeyUses;
  /** Whether a fault of the scenario strikes what CloudWatch publishes. */
  struck: () => boolean;
  note: AlarmsParts['note'];
}

/** Returns what is to be told of each event of the timeline. */
export function watchStack(
  installed: Installation,
  { clock, sns, sqs, uses, struck, note }: WatchedParts,
): (event: TimelineEvent) => void {
  const metrics = new Metrics(installed, clock, (queue) => sqs.letters(queue).length);
  const tell: AlarmsParts['tell'] = (topic, alarm, Subject, message) => {
    const context = { 'aws:SourceArn': alarm, 'aws:SourceAccount': installed.account };
    try {
      if (struck()) throw new AwsFault('InternalError', 'a fault of the scenario');
      const by = { service: 'cloudwatch.amazonaws.com', context };
      uses.keys.check({ key: uses.of('sns', topic), actions: SEND, by, via: null });
      sns.publish({ TopicArn: topic, Subject, Message: JSON.stringify(message) });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      note('undelivered', alarm, error.message, { error: error.code });
    }
  };
  new StackAlarms(installed, { clock, metrics, tell, note });
  const machines = new Map(installed.machines.map(({ key, arn }) => [key, arn]));
  return ({ kind, subject, text, data }) => {
    if (kind === 'log') metrics.logged(subject, text);
    if (kind === 'execution') metrics.ended(machines.get(String(data.machine)) ?? '', text);
  };
}
