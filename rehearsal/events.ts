/** EventBridge's default bus: rules from serverless.yml, events delivered to functions. Best effort: scenarios may lose or double them. */
import { type AwsEvent, AwsFault, type Chance, type Clock, type Fake } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/chance.ts';
import { compilePattern, type Pattern } from '#rehearsal/patterns.ts';
import type { Installation } from '#rehearsal/serverless.ts';

interface Rule {
  name: string;
  matches: Pattern;
  targets: { id: string; input: unknown }[]; // ARN or key of a function
}

/** From event to target; AWS gives no figure, half a second is what people see. */
const DELIVERY_MS = 500;

export interface EventsParts {
  clock: Clock;
  chance: Chance;
  account: string;
  region: string;
  deliver: (functionId: string, event: unknown) => void;
  /** A rule's target that is a queue. */
  enqueue?: (queueArn: string, event: unknown) => void;
  fault: (source: string) => 'lose' | 'double' | null;
}

export class Events implements Fake {
  readonly service = 'events';
  readonly #rules: Rule[];
  readonly #parts: EventsParts;

  constructor(installed: Installation, parts: EventsParts) {
    this.#parts = parts;
    const own = installed.functions.flatMap(({ key, events }) =>
      events
        .filter(({ kind }) => kind === 'pattern')
        .map(({ name, pattern, input }) => ({
          name,
          matches: compilePattern(pattern, `functions.${key}.events`),
          targets: [{ id: key, input }],
        })),
    );
    this.#rules = [
      ...own,
      ...installed.rules
        .filter(({ properties }) => properties.EventPattern !== undefined)
        .map(({ name, properties }) => rule(name, properties)),
    ];
  }

  readonly operations = {
    PutEvents: ({
      Entries,
    }: {
      Entries: { Source: string; DetailType: string; Detail: string; Resources?: string[]; EventBusName?: string }[];
    }) => {
      const entries = Entries.map((entry) => {
        if (entry.EventBusName !== undefined && entry.EventBusName !== 'default')
          throw new AwsFault('ValidationException', `not rehearsed: the bus ${entry.EventBusName}`);
        if (entry.Source.startsWith('aws.'))
          return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
        this.emit({
          source: entry.Source,
          'detail-type': entry.DetailType,
          resources: entry.Resources ?? [],
          detail: JSON.parse(entry.Detail),
        });
        return { EventId: uuid(this.#parts.chance) };
      });
      return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
    },
  };

  emit(event: AwsEvent): void {
    const { clock, chance, account, region, deliver, enqueue, fault } = this.#parts;
    const time = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const whole = { version: '0', id: uuid(chance), account, time, region, ...structuredClone(event) };
    const struck = this.#rules.filter((one) => one.matches(whole));
    if (struck.length === 0) return;
    const strikes = fault(event.source);
    if (strikes === 'lose') return;
    for (const { id, input } of struck.flatMap((one) => one.targets)) {
      for (let copy = 0; copy < (strikes === 'double' ? 2 : 1); copy++) {
        clock.after(DELIVERY_MS * (copy + 1), `event to ${id}`, () =>
          id.includes(':sqs:') ? enqueue?.(id, input ?? whole) : deliver(id, input ?? whole),
        );
      }
    }
  }
}

function rule(name: string, { EventPattern, Targets, State }: Record<string, unknown>): Rule {
  const targets = ((Targets ?? []) as Record<string, unknown>[]).map((target) => {
    const arn = String(target.Arn);
    if (!/:(lambda|sqs):/.test(arn)) throw new Error(`rule ${name}: not rehearsed: the target ${arn}`);
    if (target.InputTransformer ?? target.InputPath)
      throw new Error(`rule ${name}: not rehearsed: a transformed input`);
    return { id: arn, input: target.Input === undefined ? undefined : JSON.parse(String(target.Input)) };
  });
  const matches = compilePattern(EventPattern, `rule ${name}`);
  return { name, matches: State === 'DISABLED' ? () => false : matches, targets };
}
