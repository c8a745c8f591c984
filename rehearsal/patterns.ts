/** EventBridge event patterns, as far as ours need them: exact values, prefix, suffix, anything-but, exists, numeric. */

type Json = Record<string, unknown>;
type Matcher = (value: unknown) => boolean;
export type Pattern = (event: unknown) => boolean;

/** Throws, with the place, for an operator or shape that is not rehearsed or that AWS refuses. */
export function compilePattern(pattern: unknown, place = 'pattern'): Pattern {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern))
    throw new Error(`${place}: must be an object`);
  const entries = Object.entries(pattern as Json);
  if (entries.length === 0) throw new Error(`${place}: an empty object matches nothing and is refused`);
  const parts = entries.map(([key, value]) => {
    if (key === '$or' && Array.isArray(value) && value.length > 1) throw new Error(`${place}.$or: not rehearsed: $or`);
    return {
      key,
      test: Array.isArray(value) ? leaf(value, `${place}.${key}`) : nested(compilePattern(value, `${place}.${key}`)),
    };
  });
  return (event) =>
    parts.every(({ key, test }) =>
      test(typeof event === 'object' && event !== null ? (event as Json)[key] : undefined),
    );
}

/** Keys below a list must match within one element of it. */
function nested(pattern: Pattern): Matcher {
  return (value) => (Array.isArray(value) ? value.some(pattern) : pattern(value));
}

function leaf(values: unknown[], place: string): Matcher {
  if (values.length === 0) throw new Error(`${place}: an empty list is refused`);
  const matchers = values.map((value) => operator(value, place));
  return (value) => matchers.some((matcher) => matcher(value));
}

function operator(value: unknown, place: string): Matcher {
  if (value === null || typeof value !== 'object') return some((one) => one === value);
  const [name, argument] = Object.entries(value)[0] ?? [];
  if (Object.keys(value).length !== 1 || name === undefined) throw new Error(`${place}: one operator is needed`);
  if (name === 'prefix' && typeof argument === 'string')
    return some((one) => typeof one === 'string' && one.startsWith(argument));
  if (name === 'suffix' && typeof argument === 'string')
    return some((one) => typeof one === 'string' && one.endsWith(argument));
  if (name === 'exists' && typeof argument === 'boolean') return (one) => isLeaf(one) === argument;
  if (name === 'anything-but') return anythingBut(argument, place);
  if (name === 'numeric' && Array.isArray(argument)) return numeric(argument, place);
  throw new Error(`${place}: not rehearsed: the operator ${name} with ${JSON.stringify(argument)}`);
}

function some(test: Matcher): Matcher {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

/** `exists` looks at leaves only: an object or an empty list does not exist for it. */
function isLeaf(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.some((one) => typeof one !== 'object' || one === null);
  return value !== undefined && (typeof value !== 'object' || value === null);
}

/** A missing field never matches; a list does if any element differs. */
function anythingBut(argument: unknown, place: string): Matcher {
  const given = Array.isArray(argument) ? argument : [argument];
  const refused = given.length === 0 || given.some((one) => typeof one !== 'string' && typeof one !== 'number');
  if (refused) throw new Error(`${place}: not rehearsed: anything-but with ${JSON.stringify(argument)}`);
  return some((one) => one !== undefined && (typeof one !== 'object' || one === null) && !given.includes(one));
}

function numeric(terms: unknown[], place: string): Matcher {
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < terms.length; at += 2) {
    const [sign, bound] = [terms[at], terms[at + 1]];
    if (typeof bound !== 'number') throw new Error(`${place}: numeric needs signs and numbers`);
    const comparisons: Record<string, (value: number) => boolean> = {
      '=': (value) => value === bound,
      '<': (value) => value < bound,
      '<=': (value) => value <= bound,
      '>': (value) => value > bound,
      '>=': (value) => value >= bound,
    };
    const test = comparisons[String(sign)];
    if (!test) throw new Error(`${place}: not rehearsed: numeric ${String(sign)}`);
    tests.push(test);
  }
  if (tests.length === 0) throw new Error(`${place}: numeric needs signs and numbers`);
  return some((value) => typeof value === 'number' && tests.every((test) => test(value)));
}
