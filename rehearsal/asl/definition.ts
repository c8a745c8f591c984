/** Reads a definition of the Amazon States Language in JSONata. All faults are reported at once; what is not played is refused by name. */
import { BadDefinition } from '#rehearsal/asl/errors.ts';
import { expressionFaults } from '#rehearsal/asl/expression.ts';
import { Fields, isExpressionOr, isWhole, type Json } from '#rehearsal/asl/fields.ts';
import type { Machine, State, TaskState } from '#rehearsal/asl/machine.ts';

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
/** `resources`: the resources that the caller can perform, each with the patterns that it plays. */
export function loadMachine(definition: unknown, resources: Record<string, TaskState['pattern'][]>): Machine {
  const reading = new Reading(resources);
  const machine = reading.machine(definition, '', new Set());
  if (reading.faults.length > 0) throw new BadDefinition(reading.faults);
  return machine;
}

class Reading extends Fields {
  readonly #names = new Set<string>();

  machine(value: unknown, place: string, outer: ReadonlySet<string>): Machine {
    const json = this.object(value, place || 'the definition');
    const inside = place !== '';
    const known = [
      'StartAt',
      'States',
      'Comment',
      'QueryLanguage',
      ...(inside ? ['ProcessorConfig'] : ['TimeoutSeconds', 'Version']),
    ];
    this.unknown(json, known, place || 'the definition');
    if (!inside && json.QueryLanguage !== 'JSONata')
      this.fault(place, 'not rehearsed: JSONPath (QueryLanguage must be JSONata)');
    const config = json.ProcessorConfig as Json | undefined;
    if (config && (config.Mode ?? 'INLINE') !== 'INLINE')
      this.fault(place, `not rehearsed: a Map of mode ${String(config.Mode)}`);
    const given = this.object(json.States, `${place}States`);
    const assigned = new Set(Object.values(given).flatMap((state) => this.#assigned(state)));
    for (const name of assigned)
      if (outer.has(name)) this.fault(place, `the variable ${name} belongs to an outer scope`);
    const states: Record<string, State> = {};
    for (const [name, state] of Object.entries(given)) {
      if (name.length > 80 || name === '') this.fault(place, `a state's name has 1 to 80 characters: ${name}`);
      if (this.#names.has(name)) this.fault(place, `two states are called ${name}`);
      this.#names.add(name);
      const made = this.#state(name, state, `${place}${name}`, new Set([...outer, ...assigned]));
      if (made) states[name] = made;
    }
    this.#flow(states, Object.keys(given), String(json.StartAt), place);
    const timeout = json.TimeoutSeconds;
    if (timeout !== undefined && !isWhole(timeout, 1))
      this.fault(place, 'TimeoutSeconds must be a whole number above 0');
    return { startAt: String(json.StartAt), states, timeoutSeconds: typeof timeout === 'number' ? timeout : null };
  }

  #state(name: string, value: unknown, place: string, scope: ReadonlySet<string>): State | null {
    const json = this.object(value, place);
    const fields = FIELDS[String(json.Type)];
    if (!fields) {
      this.fault(place, `unknown Type ${String(json.Type)}`);
      return null;
    }
    if (json.QueryLanguage !== undefined && json.QueryLanguage !== 'JSONata')
      this.fault(place, `not rehearsed: ${String(json.QueryLanguage)}`);
    this.unknown(json, fields, place);
    for (const [field, part] of Object.entries(json)) {
      if (field !== 'ItemProcessor' && field !== 'Branches')
        this.faults.push(...expressionFaults(part, `${place}.${field}`));
    }
    const ends = json.End === true;
    if (fields.includes('End') && ends === (json.Next !== undefined)) this.fault(place, 'needs either Next or End');
    const common = {
      name,
      next: ends ? null : ((json.Next as string | undefined) ?? null),
      assign: this.assign(json.Assign, place),
      output: json.Output,
    };
    const fallible = () => ({
      ...common,
      retry: this.retry(json.Retry, place),
      catch: this.catch(json.Catch, place),
    });
    switch (json.Type) {
      case 'Task':
        return { type: 'Task', ...fallible(), ...this.resource(json, place) };
      case 'Parallel': {
        const branches = this.list(json.Branches, `${place}.Branches`);
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
          choices: this.rules(json.Choices, place),
        };
      case 'Wait':
        if ((json.Seconds === undefined) === (json.Timestamp === undefined))
          this.fault(place, 'needs either Seconds or Timestamp');
        if (json.Seconds !== undefined && !isExpressionOr(json.Seconds, (one) => isWhole(one, 0)))
          this.fault(place, 'Seconds must be a whole number or an expression');
        return { type: 'Wait', ...common, seconds: json.Seconds, timestamp: json.Timestamp };
      case 'Fail':
        return { type: 'Fail', ...common, error: json.Error, cause: json.Cause };
      default:
        return { type: json.Type as 'Pass' | 'Succeed', ...common };
    }
  }

  #flow(states: Record<string, State>, names: string[], startAt: string, place: string): void {
    const need = (target: string, from: string) => {
      if (!names.includes(target)) this.fault(from, `there is no state ${target}`);
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
    for (const name of names) if (!reached.has(name)) this.fault(`${place}${name}`, 'no state leads here');
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
}
