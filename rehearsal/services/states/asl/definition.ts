/** Reads a definition of the Amazon States Language in JSONata. All faults are reported at once; what is not played is refused by name. */
import { BadDefinition } from '#rehearsal/services/states/asl/errors.ts';
import { isExpression } from '#rehearsal/services/states/asl/expression.ts';
import type { Json } from '#rehearsal/services/states/asl/fields.ts';
import { checkFlow } from '#rehearsal/services/states/asl/flow.ts';
import type { Machine, State, TaskState } from '#rehearsal/services/states/asl/machine.ts';
import { DefinitionParts, MOST_SECONDS } from '#rehearsal/services/states/asl/parts.ts';

const COMMON = ['Type', 'Comment', 'QueryLanguage', 'Assign', 'Output'];
const FLOW = ['Next', 'End'];
const FALLIBLE = ['Retry', 'Catch'];
const FIELDS: Record<string, string[]> = {
  Task: [...COMMON, ...FLOW, ...FALLIBLE, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Wait: [...COMMON, ...FLOW, 'Seconds', 'Timestamp'],
  Pass: [...COMMON, ...FLOW],
  Succeed: ['Type', 'Comment', 'QueryLanguage', 'Output'],
  Fail: ['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause'],
  Choice: [...COMMON, 'Choices', 'Default'],
  Parallel: [...COMMON, ...FLOW, ...FALLIBLE, 'Arguments', 'Branches'],
  Map: [...COMMON, ...FLOW, ...FALLIBLE, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor'],
};
/** Where an expression is one; in others, such as Comment, it is text. */
const EXPRESSIONS = [
  'Output',
  'Arguments',
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Seconds',
  'Timestamp',
  'Error',
  'Cause',
  'Items',
  'ItemSelector',
  'MaxConcurrency',
];
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * `resources`: the resources that the caller can perform, each with the patterns that it plays. `argumentFaults`: what is wrong with
 * Arguments for one of them.
 */
export function loadMachine(
  definition: unknown,
  resources: Record<string, TaskState['pattern'][]>,
  argumentFaults?: (resource: string, given: unknown) => string[],
): Machine {
  const reading = new Reading(resources, argumentFaults);
  let machine: Machine;
  try {
    machine = reading.machine(definition, '', new Set());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the stack
    throw new BadDefinition([{ code: 'TOO_DEEPLY_NESTED', message: 'The states are too deeply nested', at: null }]);
  }
  if (reading.faults.length > 0) throw new BadDefinition(reading.faults);
  return machine;
}

class Reading extends DefinitionParts {
  readonly #names = new Set<string>();

  /** `at`: of the machine, '' for the whole definition. */
  machine(value: unknown, at: string, outer: ReadonlySet<string>): Machine {
    const isInside = at !== '';
    if (!isInside && (value === null || value === ''))
      this.fault(null, 'Received a null or empty workflow input', 'MISSING_DESCRIPTION');
    const json = this.object(value, isInside ? at : '/');
    const own = isInside ? ['ProcessorConfig'] : ['QueryLanguage', 'TimeoutSeconds', 'Version'];
    this.unknown(json, ['StartAt', 'States', 'Comment', ...own], isInside ? at : '/');
    this.maybeText(json.Comment, `${at}/Comment`);
    this.maybeText(json.Version, `${at}/Version`);
    if (!isInside) this.#language(json.QueryLanguage);
    if (json.ProcessorConfig !== undefined) this.#processorConfig(json.ProcessorConfig, `${at}/ProcessorConfig`);
    const startAt = this.text(json.StartAt, `${at}/StartAt`);
    const given = this.object(json.States, `${at}/States`);
    if (json.States === given && Object.keys(given).length === 0)
      this.fault(`${at}/States`, "The field 'States' should be non-empty");
    const assigned = new Set(Object.values(given).flatMap((state) => assignedBy(state)));
    for (const name of assigned)
      if (outer.has(name)) this.fault(`${at}/States`, `the variable ${name} belongs to an outer scope`);
    const states: Record<string, State> = Object.create(null); // a state may be called __proto__
    for (const [name, state] of Object.entries(given)) {
      const place = `${at}/States/${name}`;
      if (name.length > 80 || name === '')
        this.fault(place, 'The name of a state has from 1 to 80 characters', 'INVALID_STATE_NAME');
      if (this.#names.has(name)) this.fault(place, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
      this.#names.add(name);
      const made = this.#state(name, state, place, new Set([...outer, ...assigned]));
      if (made) states[name] = made;
    }
    const seconds = json.TimeoutSeconds;
    const timeoutSeconds =
      seconds === undefined ? null : this.whole(seconds, [1, MOST_SECONDS], `${at}/TimeoutSeconds`, 1);
    const machine = { startAt, states, timeoutSeconds };
    checkFlow(machine, Object.keys(given), at, (...told) => this.fault(...told));
    return machine;
  }

  #language(value: unknown): void {
    if (value === 'JSONPath' || value === undefined)
      this.fault('/QueryLanguage', 'not rehearsed: JSONPath (QueryLanguage must be JSONata)');
    else this.oneOf(value, ['JSONPath', 'JSONata'], '/QueryLanguage');
  }

  #processorConfig(value: unknown, at: string): void {
    const config = this.object(value, at);
    this.unknown(config, ['Mode', 'ExecutionType'], at);
    if (config.Mode === 'DISTRIBUTED') this.fault(`${at}/Mode`, 'not rehearsed: a Map of mode DISTRIBUTED');
    else if (config !== value || config.Mode !== undefined)
      this.oneOf(config.Mode, ['INLINE', 'DISTRIBUTED'], `${at}/Mode`);
    if (config.Mode !== 'DISTRIBUTED' && config.ExecutionType !== undefined)
      this.fault(at, "Field 'ExecutionType' is not supported");
  }

  #state(name: string, value: unknown, at: string, scope: ReadonlySet<string>): State | null {
    const json = this.object(value, at);
    const type = json === value ? this.text(json.Type, `${at}/Type`) : '';
    const fields = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
    if (!fields) {
      if (type !== '')
        this.fault(
          `${at}/Type`,
          `The field 'Type' should have one of these values: [${Object.keys(FIELDS).join(', ')}]`,
        );
      return null;
    }
    if (json.QueryLanguage === 'JSONPath')
      this.fault(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
    else if (json.QueryLanguage !== undefined)
      this.oneOf(json.QueryLanguage, ['JSONPath', 'JSONata'], `${at}/QueryLanguage`);
    this.unknown(json, fields, at);
    this.maybeText(json.Comment, `${at}/Comment`);
    this.expressions(
      json,
      EXPRESSIONS.filter((field) => fields.includes(field)),
      at,
    );
    const common = {
      name,
      next: fields.includes('End') ? this.#next(json, at) : null,
      assign: fields.includes('Assign') ? this.assign(json.Assign, at) : null,
      output: json.Output,
    };
    const fallible = () => ({ ...common, retry: this.retry(json.Retry, at), catch: this.catch(json.Catch, at) });
    switch (type) {
      case 'Task':
        return { type, ...fallible(), ...this.resource(json, at) };
      case 'Parallel': {
        const branches = this.list(json.Branches, `${at}/Branches`, 1).map((one, place) =>
          this.machine(one, `${at}/Branches[${place}]`, scope),
        );
        return { type, ...fallible(), arguments: this.arguments(json, at), branches };
      }
      case 'Map':
        return { type, ...fallible(), ...this.#map(json, at, scope) };
      case 'Choice':
        return {
          type,
          ...common,
          next: this.maybeText(json.Default, `${at}/Default`),
          choices: this.rules(json.Choices, at),
        };
      case 'Wait':
        this.#wait(json, at);
        return { type, ...common, seconds: json.Seconds, timestamp: json.Timestamp };
      case 'Fail':
        this.maybeText(json.Error, `${at}/Error`);
        this.maybeText(json.Cause, `${at}/Cause`);
        return { type, ...common, error: json.Error, cause: json.Cause };
      default:
        return { type: type as 'Pass' | 'Succeed', ...common };
    }
  }

  /** null: the end. */
  #next({ Next, End }: Json, at: string): string | null {
    if (End !== undefined && typeof End !== 'boolean') this.fault(`${at}/End`, 'Expected value of type [BOOLEAN]');
    else if ((Next === undefined) === (End === undefined) || End === false)
      this.fault(at, 'needs either Next or "End": true');
    return this.maybeText(Next, `${at}/Next`);
  }

  #map({ Items, ItemSelector, MaxConcurrency, ItemProcessor }: Json, at: string, scope: ReadonlySet<string>) {
    const isGiven = Items !== undefined && !(typeof Items === 'string' && isExpression(Items));
    if (isGiven && (typeof Items !== 'object' || Items === null))
      this.fault(`${at}/Items`, 'Expected value of type [ARRAY]');
    else if (isGiven && !Array.isArray(Items)) this.fault(`${at}/Items`, 'not rehearsed: Items that are an object');
    if (MaxConcurrency !== undefined) this.wholeOrExpression(MaxConcurrency, [0, MOST_SECONDS], `${at}/MaxConcurrency`);
    return {
      items: Items,
      itemSelector: ItemSelector,
      maxConcurrency: MaxConcurrency,
      processor: this.machine(ItemProcessor, `${at}/ItemProcessor`, scope),
    };
  }

  #wait({ Seconds, Timestamp }: Json, at: string): void {
    if ((Seconds === undefined) === (Timestamp === undefined)) this.fault(at, 'needs either Seconds or Timestamp');
    if (Seconds !== undefined) this.wholeOrExpression(Seconds, [0, MOST_SECONDS], `${at}/Seconds`);
    if (Timestamp === undefined) return;
    const text = this.text(Timestamp, `${at}/Timestamp`);
    if (text !== '' && !isExpression(text) && !(RFC3339.test(text) && !Number.isNaN(Date.parse(text))))
      this.fault(`${at}/Timestamp`, 'Expected a time such as 2016-08-18T17:33:00Z');
  }
}

/** Names of the variables that a state sets, wherever in it. */
function assignedBy(value: unknown): string[] {
  const state = (value ?? {}) as { Assign?: object; Catch?: { Assign?: object }[]; Choices?: { Assign?: object }[] };
  const parts = [
    state,
    ...(Array.isArray(state.Catch) ? state.Catch : []),
    ...(Array.isArray(state.Choices) ? state.Choices : []),
  ];
  return parts.flatMap((part) => Object.keys(part?.Assign ?? {}));
}
