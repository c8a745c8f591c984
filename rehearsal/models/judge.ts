/** Judges a value by a shape of AWS's models. Every fault names its member by the path to it, in AWS's own words. */
import type { Model, Shape } from '#rehearsal/models/model.ts';

export type FaultKind = 'missing' | 'unknown' | 'type' | 'enum' | 'length' | 'range' | 'pattern';

export interface ShapeFault {
  kind: FaultKind;
  path: string; // Filters.1.Values.2; the value itself: ''
  words: string; // Member must have length less than or equal to 50
  value: unknown;
}

/** Absent members may be undefined or null. */
export function judge(model: Model, shape: string, value: unknown): ShapeFault[] {
  const faults: ShapeFault[] = [];
  visit({ model, faults, path: [] }, shape, value ?? {});
  return faults;
}

interface Visit {
  model: Model;
  faults: ShapeFault[];
  path: string[];
}

function visit(at: Visit, name: string, value: unknown): void {
  const shape = at.model.shapes[name];
  if (!shape) throw new Error(`the model has no shape ${name}: run rehearsal/models/derive.py`);
  VISITS[shape.type](at, shape, value);
}

const VISITS: Record<Shape['type'], (at: Visit, shape: Shape, value: unknown) => void> = {
  structure: visitStructure,
  list: visitList,
  map: visitMap,
  string: visitText,
  integer: (at, shape, value) =>
    Number.isSafeInteger(value) ? checkRange(at, shape, value as number) : wrongType(at, value, 'an integer'),
  number: (at, shape, value) =>
    typeof value === 'number' ? checkRange(at, shape, value) : wrongType(at, value, 'a number'),
  boolean: (at, _shape, value) => {
    if (typeof value !== 'boolean') wrongType(at, value, 'a boolean');
  },
  timestamp: (at, _shape, value) => {
    if (!isTime(value)) wrongType(at, value, 'a timestamp');
  },
  blob: (at, shape, value) => {
    if (typeof value === 'string' || value instanceof Uint8Array) checkLength(at, shape, value.length, value);
    else if (typeof value !== 'object') wrongType(at, value, 'bytes');
  },
};

function visitStructure(at: Visit, { members = {}, required = [], union, document }: Shape, value: unknown): void {
  if (document) return;
  if (!isMap(value)) {
    wrongType(at, value, 'a structure');
    return;
  }
  for (const name of required) {
    if (value[name] === undefined || value[name] === null)
      inside(at, name, () => fault(at, 'missing', 'Member must not be null', null));
  }
  let given = 0;
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined || item === null) continue;
    given++;
    const shape = Object.hasOwn(members, name) ? members[name] : undefined;
    at.path.push(name);
    if (shape === undefined) fault(at, 'unknown', 'There is no such member', item);
    else visit(at, shape, item);
    at.path.pop();
  }
  if (union && given !== 1) fault(at, 'missing', 'Exactly one member must be given', value);
}

function visitList(at: Visit, shape: Shape, value: unknown): void {
  if (!Array.isArray(value)) {
    wrongType(at, value, 'a list');
    return;
  }
  checkLength(at, shape, value.length, value);
  for (let place = 0; place < value.length; place++) {
    at.path.push(String(place + 1));
    visit(at, shape.member ?? '', value[place]);
    at.path.pop();
  }
}

function visitMap(at: Visit, shape: Shape, value: unknown): void {
  if (!isMap(value)) {
    wrongType(at, value, 'a map');
    return;
  }
  const entries = Object.entries(value);
  checkLength(at, shape, entries.length, value);
  for (const [key, item] of entries) {
    at.path.push(key);
    visit(at, shape.key ?? '', key);
    visit(at, shape.value ?? '', item);
    at.path.pop();
  }
}

function visitText(at: Visit, shape: Shape, value: unknown): void {
  if (typeof value !== 'string') {
    wrongType(at, value, 'a string');
    return;
  }
  if (shape.enum && !shape.enum.includes(value))
    fault(at, 'enum', `Member must satisfy enum value set: [${shape.enum.join(', ')}]`, value);
  checkLength(at, shape, value.length, value);
  if (shape.pattern !== undefined && !pattern(shape.pattern).test(value))
    fault(at, 'pattern', `Member must satisfy regular expression pattern: ${shape.pattern}`, value);
}

function checkRange(at: Visit, { min, max }: Shape, value: number): void {
  if (min !== undefined && value < min)
    fault(at, 'range', `Member must have value greater than or equal to ${min}`, value);
  if (max !== undefined && value > max)
    fault(at, 'range', `Member must have value less than or equal to ${max}`, value);
}

function checkLength(at: Visit, { min, max }: Shape, length: number, value: unknown): void {
  if (min !== undefined && length < min)
    fault(at, 'length', `Member must have length greater than or equal to ${min}`, value);
  if (max !== undefined && length > max)
    fault(at, 'length', `Member must have length less than or equal to ${max}`, value);
}

function wrongType(at: Visit, value: unknown, wanted: string): void {
  fault(at, 'type', `Member must be ${wanted}`, value);
}

function fault({ faults, path }: Visit, kind: FaultKind, words: string, value: unknown): void {
  faults.push({ kind, path: path.join('.'), words, value });
}

function inside(at: Visit, name: string, run: () => void): void {
  at.path.push(name);
  run();
  at.path.pop();
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function isTime(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && (/^\d+(\.\d+)?$/.test(value) || !Number.isNaN(Date.parse(value)));
}

const patterns = new Map<string, RegExp>();

/** Of a whole text. The models write Java: `-` may stand bare in a class there, and `\p{…}` needs JavaScript's flag u. */
export function pattern(text: string): RegExp {
  let made = patterns.get(text);
  if (!made) {
    const unicode = /\\p\{/.test(text);
    made = new RegExp(`^(?:${text})$`, unicode ? 'u' : '');
    patterns.set(text, made);
  }
  return made;
}
