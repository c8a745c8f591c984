/** What carries messages and calls the product: EventBridge's bus, queues, topics, schedules. */
import { AwsFault, type Chance, type Clock, type Mail } from '#rehearsal/api.ts';
import type { Faults } from '#rehearsal/engine/faults.ts';
import type { Gateway } from '#rehearsal/engine/gateway.ts';
import type { Lambda } from '#rehearsal/engine/lambda.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { watchStack } from '#rehearsal/services/cloudwatch/watched.ts';
import { Events } from '#rehearsal/services/events/events.ts';
import { KeyUses } from '#rehearsal/services/kms/key-uses.ts';
import { OPEN } from '#rehearsal/services/kms/keys.ts';
import { Scheduler } from '#rehearsal/services/scheduler/scheduler.ts';
import { Sns } from '#rehearsal/services/sns/sns.ts';
import { sqsFake } from '#rehearsal/services/sqs/api.ts';
import { Sqs, type SqsParts, textAttributes } from '#rehearsal/services/sqs/sqs.ts';

export interface BusParts {
  clock: Clock;
  chance: Chance;
  endpoint: string;
  lambda: Lambda;
  faults: Faults;
  deliver: (mail: Mail) => void;
  note: SqsParts['note'];
  call: Gateway['call'];
}

export function openBus(
  installed: Installation,
  { clock, chance, endpoint, lambda, faults, deliver, note, call }: BusParts,
) {
  const sources = installed.functions.flatMap(({ key, queues }) =>
    queues.map((queue) => ({ ...queue, functionKey: key })),
  );
  const invoke = (key: string, event: unknown) => lambda.invoke(key, event);
  const { account, region } = installed;
  const uses = new KeyUses(installed);
  const role = (functionKey: string) => ({ name: functionKey, account, region });
  const poll = (queue: string, functionKey: string) =>
    uses.keys.check({ key: uses.of('sqs', queue), actions: OPEN, by: role(functionKey), via: 'sqs' });
  // The source's ARN is all that AWS says to come along into encrypted queues (sqs-key-management: confused deputy).
  const service = (name: string, sourceArn: string) => ({
    service: `${name}.amazonaws.com`,
    context: { 'aws:SourceArn': sourceArn },
  });
  /** For those who are AWS: nobody hears of it when they may not. */
  const quietly = (who: string, send: () => void) => {
    try {
      send();
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      note('undelivered', who, error.message, { error: error.code });
    }
  };
  const place = { endpoint, account: installed.account, region: installed.region };
  const sqs = new Sqs(installed.queues, sources, { clock, chance: chance.of('sqs'), invoke, poll, note, place });
  lambda.bury = (queueArn, body, functionKey) =>
    quietly(functionKey, () => {
      uses.intoQueue(queueArn, role(functionKey));
      sqs.send(queueArn, body);
    });
  const events = new Events(installed, {
    clock,
    chance: chance.of('events'),
    account: installed.account,
    region: installed.region,
    deliver: (id, event) => lambda.fireAndForget(id, event),
    enqueue: (arn, event, ruleArn) =>
      quietly(ruleArn, () => {
        uses.intoQueue(arn, service('events', ruleArn));
        sqs.send(arn, JSON.stringify(event));
      }),
    fault: (source) => faults.onEvent(source),
  });
  const schedule = (roleArn: string | undefined) => ({ ...role('scheduler'), ...(roleArn && { role: roleArn }) });
  const scheduler = new Scheduler({
    clock,
    chance: chance.of('scheduler'),
    account,
    region,
    call: (service, operation, input, roleArn) => call(service, operation, input, schedule(roleArn)),
    invoke: (arn, event) => lambda.fireAndForget(arn, event),
    bury: (arn, body, attributes, roleArn) => {
      uses.intoQueue(arn, schedule(roleArn));
      sqs.send(arn, body, textAttributes(attributes));
    },
    open: (key, roleArn) => uses.keys.check({ key, actions: OPEN, by: schedule(roleArn), via: null }),
    doubled: () => faults.onSchedule(),
    note,
  });
  const sns = new Sns(installed.topics, {
    clock,
    chance: chance.of('sns'),
    endpoint,
    deliver,
    doubled: (topic) => faults.onMail(topic),
    enqueue: (arn, body, attributes, topicArn) => {
      uses.intoQueue(arn, service('sns', topicArn));
      sqs.send(arn, body, attributes);
    },
    invoke: (arn, event) => lambda.fireAndForget(arn, event),
    note,
  });
  const struck = () => faults.onCall('sns.Publish', 'cloudwatch') !== null;
  const watching = watchStack(installed, { clock, sns, sqs, uses, struck, note });
  return { events, sqs, scheduler, sns, fakes: [sns, sqsFake(sqs), events, scheduler], uses, watching };
}
