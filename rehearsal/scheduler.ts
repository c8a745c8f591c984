/** What starts by the clock: schedules of functions and rules, and EventBridge Scheduler. */
import type { Chance, Clock } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/chance.ts';
import { compileSchedule, type Schedule } from '#rehearsal/cron.ts';
import type { Installation } from '#rehearsal/serverless.ts';

const UNIVERSAL = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';

export interface SchedulerParts {
  clock: Clock;
  chance: Chance;
  invoke: (functionId: string, event: unknown) => void;
  start: (machineArn: string, name: string | undefined, input: string) => void;
}

export function plan(installed: Installation, parts: SchedulerParts): void {
  const { clock, chance } = parts;
  const { account, region } = installed;
  for (const { key, events } of installed.functions) {
    for (const { kind, name, expression, input } of events) {
      if (kind !== 'schedule') continue;
      const resources = [`arn:aws:events:${region}:${account}:rule/${name}`];
      repeat(compileSchedule(expression, 'UTC', clock.now()), clock, `schedule ${name}`, (at) => {
        const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
        parts.invoke(
          key,
          input ?? {
            version: '0',
            id: uuid(chance),
            'detail-type': 'Scheduled Event',
            source: 'aws.events',
            account,
            time,
            region,
            resources,
            detail: {},
          },
        );
      });
    }
  }
  for (const { name, properties } of installed.rules) {
    if (properties.ScheduleExpression !== undefined)
      throw new Error(
        `rule ${name}: not rehearsed: a ScheduleExpression; use events: - schedule, or AWS::Scheduler::Schedule`,
      );
  }
  for (const { name, arn, properties } of installed.schedules) {
    if (properties.State === 'DISABLED') continue;
    const zone = String(properties.ScheduleExpressionTimezone ?? 'UTC');
    const schedule = compileSchedule(String(properties.ScheduleExpression), zone, clock.now());
    const fire = target(name, arn, properties.Target as Record<string, unknown>, parts);
    repeat(schedule, clock, `schedule ${name}`, fire);
  }
}

function repeat(schedule: Schedule, clock: Clock, what: string, fire: (at: number) => void): void {
  const next = schedule(clock.now());
  if (next === null) return;
  clock.at(next, what, () => {
    repeat(schedule, clock, what, fire);
    fire(next);
  });
}

function target(
  name: string,
  arn: string,
  { Arn, Input }: Record<string, unknown>,
  parts: SchedulerParts,
): (at: number) => void {
  const { chance, invoke, start } = parts;
  const filled = (at: number) =>
    (typeof Input === 'string' ? Input : JSON.stringify(Input ?? {}))
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', `${new Date(at).toISOString().slice(0, 19)}Z`)
      .replaceAll('<aws.scheduler.execution-id>', () => uuid(chance))
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  const id = String(Arn);
  if (id.includes(':stateMachine:')) return (at) => start(id, undefined, filled(at));
  if (id.includes(':lambda:')) return (at) => invoke(id, JSON.parse(filled(at)));
  if (id === UNIVERSAL) {
    return (at) => {
      const call = JSON.parse(filled(at)) as { StateMachineArn: string; Name?: string; Input?: string };
      start(call.StateMachineArn, call.Name, call.Input ?? '{}');
    };
  }
  throw new Error(`schedule ${name}: not rehearsed: the target ${id}`);
}
