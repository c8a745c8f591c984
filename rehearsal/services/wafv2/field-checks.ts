/** What a statement looks at, and with what: components, transformations, texts, patterns. */
import { notPlayed } from '#rehearsal/engine/service-faults.ts';
import type { Members } from '#rehearsal/services/wafv2/entities.ts';
import { TRANSFORMATIONS } from '#rehearsal/services/wafv2/transformations.ts';
import { exactlyOne, invalid } from '#rehearsal/services/wafv2/waf-faults.ts';

const LONGEST = 200; // of a text and of a pattern (quotas)
const PLAYED = [
  'Method',
  'UriPath',
  'QueryString',
  'AllQueryArguments',
  'SingleQueryArgument',
  'SingleHeader',
  'Headers',
  'Cookies',
  'Body',
  'JsonBody',
  'HeaderOrder',
];

export function checkField({ FieldToMatch, TextTransformations, ...more }: Members): void {
  const kind = exactlyOne(FieldToMatch as Members, 'FIELD_TO_MATCH', 'FieldToMatch');
  if (!PLAYED.includes(kind)) throw notPlayed(`the component ${kind}`);
  if (more.PreParseTextTransformations) throw notPlayed('transformations before parsing');
  const changes = TextTransformations as { Priority: number; Type: string }[];
  if (changes.length > 10) throw invalid('TEXT_TRANSFORMATION', 'TextTransformations', 'TOO_MANY');
  if (new Set(changes.map(({ Priority }) => Priority)).size < changes.length)
    throw invalid('TEXT_TRANSFORMATION', 'Priority', 'DUPLICATE');
  const strange = changes.find(({ Type }) => !TRANSFORMATIONS[Type]);
  if (strange) throw notPlayed(`the text transformation ${strange.Type}`);
}

/** `search`: base64, as the wire has it. */
export function checkText(search: unknown): void {
  const { length } = Buffer.from(String(search), 'base64');
  if (length === 0 || length > LONGEST) throw invalid('BYTE_MATCH_STATEMENT', 'SearchString', 'INVALID_VALUE');
}

/**
 * What the guide says that AWS's patterns do not know (trap W26): back references, recursion, conditionals, verbs, `\C \R \K`, callouts,
 * atomic groups, possessive quantifiers. Whether a capturing group is refused nobody could say: it passes here.
 */
const UNKNOWN = /\\[1-9]|\\[kgCRK]|\(\?(?:R|P[=>]|\d|C|>|\(|&)|\(\*|[*+?}]\+/;

export function checkRegex(pattern: string, field: string): void {
  if (pattern.length > LONGEST || UNKNOWN.test(pattern.replace(/\\\\/g, '')))
    throw invalid(field, pattern, 'INVALID_FORMAT');
  try {
    new RegExp(pattern.replace(/^\(\?[imsx]+\)/, ''));
  } catch {
    throw invalid(field, pattern, 'INVALID_FORMAT');
  }
}
