/**
 * Between a machine and an API, by the API's model: members are in Pascal case in machines even where the API has camelCase, keys of maps
 * stay as they are, timestamps reach a machine as text. What Step Functions itself refuses of a call is told in its words.
 */
import type { ServiceName } from '#rehearsal/api.ts';
import { type Model, modelOf, type Shape } from '#rehearsal/models/model.ts';

export interface Arguments {
  /** With the API's members; what is wrong is still in it, for the service to judge. */
  input: unknown;
  /** Unknown and missing members, and values of another type; limits and patterns are for the service to judge. */
  faults: string[];
}

/** `isOpen`: not known yet, as an expression when a machine is made. An operation without a model is taken as it is. */
export function readArguments(
  service: ServiceName,
  operation: string,
  given: unknown,
  isOpen: (value: unknown) => boolean = () => false,
): Arguments {
  const model = modelOf(service);
  const shape = model?.operations[operation]?.input;
  if (!model || shape === undefined) return { input: given ?? {}, faults: [] };
  const reading = new Reading(model, isOpen);
  return { input: reading.read(shape, given ?? {}, 'Arguments'), faults: reading.faults };
}

/** An answer as a machine sees it; what is undefined is left out. */
export function shownAnswer(service: ServiceName, operation: string, answer: unknown): unknown {
  const model = modelOf(service);
  return show(model, model?.operations[operation]?.output, answer ?? {});
}

class Reading {
  readonly faults: string[] = [];
  readonly #model: Model;
  readonly #isOpen: (value: unknown) => boolean;

  constructor(model: Model, isOpen: (value: unknown) => boolean) {
    this.#model = model;
    this.#isOpen = isOpen;
  }

  read(name: string, value: unknown, field: string): unknown {
    const shape = this.#model.shapes[name];
    if (!shape || this.#isOpen(value)) return value;
    switch (shape.type) {
      case 'structure':
        return this.#structure(shape, value, field);
      case 'list':
        if (!Array.isArray(value)) return this.#wrong(value, field, 'an ARRAY');
        return value.map((item) => this.read(shape.member ?? '', item, field));
      case 'map':
        if (!isMap(value)) return this.#wrong(value, field, 'an OBJECT');
        return mapped(value, (item, key) => this.read(shape.value ?? '', item, key));
      case 'string':
        return typeof value === 'string' ? value : this.#wrong(value, field, 'a STRING');
      case 'integer':
        return Number.isSafeInteger(value) ? value : this.#wrong(value, field, 'an INTEGER');
      case 'number':
        return typeof value === 'number' ? value : this.#wrong(value, field, 'a NUMBER');
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#wrong(value, field, 'a BOOLEAN');
      default:
        return value;
    }
  }

  #structure({ members = {}, required = [], document }: Shape, value: unknown, field: string): unknown {
    if (document) return value;
    if (!isMap(value)) return this.#wrong(value, field, 'an OBJECT');
    for (const name of required)
      if (value[pascal(name)] === undefined)
        this.faults.push(`The field '${pascal(name)}' is required but was missing`);
    const known = new Map(Object.entries(members).map(([name, shape]) => [pascal(name), { name, shape }]));
    const made: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const member = known.get(key);
      if (member) made[member.name] = this.read(member.shape, item, key);
      else {
        this.faults.push(`The field "${key}" is not supported by Step Functions`);
        made[key] = item;
      }
    }
    return made;
  }

  #wrong(value: unknown, field: string, wanted: string): unknown {
    this.faults.push(`The value for the field '${field}' must be ${wanted}`);
    return value;
  }
}

function show(model: Model | null, name: string | undefined, value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  const shape = name === undefined ? undefined : model?.shapes[name];
  if (Array.isArray(value)) return value.map((item) => show(model, shape?.member, item));
  if (!isMap(value)) return value;
  if (shape?.type !== 'structure') return mapped(value, (item) => show(model, shape?.value, item));
  const shown = mapped(value, (item, key) => show(model, shape.members?.[key], item));
  return Object.fromEntries(Object.entries(shown).map(([key, item]) => [pascal(key), item]));
}

function mapped(value: Record<string, unknown>, change: (item: unknown, key: string) => unknown) {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, change(item, key)]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
