/**
 * EventBridge event patterns, the whole grammar, as AWS's own matcher (event-ruler) reads it: a pattern is a list of branches, one
 * for each way through its `$or`s, and a branch is a map from a field's dotted path to the tests of its leaves.
 */
import { type Leaf, type LeafTest, leafTest } from '#rehearsal/services/events/pattern-leaves.ts';

type Json = Record<string, unknown>;
export type Pattern = (event: unknown) => boolean;

/** What one field must be: any test on a leaf, or its absence. */
interface Wanted {
  tests: LeafTest[];
  absent: boolean;
}
type Branch = ReadonlyMap<string, Wanted>;

/** A leaf of an event, with the element of each list that it lies in. */
interface Found {
  leaf: Leaf;
  within: ReadonlyMap<object, number>;
}

/** Names that no field below `$or` may have: operators, and what event-ruler keeps for later. */
export const RESERVED = new Set(
  'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range'.split(
    ' ',
  ),
);

/** Where the filter policies of topics, which share the rest, differ: the tests of leaves, and which `$or` is one. */
export interface Grammar {
  leaf: typeof leafTest;
  isOr: (part: unknown) => boolean; // else `$or` is a name like any other
}

const EVENTS: Grammar = { leaf: leafTest, isOr: () => true };

/** Throws, with the place, for what AWS refuses. Matches by flat paths: `{"a": {"b": …}}` and `{"a.b": …}` are one field. */
export function compilePattern(pattern: unknown, place = 'pattern', grammar = EVENTS): Pattern {
  const branches = new Reading(place, grammar).object([new Map()], pattern, [], place, false);
  const ordered = branches.map((branch) => [...branch].sort(([one], [other]) => (one < other ? -1 : 1)));
  return (event) => {
    const found = new Map<string, Found[]>();
    flatten(event, [], new Map(), found);
    return ordered.some((fields) => holds(fields, 0, new Map(), found));
  };
}

class Reading {
  readonly #root: string;
  readonly #grammar: Grammar;

  constructor(root: string, grammar: Grammar) {
    this.#root = root;
    this.#grammar = grammar;
  }

  object(branches: Branch[], value: unknown, path: string[], place: string, inOr: boolean): Branch[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${place}: ${place === this.#root ? 'must be an object' : 'must be an object or a list'}`);
    const entries = Object.entries(value as Json);
    if (entries.length === 0) throw new Error(`${place}: an empty object is refused`);
    let read = branches;
    for (const [key, part] of entries) read = this.#field(read, key, part, path, `${place}.${key}`, inOr);
    return read;
  }

  #field(branches: Branch[], key: string, part: unknown, path: string[], place: string, inOr: boolean): Branch[] {
    if (key === '$or' && this.#grammar.isOr(part)) return this.#or(branches, part, path, place);
    if (inOr && RESERVED.has(key)) throw new Error(`${place}: no field below $or may be called ${key}`);
    if (!Array.isArray(part)) return this.object(branches, part, [...path, key], place, inOr);
    const wanted = leaves(part, place, this.#grammar.leaf);
    // A path that comes again replaces what stood there: event-ruler does not AND them.
    return branches.map((branch) => new Map(branch).set([...path, key].join('.'), wanted));
  }

  #or(branches: Branch[], part: unknown, path: string[], place: string): Branch[] {
    if (!Array.isArray(part)) throw new Error(`${place}: must be a list`);
    const read = part.flatMap((one, at) => {
      if (typeof one !== 'object' || one === null || Array.isArray(one))
        throw new Error(`${place}[${at}]: must be an object`);
      return this.object(branches, one, path, `${place}[${at}]`, true);
    });
    if (part.length < 2) throw new Error(`${place}: needs two objects or more`);
    return read;
  }
}

function leaves(values: unknown[], place: string, leaf: typeof leafTest): Wanted {
  if (values.length === 0) throw new Error(`${place}: an empty list is refused`);
  const wanted: Wanted = { tests: [], absent: false };
  for (const value of values) {
    const test = leaf(value, place);
    if (test === 'absent') wanted.absent = true;
    else wanted.tests.push(test);
  }
  return wanted;
}

/** Lists vanish from the path, and so does what has no leaf: an object or an empty list does not exist for `exists`. */
function flatten(value: unknown, path: string[], within: Found['within'], found: Map<string, Found[]>): void {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) {
      // A leaf that lies in a list directly goes together with any element of it.
      const bound = typeof one === 'object' && one !== null;
      flatten(one, path, bound ? new Map(within).set(value, at) : within, found);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) flatten(part, [...path, key], within, found);
  } else if (value !== undefined) {
    const name = path.join('.');
    const there = found.get(name) ?? [];
    there.push({ leaf: value as Leaf, within });
    found.set(name, there);
  }
}

/**
 * Every field finds a leaf, and leaves below one list lie in one element of it. Fields are asked in the order of their names, and one
 * is absent if it is so in the elements that the fields before it have chosen.
 */
function holds(
  fields: [string, Wanted][],
  from: number,
  within: Found['within'],
  found: Map<string, Found[]>,
): boolean {
  const field = fields[from];
  if (!field) return true;
  const [path, { tests, absent }] = field;
  const there = (found.get(path) ?? []).filter((one) =>
    [...one.within].every(([list, at]) => (within.get(list) ?? at) === at),
  );
  if (there.length === 0) return absent && holds(fields, from + 1, within, found);
  return there.some(
    ({ leaf, within: more }) =>
      tests.some((test) => test(leaf)) && holds(fields, from + 1, new Map([...within, ...more]), found),
  );
}
