/**
 * Whether text is what a pattern of `*`, `?`, `[abc]`, `[a-z]` and `[!abc]` describes, whatever the case: Python's fnmatch, by
 * which the agent reads lists of patches. Without regular expressions: patterns come from outside, and none may take long.
 */
export function globMatches(pattern: string, text: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), text.toLowerCase()];
  if (wanted === given) return true;
  const signs = signsOf(wanted);
  let [sign, at] = [0, 0];
  let star: { sign: number; at: number } | null = null;
  while (at < given.length) {
    const each = signs[sign];
    if (each === '*') {
      star = { sign, at };
      sign += 1;
    } else if (each?.takes(given.charAt(at))) {
      sign += 1;
      at += 1;
    } else if (star) {
      star.at += 1;
      [sign, at] = [star.sign + 1, star.at];
    } else return false;
  }
  return signs.slice(sign).every((each) => each === '*');
}

type Sign = '*' | { takes(char: string): boolean };

function signsOf(pattern: string): Sign[] {
  const signs: Sign[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const end = char === '[' ? pattern.indexOf(']', i + (pattern[i + 1] === '!' ? 3 : 2)) : -1;
    if (char === '*') signs.push('*');
    else if (char === '?') signs.push({ takes: () => true });
    else if (end > 0) {
      signs.push(oneOf(pattern.slice(i + 1, end)));
      i = end;
    } else signs.push({ takes: (given) => given === char });
  }
  return signs;
}

/** The inside of `[…]`: characters, ranges, and `!` in front for all others. */
function oneOf(inside: string): Exclude<Sign, '*'> {
  const isNegated = inside.startsWith('!');
  const ranges = [...inside.slice(isNegated ? 1 : 0).matchAll(/(.)-(.)|(.)/gs)];
  const isIn = (char: string) =>
    ranges.some(([, from, to, only]) =>
      only === undefined ? char >= (from ?? '') && char <= (to ?? '') : char === only,
    );
  return { takes: (char) => isIn(char) !== isNegated };
}
