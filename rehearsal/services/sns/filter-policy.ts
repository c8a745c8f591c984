/**
 * Filter policies of subscriptions: the patterns of EventBridge with fewer operators, limits of their own, and a few other meanings
 * (Amazon SNS Developer Guide: message filtering, filter policy constraints, key matching, AND/OR logic).
 */
import { type Leaf, type LeafTest, leafTest } from '#rehearsal/services/events/pattern-leaves.ts';
import { compilePattern, type Grammar, RESERVED } from '#rehearsal/services/events/patterns.ts';

type Json = Record<string, unknown>;
export type FilterScope = 'MessageAttributes' | 'MessageBody';

export interface MessageAttribute {
  DataType: string;
  StringValue?: string | undefined;
  BinaryValue?: string | Uint8Array | undefined;
}

/** What a policy looks at: the attributes as they were published, and the text that this subscription would get. */
export interface Filtered {
  attributes: Record<string, MessageAttribute>;
  body: string;
}

const MAX_BYTES = 262_144;
const MAX_KEYS = 5;
const MAX_COMBINATIONS = 150;
const MAX_WILDCARD_POINTS = 100;
const MAX_WILDCARDS = 3; // in one pattern
const LARGEST_NUMBER = 1e9;

/** Throws in AWS's words, as far as they are known, for what AWS refuses. An empty policy lets everything through. */
export function filterPolicy(text: string, scope: FilterScope): (message: Filtered) => boolean {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Error(`Filter policy is larger than ${MAX_BYTES} bytes`);
  const policy = parsed(text);
  if (Object.keys(policy).length === 0) return () => true;
  const keys = new Set<string>();
  if (combinations(policy, { scope, keys, depth: 1, path: '' }) > MAX_COMBINATIONS)
    throw new Error('Filter policy is too complex');
  if (keys.size > MAX_KEYS) throw new Error(`Filter policy can not have more than ${MAX_KEYS} keys`);
  const matches = compilePattern(rounded(policy), 'policy', GRAMMAR);
  if (wildcardPoints(policy) > MAX_WILDCARD_POINTS) throw new Error('Filter policy is too complex');
  return scope === 'MessageBody'
    ? ({ body }) => matchesBody(matches, body)
    : (message) => matchesAttributes(matches, message);
}

function parsed(text: string): Json {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Error('failed to parse JSON.');
  }
  if (!isObject(policy)) throw new Error('Filter policy must be an object');
  return policy;
}

interface Level {
  scope: FilterScope;
  keys: Set<string>; // leaf keys met so far
  depth: number;
  path: string;
}

/** The product of each leaf's values and depth; alternatives of an `$or` add up. */
function combinations(policy: Json, level: Level): number {
  const { scope, keys, depth, path } = level;
  let product = 1;
  for (const [key, value] of Object.entries(policy)) {
    if (key === '$or' && isOr(value)) {
      product *= value.map((one) => combinations(one, level)).reduce((sum, one) => sum + one, 0);
    } else if (Array.isArray(value)) {
      if (value.length === 0) throw new Error('Empty arrays are not allowed');
      keys.add(`${path}${key}`);
      product *= value.length * depth;
    } else if (isObject(value)) {
      if (scope === 'MessageAttributes')
        throw new Error('Filter policy scope MessageAttributes does not support nested filter policy');
      product *= combinations(value, { ...level, depth: depth + 1, path: `${path}${key}.` });
    } else throw new Error(`"${key}" must be an object or an array`);
  }
  return product;
}

/** Two objects or more, none with a field that is called like an operator. */
function isOr(part: unknown): part is Json[] {
  if (!Array.isArray(part) || part.length < 2) return false;
  return part.every((one) => isObject(one) && !Object.keys(one).some((key) => RESERVED.has(key)));
}

const OPERATORS = ['anything-but', 'cidr', 'equals-ignore-case', 'exists', 'numeric', 'prefix', 'suffix', 'wildcard'];

