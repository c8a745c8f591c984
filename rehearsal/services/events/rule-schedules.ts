/** Rules that call a function by the clock: `schedule` events of serverless.yml, in UTC. A rate counts from the deployment. */
import type { Chance, Clock } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { compileSchedule, type Schedule } from '#rehearsal/services/scheduler/cron.ts';

export interface RuleParts {
  clock: Clock;
  chance: Chance;
  invoke: (functionKey: string, event: unknown) => void;
}

/** Throws for what is not played, with the rule's name. */
export function keepRules(installed: Installation, { clock, chance, invoke }: RuleParts): void {
  const { account, region } = installed;
  for (const { name, properties } of installed.rules) {
    if (properties.ScheduleExpression !== undefined)
      throw new Error(
        `rule ${name}: not rehearsed: a ScheduleExpression; use events: - schedule, or AWS::Scheduler::Schedule`,
      );
  }
  for (const { key, events } of installed.functions) {
    for (const { kind, name, expression, input } of events) {
      if (kind !== 'schedule') continue;
      const resources = [`arn:aws:events:${region}:${account}:rule/${name}`];
      const base = { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', account, region, resources };
      repeat(compileSchedule(expression, 'UTC', clock.now()), clock, `schedule ${name}`, (at) => {
        const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
        invoke(key, input ?? { ...base, id: uuid(chance), time, detail: {} });
      });
    }
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
