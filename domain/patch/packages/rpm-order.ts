/**
 * RPM's order of whole versions, `[epoch:]version[-release]`: -1, 0 or 1. Source: rpm-version(7) and rpm's own test vectors.
 * No epoch counts as `0`. A version without release comes before the same version with any.
 */
export function compareRpm(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [parts(a), parts(b)];
  return (
    compareSegments(left.epoch, right.epoch) ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
}

function parts(whole: string) {
  const [, epoch, rest] = /^(?:(\d*):)?(.*)$/s.exec(whole.trim()) ?? [];
  const [, version, release] = /^(.*)-(.*)$/s.exec(rest ?? '') ?? [];
  return { epoch: epoch || '0', version: version ?? rest ?? '', release: release ?? null };
}

function compareReleases(a: string | null, b: string | null): -1 | 0 | 1 {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareSegments(a, b);
}

/** Segments of digits, of letters, `~` and `^`; everything else only separates. */
function compareSegments(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [segments(a), segments(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareSegment(left[i], right[i]);
    if (order) return order;
  }
  return 0;
}

// ASCII only: rpm takes other letters for separators.
const segments = (text: string) => text.match(/\d+|[A-Za-z]+|~|\^/g) ?? [];

/** `~` comes before the end, the end before `^`, that before letters, letters before numbers. */
function compareSegment(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB) return rankA < rankB ? -1 : 1;
  if (a === undefined || b === undefined || a === b) return 0;
  if (rankA !== NUMBER) return a < b ? -1 : 1;
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

const NUMBER = 4;

function rank(segment: string | undefined): number {
  if (segment === '~') return 0;
  if (segment === undefined) return 1;
  if (segment === '^') return 2;
  return /^\d/.test(segment) ? NUMBER : 3;
}
