/** EventBridge's default bus: rules from serverless.yml, events delivered to functions. Best effort: scenarios may lose or double them. */
import { type AwsEvent, AwsFault, type Chance, type Clock, type Fake } from '#rehearsal/api.ts';
import { uuid } from '#rehearsal/engine/chance.ts';
import { readable } from '#rehearsal/engine/service-faults.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { compilePattern, type Pattern } from '#rehearsal/services/events/patterns.ts';

interface Rule {
  name: string;
  matches: Pattern;
  targets: { id: string; input: unknown }[]; // ARN or key of a function
}

interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
  Resources?: string[];
  EventBusName?: string;
  Time?: unknown;
}

/** From event to target; AWS gives no figure, half a second is what people see. */
const DELIVERY_MS = 500;
/** Of all entries of a request together: they must be less. */
const MOST_BYTES = 262_144;

export interface EventsParts {
  clock: Clock;
  chance: Chance;
  account: string;
  region: string;
  deliver: (functionId: string, event: unknown) => void;
  /** A rule's target that is a queue. */
  enqueue?: (queueArn: string, event: unknown, ruleArn: string) => void;
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
    PutEvents: ({ Entries }: { Entries: Entry[] }) => {
      if (Entries.length < 1 || Entries.length > 10)
        throw new AwsFault('ValidationException', 'Entries must have from 1 to 10 members');
      if (Entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= MOST_BYTES)
        throw new AwsFault('ValidationException', 'Total size of the entries in the request is over the limit.');
      const entries = Entries.map((entry) => this.#put(entry));
      return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
    },
    TestEventPattern: ({ EventPattern, Event }: { EventPattern: string; Event: string }) => ({
      Result: readable(() => patternOf(EventPattern)(eventOf(Event))),
    }),
  };

  /** An entry that is refused does not stop the others. */
  #put(entry: Entry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    if (entry.EventBusName !== undefined && !/(^|\/)default$/.test(entry.EventBusName))
      throw new AwsFault('ValidationException', `not rehearsed: the bus ${entry.EventBusName}`);
    const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
    if (missing)
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
      };
    if (entry.Source.startsWith('aws.'))
      return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
    const detail = detailOf(entry.Detail);
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const { Source: source, DetailType, Resources: resources = [] } = entry;
    try {
      return { EventId: this.emit({ source, 'detail-type': DetailType, resources, detail }) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is nested too deep.' };
    }
  }

  /** Returns the event's id. */
  emit(event: AwsEvent): string {
    const { clock, chance, account, region, deliver, enqueue, fault } = this.#parts;
    const time = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const id = uuid(chance);
    const whole = { version: '0', id, account, time, region, ...structuredClone(event) };
    const struck = this.#rules.filter((one) => one.matches(whole));
    if (struck.length === 0) return id;
    const strikes = fault(event.source);
    if (strikes === 'lose') return id;
    const targets = struck.flatMap(({ name, targets }) => targets.map((one) => ({ ...one, rule: name })));
    for (const { id: target, input, rule } of targets) {
      for (let copy = 0; copy < (strikes === 'double' ? 2 : 1); copy++) {
        clock.after(DELIVERY_MS * (copy + 1), `event to ${target}`, () =>
          target.includes(':sqs:')
            ? enqueue?.(target, input ?? whole, `arn:aws:events:${region}:${account}:rule/${rule}`)
            : deliver(target, input ?? whole),
        );
      }
    }
    return id;
  }
}

/** Counted as the EventBridge User Guide does (calculating the size of an entry). */
function bytesOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources].map((text) => Buffer.byteLength(text));
  return texts.reduce((sum, bytes) => sum + bytes, Time === undefined ? 0 : 14);
}

function detailOf(text: string): Record<string, unknown> | null {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? (detail as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function patternOf(text: string): Pattern {
  try {
    return compilePattern(JSON.parse(text));
  } catch (error) {
    throw new AwsFault(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${(error as Error).message}`,
    );
  }
}

/** TestEventPattern takes only whole events. */
function eventOf(text: string): unknown {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw new AwsFault('ValidationException', 'Parameter Event is not valid: it is no JSON.');
  }
  const missing = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'].find(
    (name) => !Object.hasOwn(Object(event), name),
  );
  if (missing) throw new AwsFault('ValidationException', `Parameter Event is not valid: ${missing} is missing.`);
  return event;
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
