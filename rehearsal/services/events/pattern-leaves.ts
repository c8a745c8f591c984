/** The operators of event patterns, each as a test of one leaf of an event. Text operators never match numbers, nor the reverse. */
import { addressRange, hexOf } from '#rehearsal/services/events/addresses.ts';

export type Leaf = string | number | boolean | null;
export type LeafTest = (leaf: Leaf) => boolean;
type Text = (text: string) => boolean;

/** The test that one value of a pattern's list stands for; `absent` for `exists: false`. Throws what AWS refuses, with the place. */
export function leafTest(value: unknown, place: string): LeafTest | 'absent' {
  if (Array.isArray(value))
    throw new Error(`${place}: a value must be a string, a number, true, false, null or an operator`);
  if (typeof value !== 'object' || value === null) return equals(value as Leaf);
  const [name, argument] = only(value, place);
  if (name === 'exists') {
    if (typeof argument !== 'boolean') throw new Error(`${place}: exists needs true or false`);
    return argument ? () => true : 'absent';
  }
  if (name === 'anything-but') return anythingBut(argument, place);
  if (name === 'numeric') return numeric(argument, place);
  if (name === 'cidr') {
    const range = addressRange(needText(argument, name, place), place);
    return (leaf) => typeof leaf === 'string' && range(leaf);
  }
  const test = textOperator(name, argument, place);
  return (leaf) => typeof leaf === 'string' && test(leaf);
}

function only(value: object, place: string): [string, unknown] {
  const [first, second] = Object.entries(value);
  if (!first || second) throw new Error(`${place}: an operator has one key`);
  return first;
}

/** Two spellings of one IP address are equal. */
function equals(wanted: Leaf): LeafTest {
  const address = typeof wanted === 'string' ? hexOf(wanted) : null;
  if (address === null) return (leaf) => leaf === wanted;
  return (leaf) => typeof leaf === 'string' && hexOf(leaf) === address;
}

function textOperator(name: string, argument: unknown, place: string): Text {
  if ((name === 'prefix' || name === 'suffix') && typeof argument === 'object' && argument !== null) {
    const [inner, text] = only(argument, place);
    if (inner !== 'equals-ignore-case') throw new Error(`${place}: ${name} knows no ${inner}`);
    const wanted = folded(needText(text, inner, place));
    return name === 'prefix' ? (leaf) => folded(leaf).startsWith(wanted) : (leaf) => folded(leaf).endsWith(wanted);
  }
  const operators: Record<string, (wanted: string) => Text> = {
    exactly: (wanted) => (leaf) => leaf === wanted,
    prefix: (wanted) => (leaf) => leaf.startsWith(wanted),
    suffix: (wanted) => (leaf) => leaf.endsWith(wanted),
    'equals-ignore-case': (wanted) => (leaf) => folded(leaf) === folded(wanted),
    wildcard: (wanted) => wildcard(wanted, place),
  };
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) throw new Error(`${place}: there is no operator ${name}`);
  return operator(needText(argument, name, place));
}

function needText(argument: unknown, name: string, place: string): string {
  if (typeof argument === 'string') return argument;
  throw new Error(`${place}: ${name} needs a string`);
}

function folded(text: string): string {
  return text.toLowerCase();
}

/** `*` is any run of characters, also none; `\*` and `\\` are themselves. */
function wildcard(pattern: string, place: string): Text {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] ?? '';
    const next = pattern[at + 1] ?? '';
    if (sign === '*') {
      if (next === '*') throw new Error(`${place}: two wildcards in a row are refused`);
      source += '.*';
    } else if (sign === '\\') {
      if (next !== '*' && next !== '\\') throw new Error(`${place}: a backslash stands before * or \\ only`);
      source += `\\${next}`;
      at += 1;
    } else source += sign.replace(/[.+?^${}()|[\]/]/, '\\$&');
  }
  const expression = new RegExp(`^${source}$`, 's');
  return (leaf) => expression.test(leaf);
}

/** A missing field never matches; of a list any element that differs. */
function anythingBut(argument: unknown, place: string): LeafTest {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [name, inner] = only(argument, place);
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name))
      throw new Error(`${place}: anything-but knows no ${name}`);
    const given = Array.isArray(inner) ? inner : [inner];
    // event-ruler takes an empty list and then fails inside; a refusal is what is left.
    if (given.length === 0) throw new Error(`${place}: anything-but ${name} needs a value`);
    const tests = given.map((one) => {
      if (one === '' && /fix$/.test(name)) throw new Error(`${place}: anything-but ${name} needs characters`);
      return textOperator(name, needText(one, name, place), place);
    });
    return (leaf) => typeof leaf !== 'string' || !tests.some((test) => test(leaf));
  }
  const given = Array.isArray(argument) ? argument : [argument];
  const kinds = new Set(given.map((one) => typeof one));
  if (kinds.size !== 1 || !(kinds.has('string') || kinds.has('number')))
    throw new Error(`${place}: anything-but needs strings, or numbers, and no mixture`);
  return (leaf) => !given.includes(leaf);
}

const SIGNS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** One comparison, or a range with its lower bound first. */
function numeric(argument: unknown, place: string): LeafTest {
  if (!Array.isArray(argument)) throw new Error(`${place}: numeric needs a list`);
  const [sign, bound, upperSign, upper] = argument;
  const below = Object.hasOwn(SIGNS, String(sign)) ? SIGNS[String(sign)] : undefined;
  if (!below || typeof sign !== 'string' || typeof bound !== 'number')
    throw new Error(`${place}: numeric needs a sign and a number`);
  if (argument.length === 2) return (leaf) => typeof leaf === 'number' && below(leaf, bound);
  const range = /^>=?$/.test(sign) && /^<=?$/.test(String(upperSign)) && typeof upper === 'number';
  if (!range || argument.length !== 4)
    throw new Error(`${place}: a numeric range is > or >=, a number, < or <=, a number`);
  if (bound >= upper) throw new Error(`${place}: the lower bound of a numeric range must be below the upper one`);
  const above = SIGNS[String(upperSign)] ?? below;
  return (leaf) => typeof leaf === 'number' && below(leaf, bound) && above(leaf, upper);
}
