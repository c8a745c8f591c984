/**
 * What AWS WAF takes of PCRE (WAF developer guide, supported regular expression syntax): at most 200 characters, and none of back
 * references, capturing groups, recursion, conditionals, verbs, `\C \R \K`, callouts, atomic and possessive pieces.
 */
export function regexFault(pattern: string): string | null {
  if (pattern === '') return 'is empty';
  if (pattern.length > 200) return `has ${pattern.length} characters, and AWS takes 200`;
  const bare = pattern
    .replace(/\\[\s\S]/g, (pair) => (/^\\[1-9gkCRK]$/.test(pair) ? pair : 'x'))
    .replace(/\[\^?\]?[^\]]*\]/g, 'x');
  for (const [fault, sign] of FORBIDDEN) if (sign.test(bare)) return `holds ${fault}, which AWS refuses`;
  try {
    new RegExp(pattern.replace(/^\(\?[imsx]+\)/, ''));
  } catch (error) {
    return `is no regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`;
  }
  return null;
}

const FORBIDDEN: [string, RegExp][] = [
  ['a back reference', /\\[1-9]|\\g|\\k/],
  ['\\C, \\R or \\K', /\\[CRK]/],
  ['a verb', /\(\*/],
  ['a callout', /\(\?C/],
  ['a conditional', /\(\?\(/],
  ['recursion', /\(\?(?:R|[+-]?\d|&|P>)/],
  ['an atomic group', /\(\?>/],
  ['a capturing group', /\((?!\?)|\(\?P?<(?![=!])|\(\?'/],
  ['a possessive quantifier', /[*+?}]\+/],
];