const GRAMMAR: Grammar = {
  isOr,
  leaf(value, place): LeafTest | 'absent' {
    if (typeof value === 'number' && Math.abs(value) > LARGEST_NUMBER)
      throw new Error(`${place}: Value must be between -10^9 and 10^9, inclusive`);
    if (!isObject(value)) return leafTest(value, place);
    const [[name, argument] = ['', undefined]] = Object.entries(value);
    if (!OPERATORS.includes(name)) throw new Error(`${place}: Unrecognized match type ${name}`);
    if (name !== 'anything-but' && isObject(argument))
      throw new Error(`${place}: ${name} match pattern must be a string`);
    if (name === 'anything-but' && isObject(argument)) checkAnythingBut(argument, place);
    if (
      name === 'numeric' &&
      [argument].flat().some((one) => typeof one === 'number' && Math.abs(one) > LARGEST_NUMBER)
    )
      throw new Error(`${place}: Value must be between -10^9 and 10^9, inclusive`);
    const test = leafTest(value, place);
    // Unlike a rule of EventBridge: what is null or empty does not exist.
    return name === 'exists' && argument === true ? (leaf: Leaf) => leaf !== null && leaf !== '' : test;
  },
};

function checkAnythingBut(argument: Json, place: string): void {
  for (const [inner, text] of Object.entries(argument)) {
    if (!['prefix', 'suffix', 'wildcard'].includes(inner))
      throw new Error(`${place}: Unsupported anything-but pattern: ${inner}`);
    if (typeof text !== 'string') throw new Error(`${place}: ${inner} match pattern must be a string`);
  }
}

/**
 * Of each field with a wildcard: the points of its patterns, times their number. A pattern has one point, and three for each of its
 * wildcards if they are several. Throws for a pattern with too many.
 */
function wildcardPoints(policy: Json): number {
  return Object.values(policy).reduce((sum: number, value) => {
    if (isObject(value)) return sum + wildcardPoints(value);
    if (!Array.isArray(value)) return sum;
    if (isOr(value)) return sum + value.reduce((points, one) => points + wildcardPoints(one), 0);
    const texts = value.map(wildcardOf);
    if (texts.every((text) => text === null)) return sum;
    const points = texts.map((text) => {
      const count = (text ?? '').replaceAll(/\\./g, '').split('*').length - 1;
      if (count > MAX_WILDCARDS) throw new Error(`a pattern has ${count} wildcards, ${MAX_WILDCARDS} are allowed`);
      return count > 1 ? 3 * count : 1;
    });
    return sum + points.reduce((all, one) => all + one, 0) * value.length;
  }, 0);
}

function wildcardOf(value: unknown): string | null {
  const { wildcard, 'anything-but': not } = (isObject(value) ? value : {}) as Json;
  const text = wildcard ?? (isObject(not) ? not.wildcard : undefined);
  return typeof text === 'string' ? text : null;
}

/** Only an object has properties; what is no JSON has none. */
function matchesBody(matches: (event: unknown) => boolean, body: string): boolean {
  try {
    const event: unknown = JSON.parse(body);
    return isObject(event) && matches(rounded(event));
  } catch {
    return false;
  }
}

/** A message without any attribute matches no policy, not even `exists: false`. */
function matchesAttributes(matches: (event: unknown) => boolean, { attributes }: Filtered): boolean {
  const names = Object.keys(attributes);
  if (names.length === 0) return false;
  return matches(rounded(Object.fromEntries(names.map((name) => [name, valueFor(attributes[name])]))));
}

/** Other types than these are ignored, also `Number.int` and what is binary. */
function valueFor(attribute: MessageAttribute | undefined): unknown {
  const { DataType, StringValue = '' } = attribute ?? { DataType: '' };
  if (DataType === 'Number') return Number(StringValue);
  // SNS compares text as it stands in JSON: a policy has to escape quotes and backslashes twice.
  if (DataType === 'String') return StringValue.replaceAll(/["\\]/g, '\\$&');
  if (DataType !== 'String.Array') return undefined;
  try {
    const list: unknown = JSON.parse(StringValue);
    return Array.isArray(list) ? list.filter((one) => !isObject(one)) : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers are compared to five digits after the point. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e5) / 1e5;
  if (Array.isArray(value)) return value.map(rounded);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)])) : value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
