/** Reads a definition of the Amazon States Language in JSONata. All faults are reported at once; what is not played is refused by name. */
import { BadDefinition } from '#rehearsal/asl/errors.ts';
import { expressionFaults, isExpression } from '#rehearsal/asl/expression.ts';
import type { Catcher, Machine, Retrier, State, TaskState } from '#rehearsal/asl/machine.ts';

type Json = Record<string, unknown>;

const JSONPATH = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'ItemsPath',
  'Variable',
  'TimeoutSecondsPath',
  'SecondsPath',
  'TimestampPath',
];
const COMMON = ['Type', 'Comment', 'QueryLanguage', 'Assign', 'Output'];
const FLOW = ['Next', 'End'];
const FALLIBLE = ['Retry', 'Catch'];
const FIELDS: Record<string, string[]> = {
  Pass: [...COMMON, ...FLOW],
  Succeed: ['Type', 'Comment', 'QueryLanguage', 'Output'],
  Fail: ['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause'],
  Wait: [...COMMON, ...FLOW, 'Seconds', 'Timestamp'],
  Choice: [...COMMON, 'Choices', 'Default'],
  Task: [...COMMON, ...FLOW, ...FALLIBLE, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Parallel: [...COMMON, ...FLOW, ...FALLIBLE, 'Arguments', 'Branches'],
  Map: [...COMMON, ...FLOW, ...FALLIBLE, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor'],
};
const RETRIER = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];
const CATCHER = ['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'];
const RULE = ['Condition', 'Next', 'Assign', 'Output', 'Comment'];
const PATTERNS: Record<string, TaskState['pattern']> = {
  '': 'request',
  '.waitForTaskToken': 'token',
  '.sync:2': 'sync',
};

/** `resources`: the resources that the caller can perform, each with the patterns that it plays. */
export function loadMachine(definition: unknown, resources: Record<string, TaskState['pattern'][]>): Machine {
  const reading = new Reading(resources);
  const machine = reading.machine(definition, '', new Set());
  if (reading.faults.length > 0) throw new BadDefinition(reading.faults);
  return machine;
}

class Reading {
  readonly faults: string[] = [];
  readonly #resources: Record<string, TaskState['pattern'][]>;
  readonly #names = new Set<string>();

  constructor(resources: Record<string, TaskState['pattern'][]>) {
    this.#resources = resources;
  }

  machine(value: unknown, place: string, outer: ReadonlySet<string>): Machine {
    const json = this.#object(value, place || 'the definition');
    const inside = place !== '';
    const known = [
      'StartAt',
      'States',
      'Comment',
      'QueryLanguage',
      ...(inside ? ['ProcessorConfig'] : ['TimeoutSeconds', 'Version']),
    ];
    this.#unknown(json, known, place || 'the definition');
    if (!inside && json.QueryLanguage !== 'JSONata')
      this.#fault(place, 'not rehearsed: JSONPath (QueryLanguage must be JSONata)');
    const config = json.ProcessorConfig as Json | undefined;
    if (config && (config.Mode ?? 'INLINE') !== 'INLINE')
      this.#fault(place, `not rehearsed: a Map of mode ${String(config.Mode)}`);
    const given = this.#object(json.States, `${place}States`);
    const assigned = new Set(Object.values(given).flatMap((state) => this.#assigned(state)));
    for (const name of assigned)
      if (outer.has(name)) this.#fault(place, `the variable ${name} belongs to an outer scope`);
    const states: Record<string, State> = {};
    for (const [name, state] of Object.entries(given)) {
      if (name.length > 80 || name === '') this.#fault(place, `a state's name has 1 to 80 characters: ${name}`);
      if (this.#names.has(name)) this.#fault(place, `two states are called ${name}`);
      this.#names.add(name);
      const made = this.#state(name, state, `${place}${name}`, new Set([...outer, ...assigned]));
      if (made) states[name] = made;
    }
    this.#flow(states, Object.keys(given), String(json.StartAt), place);
    const timeout = json.TimeoutSeconds;
    if (timeout !== undefined && !isWhole(timeout, 1))
      this.#fault(place, 'TimeoutSeconds must be a whole number above 0');
    return { startAt: String(json.StartAt), states, timeoutSeconds: typeof timeout === 'number' ? timeout : null };
  }

  #state(name: string, value: unknown, place: string, scope: ReadonlySet<string>): State | null {
    const json = this.#object(value, place);
    const fields = FIELDS[String(json.Type)];
    if (!fields) {
      this.#fault(place, `unknown Type ${String(json.Type)}`);
      return null;
    }
    if (json.QueryLanguage !== undefined && json.QueryLanguage !== 'JSONata')
      this.#fault(place, `not rehearsed: ${String(json.QueryLanguage)}`);
    this.#unknown(json, fields, place);
    for (const [field, part] of Object.entries(json)) {
      if (field !== 'ItemProcessor' && field !== 'Branches')
        this.faults.push(...expressionFaults(part, `${place}.${field}`));
    }
    const ends = json.End === true;
    if (fields.includes('End') && ends === (json.Next !== undefined)) this.#fault(place, 'needs either Next or End');
    const common = {
      name,
      next: ends ? null : ((json.Next as string | undefined) ?? null),
      assign: this.#assign(json.Assign, place),
      output: json.Output,
    };
    const fallible = () => ({
      ...common,
      retry: this.#retry(json.Retry, place),
      catch: this.#catch(json.Catch, place),
    });
    switch (json.Type) {
      case 'Task':
        return { type: 'Task', ...fallible(), ...this.#resource(json, place) };
      case 'Parallel': {
        const branches = this.#list(json.Branches, `${place}.Branches`);
        return {
          type: 'Parallel',
          ...fallible(),
          arguments: json.Arguments,
          branches: branches.map((one, at) => this.machine(one, `${place}[${at}].`, scope)),
        };
      }
      case 'Map':
        return {
          type: 'Map',
          ...fallible(),
          items: json.Items,
          itemSelector: json.ItemSelector,
          maxConcurrency: json.MaxConcurrency,
          processor: this.machine(json.ItemProcessor, `${place}.`, scope),
        };
      case 'Choice':
        return {
          type: 'Choice',
          ...common,
          next: (json.Default as string | undefined) ?? null,
          choices: this.#rules(json.Choices, place),
        };
      case 'Wait':
        if ((json.Seconds === undefined) === (json.Timestamp === undefined))
          this.#fault(place, 'needs either Seconds or Timestamp');
        if (json.Seconds !== undefined && !isExpressionOr(json.Seconds, (one) => isWhole(one, 0)))
          this.#fault(place, 'Seconds must be a whole number or an expression');
        return { type: 'Wait', ...common, seconds: json.Seconds, timestamp: json.Timestamp };
      case 'Fail':
        return { type: 'Fail', ...common, error: json.Error, cause: json.Cause };
      default:
        return { type: json.Type as 'Pass' | 'Succeed', ...common };
    }
  }

  #resource(json: Json, place: string) {
    const arn = String(json.Resource);
    const [, base = arn, suffix = ''] =
      /^(arn:aws:states:::[a-z0-9-]+:[A-Za-z0-9:]+?)(\.[A-Za-z]+(?::2)?)?$/.exec(arn) ?? [];
    const pattern = PATTERNS[suffix];
    if (!pattern || !this.#resources[base]?.includes(pattern)) this.#fault(place, `not rehearsed: the resource ${arn}`);
    const [timeout, beat] = [json.TimeoutSeconds, json.HeartbeatSeconds];
    for (const seconds of [timeout, beat]) {
      if (seconds !== undefined && !isExpressionOr(seconds, (one) => isWhole(one, 1)))
        this.#fault(place, 'TimeoutSeconds and HeartbeatSeconds must be whole numbers above 0, or expressions');
    }
    if (typeof timeout === 'number' && typeof beat === 'number' && beat >= timeout)
      this.#fault(place, 'HeartbeatSeconds must be below TimeoutSeconds');
    return {
      resource: base,
      pattern: pattern ?? 'request',
      arguments: json.Arguments,
      timeoutSeconds: timeout,
      heartbeatSeconds: beat,
    };
  }

  #rules(value: unknown, place: string) {
    const rules = this.#list(value, `${place}.Choices`);
    if (rules.length === 0) this.#fault(place, 'Choices is empty');
    return rules.map((one, at) => {
      const rule = this.#object(one, `${place}.Choices[${at}]`);
      this.#unknown(rule, RULE, `${place}.Choices[${at}]`);
      if (typeof rule.Condition !== 'boolean' && !(typeof rule.Condition === 'string' && isExpression(rule.Condition)))
        this.#fault(`${place}.Choices[${at}]`, 'Condition must be an expression or a boolean');
      return {
        condition: rule.Condition,
        next: String(rule.Next),
        assign: this.#assign(rule.Assign, place),
        output: rule.Output,
      };
    });
  }

  #retry(value: unknown, place: string): Retrier[] {
    const given = value === undefined ? [] : this.#list(value, `${place}.Retry`);
    return given.map((one, at) => {
      const retrier = this.#object(one, `${place}.Retry[${at}]`);
      this.#unknown(retrier, RETRIER, `${place}.Retry[${at}]`);
      const number = (field: string, otherwise: number, least: number) => {
        const found = retrier[field] ?? otherwise;
        if (typeof found !== 'number' || found < least)
          this.#fault(`${place}.Retry[${at}]`, `${field} must be a number of at least ${least}`);
        return Number(found);
      };
      return {
        errorEquals: this.#errorEquals(retrier, `${place}.Retry[${at}]`, at === given.length - 1),
        intervalSeconds: number('IntervalSeconds', 1, 1),
        maxAttempts: number('MaxAttempts', 3, 0),
        backoffRate: number('BackoffRate', 2, 1),
        maxDelaySeconds: retrier.MaxDelaySeconds === undefined ? null : number('MaxDelaySeconds', 1, 1),
        jitter: retrier.JitterStrategy === 'FULL',
      };
    });
  }

  #catch(value: unknown, place: string): Catcher[] {
    const given = value === undefined ? [] : this.#list(value, `${place}.Catch`);
    return given.map((one, at) => {
      const catcher = this.#object(one, `${place}.Catch[${at}]`);
      this.#unknown(catcher, CATCHER, `${place}.Catch[${at}]`);
      return {
        errorEquals: this.#errorEquals(catcher, `${place}.Catch[${at}]`, at === given.length - 1),
        next: String(catcher.Next),
        assign: this.#assign(catcher.Assign, place),
        output: catcher.Output,
      };
    });
  }

  #errorEquals(json: Json, place: string, last: boolean): string[] {
    const names = this.#list(json.ErrorEquals, `${place}.ErrorEquals`).map(String);
    if (names.length === 0) this.#fault(place, 'ErrorEquals is empty');
    if (names.includes('States.ALL') && (names.length > 1 || !last))
      this.#fault(place, 'States.ALL must stand alone, and last');
    return names;
  }

  #flow(states: Record<string, State>, names: string[], startAt: string, place: string): void {
    const need = (target: string, from: string) => {
      if (!names.includes(target)) this.#fault(from, `there is no state ${target}`);
    };
    need(startAt, `${place}StartAt`);
    const reached = new Set([startAt]);
    for (const state of Object.values(states)) {
      const targets = state.next === null ? [] : [state.next];
      if (state.type === 'Choice') targets.push(...state.choices.map((rule) => rule.next));
      if ('catch' in state) targets.push(...state.catch.map((catcher) => catcher.next));
      for (const target of targets) {
        need(target, `${place}${state.name}`);
        reached.add(target);
      }
    }
    for (const name of names) if (!reached.has(name)) this.#fault(`${place}${name}`, 'no state leads here');
  }

  #assigned(value: unknown): string[] {
    const state = (value ?? {}) as { Assign?: object; Catch?: { Assign?: object }[]; Choices?: { Assign?: object }[] };
    const parts = [
      state,
      ...(Array.isArray(state.Catch) ? state.Catch : []),
      ...(Array.isArray(state.Choices) ? state.Choices : []),
    ];
    return parts.flatMap((part) => Object.keys(part?.Assign ?? {}));
  }

  #assign(value: unknown, place: string): Record<string, unknown> | null {
    if (value === undefined) return null;
    const assign = this.#object(value, `${place}.Assign`);
    for (const name of Object.keys(assign)) {
      if (!/^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u.test(name) || name === 'states')
        this.#fault(`${place}.Assign`, `no variable may be called ${name}`);
    }
    return assign;
  }

  #unknown(json: Json, known: string[], place: string): void {
    for (const field of Object.keys(json)) {
      if (known.includes(field)) continue;
      this.#fault(
        place,
        JSONPATH.includes(field) ? `not rehearsed: the JSONPath field ${field}` : `not rehearsed: the field ${field}`,
      );
    }
  }

  #object(value: unknown, place: string): Json {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
    this.#fault(place, 'must be an object');
    return {};
  }

  #list(value: unknown, place: string): unknown[] {
    if (Array.isArray(value)) return value;
    this.#fault(place, 'must be a list');
    return [];
  }

  #fault(place: string, what: string): void {
    this.faults.push(place === '' ? what : `${place}: ${what}`);
  }
}

function isWhole(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least;
}

function isExpressionOr(value: unknown, also: (value: unknown) => boolean): boolean {
  return typeof value === 'string' ? isExpression(value) : also(value);
}
