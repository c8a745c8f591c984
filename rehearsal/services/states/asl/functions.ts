/** The functions that Step Functions adds to JSONata: $partition, $range, $hash, $random, $uuid, $parse. */
import { createHash } from 'node:crypto';

/** A source of chance of the execution, [0, 1). */
export type Draw = () => number;

const MAX_ITEMS = 1000;
const ALGORITHMS: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

export function functionsFor(draw: Draw): Record<string, (...args: never[]) => unknown> {
  return {
    partition,
    range,
    hash,
    parse: (text: unknown) => (text === undefined ? undefined : JSON.parse(textOf(text, '$parse'))),
    uuid: () => uuidFrom(draw),
    random: (seed?: number) => (seed === undefined ? draw() : seeded(seed)),
  };
}

function partition(items: unknown, size: unknown): unknown[][] | undefined {
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) throw new Error('$partition: the first argument must be an array');
  if (typeof size !== 'number' || !(size > 0)) throw new Error('$partition: the size must be above 0');
  const step = Math.floor(size);
  const parts: unknown[][] = [];
  for (let at = 0; at < items.length; at += step) parts.push(items.slice(at, at + step));
  return parts;
}

/** Both ends are in it. */
function range(from: unknown, to: unknown, by: unknown): number[] {
  if (![from, to, by].every((one) => Number.isInteger(one))) throw new Error('$range: three whole numbers are needed');
  const [first, last, step] = [from, to, by] as [number, number, number];
  if (step === 0) throw new Error('$range: the step must not be 0');
  const size = Math.floor((last - first) / step) + 1;
  if (size > MAX_ITEMS) throw new Error(`$range: ${size} items, ${MAX_ITEMS} are allowed`);
  return Array.from({ length: Math.max(0, size) }, (_, at) => first + at * step);
}

function hash(text: unknown, algorithm: unknown): string | undefined {
  if (text === undefined) return undefined;
  const name = ALGORITHMS[String(algorithm)];
  if (!name) throw new Error(`$hash: unknown algorithm ${String(algorithm)}`);
  return createHash(name).update(textOf(text, '$hash')).digest('hex');
}

function textOf(value: unknown, who: string): string {
  if (typeof value !== 'string') throw new Error(`${who}: a string is needed`);
  return value;
}

function uuidFrom(draw: Draw): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(draw() * 16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'[Math.floor(draw() * 4)] ?? '8';
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function seeded(seed: number): number {
  const digest = createHash('sha256').update(String(seed)).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
