/**
 * Pairs of versions from a seed, with the order that the product and the rehearsed world give them: one JSON line each, for
 * versions.py. Half of the pairs are near to one another, since versions far apart hardly test an order. [COUNT [SEED]]
 */
import { readFileSync } from 'node:fs';
import { compareDpkg } from '#domain/patch/packages/dpkg-order.ts';
import { compareRpm } from '#domain/patch/packages/rpm-order.ts';
import { compareVersions } from '#rehearsal/fleet/versions.ts';

const COUNT = Number(process.argv[2] ?? 5000);
const SEED = Number(process.argv[3] ?? 1);

/** Mulberry32: the same pairs on every machine. */
let state = SEED >>> 0;
function draw(below: number): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}
const oneOf = <T>(from: readonly T[]): T => from[draw(from.length)] as T;
const some = (most: number, make: () => string) => Array.from({ length: 1 + draw(most) }, make).join('');

interface Format {
  name: 'deb' | 'rpm';
  signs: string[];
  words: string[];
  legal: RegExp;
  order: (a: string, b: string) => number;
}

const FORMATS: Format[] = [
  {
    name: 'deb',
    signs: ['.', '.', '+', '~', '~~', ''],
    words: ['deb12u', 'ubuntu', 'esm', 'rc', 'git', 'a', 'Z', 'dfsg', 'b', 'really'],
    legal: /^(?:\d+:)?\d[A-Za-z\d.+~-]*(?<!-)$/,
    order: compareDpkg,
  },
  {
    name: 'rpm',
    signs: ['.', '.', '_', '+', '~', '^', ''],
    words: ['amzn2', 'amzn2023', 'el8_4', 'rc', 'P', 'git', 'a', 'Z', 'fc', 'module'],
    legal: /^(?:\d+:)?\d[\w.+~^]*(?:-[\w.+~^]+)?$/,
    order: compareRpm,
  },
];

const number = () =>
  oneOf(['0', '00', '1', '01', '2', '9', '10', '99', '100', '20240101', '1084', '12345678901234567890']);
const part = (format: Format) => () => `${oneOf(format.signs)}${draw(3) === 0 ? oneOf(format.words) : ''}${number()}`;

/** Begins with a digit, as dpkg demands. */
function made(format: Format): string {
  const epoch = oneOf(['', '', '0:', '1:', '2:', '32:']);
  const hyphen = format.name === 'deb' && draw(6) === 0 ? `-${number()}` : ''; // Debian's upstream version may hold one
  const version = `${number()}${some(4, part(format))}${hyphen}`;
  const release = draw(5) === 0 && hyphen === '' ? '' : `-${number()}${some(3, part(format))}`;
  return `${epoch}${version}${release}`;
}

/** One sign more, less or other; as it was where that makes no version of it. */
function near(format: Format, version: string): string {
  const at = 1 + draw(version.length);
  const [dropped, added] = oneOf([
    [1, ''],
    [0, part(format)()],
    [1, part(format)()],
  ] as const);
  const changed = `${version.slice(0, at)}${added}${version.slice(at + dropped)}`;
  return format.legal.test(changed) ? changed : version;
}

/** Fixed versions of Debian's own archive. */
const advisories = readFileSync(new URL('../../scenarios/data/debian12-advisories.json', import.meta.url), 'utf8');
const archive = [...advisories.matchAll(/"fixedInVersion": ?"([^"]+)"/g)].map(([, version = '']) => version);

for (const format of FORMATS) {
  for (let i = 0; i < COUNT; i++) {
    const draws = format.name === 'deb' && i % 4 === 0 ? () => oneOf(archive) : () => made(format);
    const a = draws();
    const b = draw(2) === 0 ? near(format, a) : draws();
    const [ours, rehearsed] = [format.order(a, b), Math.sign(compareVersions(format.name, a, b))];
    console.log(JSON.stringify({ format: format.name, a, b, ours, rehearsed }));
  }
}
