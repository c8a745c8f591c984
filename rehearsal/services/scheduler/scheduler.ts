/** EventBridge Scheduler: schedules of the stack and of clients, in the default group, by rate, cron and at in time zones. */
import { AwsFault, type Fake, type Timer } from '#rehearsal/api.ts';
import { judgedInput } from '#rehearsal/models/verdict.ts';
import { pageOf, timeOf } from '#rehearsal/services/paging.ts';
import { compileSchedule, type Schedule } from '#rehearsal/services/scheduler/cron.ts';
import { callingOf, deliver, type Target, type TargetParts } from '#rehearsal/services/scheduler/schedule-target.ts';

/** What clients write; `timeOf` says how its dates come. */
interface Written {
  Name: string;
  GroupName?: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: unknown;
  EndDate?: unknown;
  State?: 'ENABLED' | 'DISABLED';
  FlexibleTimeWindow: { Mode: 'OFF' | 'FLEXIBLE'; MaximumWindowInMinutes?: number };
  Target: Target;
  ActionAfterCompletion?: 'NONE' | 'DELETE';
  ClientToken?: string;
  Description?: string;
  KmsKeyArn?: string;
}

interface Kept {
  arn: string;
  written: Written;
  made: number; // epoch milliseconds, as all times here
  changed: number;
  timer: Timer | null;
}

export interface SchedulerParts extends TargetParts {
  account: string;
  region: string;
  /** Is this invocation, as AWS has it now and then, made twice? */
  doubled: (name: string) => boolean;
}

const MINUTE = 60_000;
const PAGE = { operation: 'ListSchedules', least: 1, most: 100, usual: 100 };

