/**
 * Debian's order of whole versions, `[epoch:]upstream[-revision]`: -1, 0 or 1. Source: Debian Policy 5.6.12 and deb-version(7).
 * Any text has a place in the order: what is no legal version is compared by the same rules, it is not refused.
 */
export function compareDpkg(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [parts(a), parts(b)];
  return sign(
    compareDigits(left.epoch, right.epoch) ||
      compareText(left.upstream, right.upstream) ||
      compareText(left.revision, right.revision),
  );
}

/** The revision is what follows the last hyphen; none counts as `0`, as no epoch does: an empty number is zero. */
function parts(version: string) {
  const [, epoch, rest] = /^(?:(\d+):)?(.*)$/s.exec(version.trim()) ?? [];
  const [, upstream, revision] = /^(.*)-(.*)$/s.exec(rest ?? '') ?? [];
  return { epoch: epoch ?? '', upstream: upstream ?? rest ?? '', revision: revision ?? '' };
}

/** By turns a run of non-digits and a run of digits, either of which may be empty. */
function compareText(a: string, b: string): number {
  let [restA, restB] = [a, b];
  while (restA || restB) {
    const [wordA, wordB] = [nonDigits(restA), nonDigits(restB)];
    const words = compareWords(wordA, wordB);
    if (words) return words;
    const [numberA, numberB] = [digits(restA.slice(wordA.length)), digits(restB.slice(wordB.length))];
    const numbers = compareDigits(numberA, numberB);
    if (numbers) return numbers;
    restA = restA.slice(wordA.length + numberA.length);
    restB = restB.slice(wordB.length + numberB.length);
  }
  return 0;
}

function compareWords(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = weight(a[i]) - weight(b[i]);
    if (difference) return difference;
  }
  return 0;
}

/** `~` comes before the end, the end before letters, letters before everything else. */
function weight(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}

/** As text, since dates and hashes in versions are longer than a number holds. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}

const nonDigits = (text: string) => /^\D*/.exec(text)?.[0] ?? '';
const digits = (text: string) => /^\d*/.exec(text)?.[0] ?? '';
const sign = (value: number) => (value < 0 ? -1 : value > 0 ? 1 : 0);
