/**
 * The order of versions as the package managers of the played hosts see it. Written from the descriptions of the two formats
 * (deb-version(7), rpm-version(7)) and on purpose apart from the product's own comparison.
 */
export type VersionOrder = 'deb' | 'rpm';

export interface Evr {
  epoch: number;
  version: string;
  release: string | null;
}

/** Negative: `a` is older. Both whole: [epoch:]version[-release]. */
export function compareVersions(order: VersionOrder, a: string, b: string): number {
  const left = evr(a);
  const right = evr(b);
  if (left.epoch !== right.epoch) return left.epoch - right.epoch;
  const part = order === 'deb' ? compareDebPart : compareRpmPart;
  return part(left.version, right.version) || part(left.release ?? '', right.release ?? '');
}

export function evr(text: string): Evr {
  const colon = text.indexOf(':');
  const epoch = colon > 0 && /^\d+$/.test(text.slice(0, colon)) ? Number(text.slice(0, colon)) : 0;
  const rest = colon > 0 ? text.slice(colon + 1) : text;
  const dash = rest.lastIndexOf('-');
  return dash < 0
    ? { epoch, version: rest, release: null }
    : { epoch, version: rest.slice(0, dash), release: rest.slice(dash + 1) };
}

/** dpkg: text and numbers in turn; in text a tilde sorts before the end, letters before everything else. */
function compareDebPart(a: string, b: string): number {
  const left = [...a.matchAll(/(\D*)(\d*)/g)];
  const right = [...b.matchAll(/(\D*)(\d*)/g)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [, textA = '', numberA = ''] = left[at] ?? [];
    const [, textB = '', numberB = ''] = right[at] ?? [];
    const order = compareDebText(textA, textB) || compareNumbers(numberA, numberB);
    if (order !== 0) return order;
  }
  return 0;
}

function compareDebText(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = debWeight(a.charAt(at)) - debWeight(b.charAt(at));
    if (order !== 0) return order;
  }
  return 0;
}

function debWeight(char: string): number {
  if (char === '~') return -1;
  if (char === '') return 0;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

/** rpm: runs of digits or letters, everything else separates; a number is newer than letters; ~ before the end, ^ after it. */
function compareRpmPart(a: string, b: string): number {
  const left = rpmRuns(a);
  const right = rpmRuns(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareRpmRun(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function rpmRuns(text: string): string[] {
  return text.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];
}

function compareRpmRun(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  if (a === '^' || b === '^') return a === '^' ? -1 : 1;
  const digitsA = /^\d/.test(a);
  const digitsB = /^\d/.test(b);
  if (digitsA && digitsB) return compareNumbers(a, b);
  if (digitsA !== digitsB) return digitsA ? 1 : -1;
  return a < b ? -1 : 1;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}