export class Scheduler implements Fake {
  readonly service = 'scheduler';
  readonly #schedules = new Map<string, Kept>();
  readonly #parts: SchedulerParts;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  readonly operations = {
    CreateSchedule: (input: Written) => ({ ScheduleArn: this.create(input) }),
    UpdateSchedule: (input: Written) => {
      const kept = this.#find(input);
      const next = this.#compiled(input);
      Object.assign(kept, { written: input, changed: this.#parts.clock.now() });
      this.#arm(kept, next, kept.changed);
      return { ScheduleArn: kept.arn };
    },
    DeleteSchedule: (input: { Name: string; GroupName?: string }) => {
      this.#remove(this.#find(input));
      return {};
    },
    GetSchedule: (input: { Name: string; GroupName?: string }) => {
      const { arn, written, made, changed } = this.#find(input);
      const { ClientToken: _, ...told } = written;
      const dates = Object.fromEntries(
        (['StartDate', 'EndDate'] as const).flatMap((key) => {
          const at = timeOf(written[key]);
          return at === null ? [] : [[key, new Date(at)]];
        }),
      );
      return {
        ...defaults(told),
        ...dates,
        Arn: arn,
        CreationDate: new Date(made),
        LastModificationDate: new Date(changed),
      };
    },
    ListSchedules: (input: {
      GroupName?: string;
      NamePrefix?: string;
      State?: string;
      MaxResults?: number;
      NextToken?: string;
    }) => {
      const { GroupName, NamePrefix = '', State, MaxResults, NextToken } = input;
      checkGroup(GroupName);
      const all = [...this.#schedules.values()]
        .filter(({ written }) => written.Name.startsWith(NamePrefix) && (!State || defaults(written).State === State))
        .sort((one, other) => (one.written.Name < other.written.Name ? -1 : 1));
      const { rows, next } = pageOf(all, PAGE, { GroupName, NamePrefix, State }, MaxResults, NextToken);
      return { Schedules: rows.map(summary), NextToken: next };
    },
  };

  /** One of the stack. Throws with its name. */
  install(name: string, properties: unknown): void {
    try {
      this.create(judgedInput('scheduler', 'CreateSchedule', properties) as Written);
    } catch (error) {
      throw new Error(`schedule ${name}: ${(error as Error).message}`);
    }
  }

  /** Returns its ARN. Throws AwsFault for what AWS would refuse, an expression that never comes true among it. */
  create(input: Written): string {
    const { account, region, clock } = this.#parts;
    checkGroup(input.GroupName);
    const there = this.#schedules.get(input.Name);
    if (there && input.ClientToken !== undefined && there.written.ClientToken === input.ClientToken) return there.arn;
    if (there) throw new AwsFault('ConflictException', `Schedule ${input.Name} already exists.`, 409);
    const next = this.#compiled(input);
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/default/${input.Name}`;
    const now = clock.now();
    const kept = { arn, written: input, made: now, changed: now, timer: null };
    this.#schedules.set(input.Name, kept);
    this.#arm(kept, next, now);
    return arn;
  }

  /** Throws AwsFault where the schedule cannot be kept. */
  #compiled(input: Written): Schedule {
    const {
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: zone = 'UTC',
      Target,
      FlexibleTimeWindow,
    } = input;
    const { clock } = this.#parts;
    const isOnce = expression.startsWith('at(');
    const start = isOnce ? null : timeOf(input.StartDate);
    const end = isOnce ? null : timeOf(input.EndDate);
    if (!isZone(zone)) throw invalid(`Invalid Schedule Expression Timezone ${zone}.`);
    if (start !== null && end !== null && start >= end) throw invalid('The EndDate must be after the StartDate.');
    if (FlexibleTimeWindow.Mode === 'OFF' && FlexibleTimeWindow.MaximumWindowInMinutes !== undefined)
      throw invalid('MaximumWindowInMinutes can be given in the mode FLEXIBLE only.');
    if (FlexibleTimeWindow.Mode === 'FLEXIBLE' && FlexibleTimeWindow.MaximumWindowInMinutes === undefined)
      throw invalid('MaximumWindowInMinutes must be given in the mode FLEXIBLE.');
    try {
      callingOf(Target, this.#parts);
    } catch (error) {
      throw invalid((error as Error).message);
    }
    const from = Math.max(start ?? 0, clock.now());
    let compiled: Schedule;
    try {
      compiled = compileSchedule(expression, zone, from);
    } catch {
      throw invalid(`Invalid Schedule Expression ${expression}.`);
    }
    const within: Schedule = (after) => {
      const at = compiled(Math.max(after, from - 1));
      return at === null || (end !== null && at > end) ? null : at;
    };
    if (within(firstAfter(expression, clock.now())) === null)
      throw invalid(`Invalid Schedule Expression ${expression}.`);
    return within;
  }

  #arm(kept: Kept, next: Schedule, now: number): void {
    kept.timer?.cancel();
    kept.timer = null;
    if (kept.written.State !== 'DISABLED')
      this.#wait(kept, next, next(firstAfter(kept.written.ScheduleExpression, now)));
  }

  #wait(kept: Kept, next: Schedule, at: number | null): void {
    const { clock, chance, doubled } = this.#parts;
    const { Name, FlexibleTimeWindow, ActionAfterCompletion, Target, KmsKeyArn } = kept.written;
    if (at === null) {
      if (ActionAfterCompletion === 'DELETE') this.#remove(kept);
      return;
    }
    const minutes = FlexibleTimeWindow.MaximumWindowInMinutes ?? 0;
    kept.timer = clock.at(at, `schedule ${Name}`, () => {
      const call = () => void deliver(kept.arn, Target, KmsKeyArn, at, this.#parts);
      const calls = doubled(Name) ? [call, call] : [call];
      for (const one of calls) clock.after(minutes === 0 ? 0 : chance.int(minutes * MINUTE), `schedule ${Name}`, one);
      this.#wait(kept, next, next(at));
    });
  }

  #find({ Name, GroupName }: { Name: string; GroupName?: string | undefined }): Kept {
    checkGroup(GroupName);
    const found = this.#schedules.get(Name);
    if (!found) throw new AwsFault('ResourceNotFoundException', `Schedule ${Name} does not exist.`, 404);
    return found;
  }

  #remove(kept: Kept): void {
    kept.timer?.cancel();
    this.#schedules.delete(kept.written.Name);
  }
}

/** A rate calls for the first time as soon as it is there, everything else at a time to come (userguide: schedule-types). */
function firstAfter(expression: string, now: number): number {
  return expression.startsWith('rate(') ? now - 1 : now;
}

function defaults(written: Written) {
  const { GroupName = 'default', ScheduleExpressionTimezone = 'UTC', State = 'ENABLED' } = written;
  return { ActionAfterCompletion: 'NONE', ...written, GroupName, ScheduleExpressionTimezone, State };
}

function summary({ arn, written, made, changed }: Kept) {
  const { Name, GroupName, State } = defaults(written);
  const dates = { CreationDate: new Date(made), LastModificationDate: new Date(changed) };
  return { Arn: arn, Name, GroupName, State, ...dates, Target: { Arn: written.Target.Arn } };
}

function checkGroup(name: string | undefined): void {
  if (name !== undefined && name !== 'default')
    throw new AwsFault('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function invalid(words: string): AwsFault {
  return new AwsFault('ValidationException', words);
}
