/**
 * Pairs of pattern and event for AWS's own matcher: the patterns that ship with their samples, the traps written out, and pairs
 * from a seed. An event is made from its pattern, then bent, so that about half of them match.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Pair {
  name: string;
  pattern: string;
  event: string;
}

export function shipped(): Pair[] {
  const folder = new URL('../../../events/', import.meta.url);
  const names = (kind: string) => readdirSync(folder).filter((file) => file.endsWith(`.${kind}.json`));
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8').replaceAll(/\$\{sls:stage\}/g, 'dev');
  return names('pattern').flatMap((pattern) =>
    names('sample').map((sample) => ({ name: `${pattern} on ${sample}`, pattern: read(pattern), event: read(sample) })),
  );
}

export function written(): Pair[] {
  const rows = JSON.parse(readFileSync(new URL('traps.json', import.meta.url), 'utf8')) as [unknown, unknown[]][];
  return rows.flatMap(([pattern, events]) =>
    events.map((event) => ({
      name: JSON.stringify(pattern),
      pattern: JSON.stringify(pattern),
      event: JSON.stringify(event),
    })),
  );
}

export function generated(count: number, seed: number): Pair[] {
  const draw = new Draw(seed);
  return Array.from({ length: count }, (_, at) => {
    const pattern = draw.object(0, false);
    const event = draw.bent(draw.matching(pattern));
    return { name: `seed ${seed}, pair ${at}`, pattern: JSON.stringify(pattern), event: JSON.stringify(event) };
  });
}

const KEYS = ['a', 'b', 'c', 'source', 'detail', 'x y', 'a.b'];
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'ABC',
  'aws.ssm',
  '5',
  'ü',
  '*',
  'a*c',
  '10.0.0.1',
  '10.0.1.255',
  '::1',
  'fe80::1',
  'true',
];
const NUMBERS = [0, 1, -1, 5, 5.5, 300, 1e6, 0.001, 123456789012];

class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A linear congruence (Numerical Recipes): enough for test data, and the same everywhere. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)] as T;
  }

  object(depth: number, inOr: boolean): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    const size = this.next() < 0.01 ? 0 : 1 + Math.floor(this.next() * 3);
    for (let at = 0; at < size; at++) {
      const key = inOr && this.next() < 0.02 ? 'prefix' : this.pick(KEYS);
      if (this.next() < 0.12 && depth < 3) {
        const branches = this.next() < 0.05 ? 1 : 2 + Math.floor(this.next() * 2);
        made.$or = Array.from({ length: branches }, () => this.object(depth + 1, true));
      } else if (this.next() < 0.35 && depth < 3) made[key] = this.object(depth + 1, inOr);
      else made[key] = this.list();
    }
    return made;
  }

  /** No block of mask 0: event-ruler finds a number in it, unless another field of the rule is numeric. */
  list(): unknown {
    if (this.next() < 0.01) return this.pick<unknown>(['alone', 5, []]);
    const values = Array.from({ length: 1 + Math.floor(this.next() * 2) }, () => this.value());
    // event-ruler 2.1.0 contradicts itself where one of these stands beside another operator, so here they stand alone.
    const delicate = values.filter((value) => /anything-but":\{"(wildcard|equals)/.test(JSON.stringify(value)));
    return delicate.length > 0 ? delicate.slice(0, 1) : values;
  }

  leaf(): unknown {
    return this.next() < 0.6
      ? this.pick(TEXTS)
      : this.next() < 0.7
        ? this.pick(NUMBERS)
        : this.pick([true, false, null]);
  }

  value(): unknown {
    const text = this.pick(TEXTS);
    const several = (one: () => unknown) => (this.next() < 0.5 ? one() : [one(), one()]);
    const fold = () => (this.next() < 0.3 ? { 'equals-ignore-case': text } : text);
    const glob =
      this.next() < 0.1 ? this.pick(['a**', 'a\\b']) : this.pick(['*', 'a*', '*c', 'a*c', 'a\\*c', '', 'b*b', '*.*']);
    const makers: (() => unknown)[] = [
      () => this.leaf(),
      () => ({ prefix: fold() }),
      () => ({ suffix: fold() }),
      () => ({ wildcard: glob }),
      () => ({ exactly: text }),
      () => ({ 'equals-ignore-case': text }),
      () => ({ exists: this.next() < 0.5 }),
      () => ({ numeric: this.numeric() }),
      () => ({
        cidr:
          this.next() < 0.1
            ? this.pick(['10.0.0.0/32', 'x/8', '10.0.0.0'])
            : this.pick(['10.0.0.0/24', '10.0.0.9/8', '10.0.0.0/9', 'fe80::/10', 'fe80::/100']),
      }),
      () => ({ 'anything-but': several(() => this.pick(TEXTS)) }),
      () => ({ 'anything-but': several(() => this.pick(NUMBERS)) }),
      () => ({ 'anything-but': this.next() < 0.2 ? this.pick<unknown>([[], [1, 'a'], null, true]) : this.pick(TEXTS) }),
      () => ({
        'anything-but': {
          [this.pick(['prefix', 'suffix', 'equals-ignore-case'])]: several(() =>
            this.pick(TEXTS.slice(this.next() < 0.1 ? 0 : 1)),
          ),
        },
      }),
      () => ({ 'anything-but': { wildcard: several(() => this.pick(['a*', '*c', 'b*b', '*'])) } }),
    ];
    return this.next() < 0.3 ? this.leaf() : this.pick(makers)();
  }

  numeric(): unknown[] {
    const [low, high] = [this.pick(NUMBERS), this.pick(NUMBERS)];
    if (this.next() < 0.05) return this.pick<unknown[]>([[], [], ['='], ['!=', 5], ['<', 5, '>', 3], ['>', '5']]);
    if (this.next() < 0.5) return [this.pick(['=', '<', '<=', '>', '>=']), low];
    if (low === high && this.next() < 0.8) return ['=', low];
    return [this.pick(['>', '>=']), Math.min(low, high), this.pick(['<', '<=']), Math.max(low, high)];
  }

  /** An event that tends to match. */
  matching(pattern: Record<string, unknown>): Record<string, unknown> {
    const event: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(pattern)) {
      if (key === '$or') {
        if (Array.isArray(part) && part.length > 0) Object.assign(event, this.matching(this.pick(part)));
      } else if (Array.isArray(part)) {
        const value = this.fitting(this.pick(part));
        if (value !== undefined) event[key] = this.next() < 0.15 ? [this.leaf(), value] : value;
      } else if (typeof part === 'object' && part !== null) {
        const below = this.matching(part as Record<string, unknown>);
        event[key] = this.next() < 0.3 ? [this.matching(part as Record<string, unknown>), below] : below;
      }
    }
    return event;
  }

  fitting(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value ?? null;
    const [name, argument] = Object.entries(value)[0] ?? [];
    if (name === 'exists') return argument ? this.leaf() : undefined;
    if (name === 'numeric') return this.pick(NUMBERS);
    if (name === 'cidr') return this.pick(['10.0.0.1', '10.0.1.255', '10.9.9.9', '::1', 'fe80::1', 'febf::', 'text']);
    if (name === 'anything-but') return this.leaf();
    if (name === 'wildcard')
      return String(argument)
        .replace('\\*', '*')
        .replace('*', this.pick(['', 'b', 'xx']));
    const text = typeof argument === 'string' ? argument : String(Object.values(argument as object)[0]);
    const cased = this.next() < 0.5 ? text.toUpperCase() : text;
    return name === 'prefix'
      ? `${cased}${this.pick(['', 'z'])}`
      : name === 'suffix'
        ? `${this.pick(['', 'z'])}${cased}`
        : cased;
  }

  /** Drops, replaces, wraps or adds something in a part of the events. */
  bent(event: Record<string, unknown>): Record<string, unknown> {
    const keys = Object.keys(event);
    const key = this.pick(keys);
    const chance = this.next();
    if (keys.length === 0 || chance < 0.6) return event;
    if (chance < 0.68) delete event[key];
    else if (chance < 0.78) event[key] = this.leaf();
    else if (chance < 0.84) event[key] = [];
    else if (chance < 0.9) event[key] = [event[key], this.leaf()];
    else if (chance < 0.95) event[key] = { [this.pick(KEYS)]: event[key] };
    else event[this.pick(KEYS)] = this.leaf();
    return event;
  }
}
