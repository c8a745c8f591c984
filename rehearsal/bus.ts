/** What calls the product: EventBridge's bus, queues, schedules. */
import type { Chance, Clock } from '#rehearsal/api.ts';
import { Events } from '#rehearsal/events.ts';
import type { Faults } from '#rehearsal/faults.ts';
import type { Gateway } from '#rehearsal/gateway.ts';
import type { Lambda } from '#rehearsal/lambda.ts';
import { Scheduler } from '#rehearsal/scheduler.ts';
import type { Installation } from '#rehearsal/serverless.ts';
import { Sqs, type SqsParts } from '#rehearsal/sqs.ts';

export interface BusParts {
  clock: Clock;
  chance: Chance;
  lambda: Lambda;
  faults: Faults;
  note: SqsParts['note'];
  call: Gateway['call'];
}

export function openBus(installed: Installation, { clock, chance, lambda, faults, note, call }: BusParts) {
  const sources = installed.functions.flatMap(({ key, queues }) =>
    queues.map((queue) => ({ ...queue, functionKey: key })),
  );
  const invoke = (key: string, event: unknown) => lambda.invoke(key, event);
  const sqs = new Sqs(installed.queues, sources, { clock, chance: chance.of('sqs'), invoke, note });
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
    bury: (arn, body, attributes) => sqs.send(arn, body, attributes),
    doubled: () => faults.onSchedule(),
    note,
  });
  return { events, sqs, scheduler };
}
