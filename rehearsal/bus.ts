/** What carries messages and calls the product: EventBridge's bus, queues, topics, schedules. */
import type { Chance, Clock, Mail } from '#rehearsal/api.ts';
import { Events } from '#rehearsal/events.ts';
import type { Faults } from '#rehearsal/faults.ts';
import type { Gateway } from '#rehearsal/gateway.ts';
import type { Lambda } from '#rehearsal/lambda.ts';
import { Scheduler } from '#rehearsal/scheduler.ts';
import type { Installation } from '#rehearsal/serverless.ts';
import { Sns } from '#rehearsal/sns.ts';
import { Sqs, type SqsParts, textAttributes } from '#rehearsal/sqs.ts';

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
  const place = { endpoint, account: installed.account, region: installed.region };
  const sqs = new Sqs(installed.queues, sources, { clock, chance: chance.of('sqs'), invoke, note, place });
  lambda.bury = (queueArn, body) => sqs.send(queueArn, body);
  const events = new Events(installed, {
    clock,
    chance: chance.of('events'),
    account: installed.account,
    region: installed.region,
    deliver: (id, event) => lambda.fireAndForget(id, event),
    enqueue: (arn, event) => sqs.send(arn, JSON.stringify(event)),
    fault: (source) => faults.onEvent(source),
  });
  const { account, region } = installed;
  const scheduler = new Scheduler({
    clock,
    chance: chance.of('scheduler'),
    account,
    region,
    call: (service, operation, input) => call(service, operation, input, { name: 'scheduler', account, region }),
    invoke: (arn, event) => lambda.fireAndForget(arn, event),
    bury: (arn, body, attributes) => sqs.send(arn, body, textAttributes(attributes)),
    doubled: () => faults.onSchedule(),
    note,
  });
  const sns = new Sns(installed.topics, {
    clock,
    chance: chance.of('sns'),
    endpoint,
    deliver,
    doubled: (topic) => faults.onMail(topic),
    enqueue: (arn, body, attributes) => void sqs.send(arn, body, attributes),
    invoke: (arn, event) => lambda.fireAndForget(arn, event),
    note,
  });
  return { events, sqs, scheduler, sns };
}
