/** Seeded chance. A stream's numbers depend on the seed and its key alone, never on what other streams drew before. */
import type { Chance } from '#rehearsal/api.ts';

export function chanceOf(seed: string | number): Chance {
  const root = String(seed);
  const next = stream(hash(root));
  return {
    next,
    int: (below) => Math.floor(next() * below),
    pick(from) {
      const chosen = from[Math.floor(next() * from.length)];
      if (chosen === undefined) throw new RangeError('nothing to pick from');
      return chosen;
    },
    of: (key) => chanceOf(`${root}/${key}`),
  };
}

/** A UUID of version 4 whose 122 bits come from the stream. */
export function uuid(chance: Chance): string {
  const hex = Array.from({ length: 32 }, () => chance.int(16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'[chance.int(4)] ?? '8';
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** FNV-1a over UTF-16 code units, then mixed so that near keys lie far apart. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The 32-bit generator known as mulberry32. */
function stream(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
