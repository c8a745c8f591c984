/**
 * Statements of AWS WAF over one request, in three values. `unknown` is what nobody outside AWS can know, or what is not rehearsed:
 * it is never taken for a no.
 */
import { type Field, fieldOf, headerOf, type WebRequest } from '#rehearsal/services/wafv2/request.ts';
import { transformed } from '#rehearsal/services/wafv2/transformations.ts';

export type Yes = true | false | 'unknown';

/** What a statement may ask besides the request. */
export interface Ground {
  labels: ReadonlySet<string>; // whole names, of rules before
  labelNamespace: string; // awswaf:111122223333:webacl:shop:
  ipSet(arn: string): readonly string[] | null;
  regexSet(arn: string): readonly string[] | null;
  /** Whether the rate rule's key is over its limit, this request included. */
  overRate(rule: string, key: string, limit: number, windowSeconds: number): boolean;
  /** Stand-ins: our own patterns for AWS's detections. */
  sqli(text: string): Yes;
  xss(text: string): Yes;
  addLabel(label: string): void;
  oversize(part: NonNullable<Field['part']>): void;
}

type Members = Record<string, unknown>;

/** `rule`: its name, by which a rate rule keeps its counts. */
export function holds(statement: Members, request: WebRequest, ground: Ground, rule: string): Yes {
  const kind = kindOf(statement);
  const spec = statement[kind] as Members;
  const inner = (each: unknown) => holds(each as Members, request, ground, rule);
  switch (kind) {
    case 'AndStatement':
      return joined(spec.Statements as Members[], false, inner);
    case 'OrStatement':
      return joined(spec.Statements as Members[], true, inner);
    case 'NotStatement':
      return not(inner(spec.Statement));
    case 'ByteMatchStatement':
      return onField(spec, request, ground, (text) => byteMatch(text, spec));
    case 'RegexMatchStatement':
      return onField(spec, request, ground, (text) => regex(spec.RegexString as string).test(text));
    case 'RegexPatternSetReferenceStatement': {
      const patterns = ground.regexSet(spec.ARN as string);
      return patterns
        ? onField(spec, request, ground, (text) => patterns.some((each) => regex(each).test(text)))
        : 'unknown';
    }
    case 'SizeConstraintStatement':
      return onField(spec, request, ground, (text) => compared(text.length, spec));
    case 'SqliMatchStatement':
      return onField(spec, request, ground, ground.sqli);
    case 'XssMatchStatement':
      return onField(spec, request, ground, ground.xss);
    case 'GeoMatchStatement':
      return geo(spec, request, ground);
    case 'IPSetReferenceStatement':
      return ipSet(spec, request, ground);
    case 'LabelMatchStatement':
      return labelMatch(spec, ground);
    case 'RateBasedStatement':
      return rate(spec, request, ground, rule);
    default:
      return 'unknown';
  }
}

/** The one member of a statement. */
function kindOf(statement: Members): string {
  for (const kind in statement) return kind;
  return '';
}

/** And is settled by one `false`, Or by one `true`: what is left need not be asked, but for what labels by looking (trap W19). */
function joined(statements: readonly Members[], settles: boolean, inner: (each: Members) => Yes): Yes {
  let answer: Yes = !settles;
  for (const each of statements) {
    if (answer === settles && !looks(each)) continue;
    const one = inner(each);
    if (answer !== settles && one !== !settles) answer = one;
  }
  return answer;
}

const looking = new WeakMap<Members, boolean>();

function looks(statement: Members): boolean {
  let found = looking.get(statement);
  if (found === undefined) {
    found = JSON.stringify(statement).includes('GeoMatchStatement');
    looking.set(statement, found);
  }
  return found;
}

export function not(value: Yes): Yes {
  return value === 'unknown' ? value : !value;
}

function onField(spec: Members, request: WebRequest, ground: Ground, test: (text: string) => Yes): Yes {
  const fieldToMatch = spec.FieldToMatch as Members;
  const { field, texts } = readField(request, spec);
  if (field.oversize && field.part) {
    const handling = (Object.values(fieldToMatch)[0] as { OversizeHandling?: string } | undefined)?.OversizeHandling;
    ground.oversize(field.part);
    if (handling === 'MATCH') return true;
    if (handling === 'NO_MATCH') return false;
  }
  const fallback = (fieldToMatch.JsonBody as { InvalidFallbackBehavior?: string } | undefined)?.InvalidFallbackBehavior;
  if (fallback === 'MATCH' && request.body !== null && !isJson(request.body)) return true;
  let answer: Yes = false;
  for (const text of texts) {
    const one = test(text);
    if (one === true) return true;
    if (one === 'unknown') answer = one;
  }
  return answer;
}

/** Many rules look at one component in the same way: it is read once. Only of the request at hand: all of them would fill the heap. */
let atHand: { request: WebRequest; read: Map<string, { field: Field; texts: string[] }> } | null = null;
const keys = new WeakMap<Members, string>();

function readField(request: WebRequest, spec: Members): { field: Field; texts: string[] } {
  let key = keys.get(spec);
  if (key === undefined) {
    key = JSON.stringify([spec.FieldToMatch, spec.TextTransformations]);
    keys.set(spec, key);
  }
  if (atHand?.request !== request) atHand = { request, read: new Map() };
  let found = atHand.read.get(key);
  if (!found) {
    const field = fieldOf(request, spec.FieldToMatch as Members);
    const changes = spec.TextTransformations as { Priority: number; Type: string }[];
    found = { field, texts: field.texts.map((text) => transformed(text, changes)) };
    atHand.read.set(key, found);
  }
  return found;
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function byteMatch(text: string, { SearchString, PositionalConstraint }: Members): boolean {
  const wanted = SearchString as string;
  switch (PositionalConstraint) {
    case 'EXACTLY':
      return text === wanted;
    case 'STARTS_WITH':
      return text.startsWith(wanted);
    case 'ENDS_WITH':
      return text.endsWith(wanted);
    case 'CONTAINS_WORD': {
      const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`(?<![A-Za-z0-9_])${escaped}(?![A-Za-z0-9_])`).test(text);
    }
    default:
      return text.includes(wanted);
  }
}

const compiled = new Map<string, RegExp>();

/** On bytes, without the u flag: one character is one byte. `(?i)` at the beginning is PCRE's. */
export function regex(pattern: string): RegExp {
  let made = compiled.get(pattern);
  if (!made) {
    const flags = /^\(\?([imsx]+)\)/.exec(pattern);
    made = new RegExp(flags ? pattern.slice(flags[0].length) : pattern, flags?.[1]?.replace('x', '') ?? '');
    compiled.set(pattern, made);
  }
  return made;
}

function compared(size: number, { ComparisonOperator, Size }: Members): boolean {
  const than = Size as number;
  switch (ComparisonOperator) {
    case 'EQ':
      return size === than;
    case 'NE':
      return size !== than;
    case 'LE':
      return size <= than;
    case 'LT':
      return size < than;
    case 'GE':
      return size >= than;
    default:
      return size > than;
  }
}

/** The first address of the header, which clients can write (trap W37); null where there is none. */
function addressOf(spec: Members, request: WebRequest, key: string): { address: string | null; fallback: Yes } {
  const config = spec[key] as { HeaderName: string; FallbackBehavior: string } | undefined;
  if (!config) return { address: request.client, fallback: false };
  const first = headerOf(request, config.HeaderName)?.split(',')[0]?.trim() ?? null;
  return {
    address: first && isAddress(first) ? first : null,
    fallback: first !== null && config.FallbackBehavior === 'MATCH',
  };
}

/** Labels every request that it looks at, matching or not (trap W19). */
function geo(spec: Members, request: WebRequest, ground: Ground): Yes {
  const forwarded = spec.ForwardedIPConfig !== undefined;
  const { address, fallback } = addressOf(spec, request, 'ForwardedIPConfig');
  if (address === null) return fallback;
  if (forwarded && address !== request.client) return 'unknown'; // nobody here knows the country of another address
  ground.addLabel(
    `awswaf:${forwarded ? 'forwardedip' : 'clientip'}:geo:country:${request.country === '-' ? 'XX' : request.country}`,
  );
  return (spec.CountryCodes as string[]).includes(request.country);
}

function ipSet(spec: Members, request: WebRequest, ground: Ground): Yes {
  const ranges = ground.ipSet(spec.ARN as string);
  if (!ranges) return 'unknown';
  const { address, fallback } = addressOf(spec, request, 'IPSetForwardedIPConfig');
  return address === null ? fallback : ranges.some((range) => within(address, range));
}

/** LABEL needs a whole name at the end of a context, NAMESPACE its beginning (trap W18). */
function labelMatch({ Scope, Key }: Members, { labels, labelNamespace }: Ground): boolean {
  const key = Key as string;
  const all = [...labels];
  if (Scope === 'LABEL') return all.some((label) => label === key || label === `${labelNamespace}${key}`);
  return all.some((label) => label.startsWith(key) || label.startsWith(`${labelNamespace}${key}`));
}

function rate(spec: Members, request: WebRequest, ground: Ground, rule: string): Yes {
  const down = spec.ScopeDownStatement as Members | undefined;
  const scoped = down ? holds(down, request, ground, rule) : true;
  if (scoped !== true) return scoped;
  const limit = spec.Limit as number;
  const seconds = (spec.EvaluationWindowSec as number | undefined) ?? 300;
  switch (spec.AggregateKeyType) {
    case 'CONSTANT':
      return ground.overRate(rule, 'all', limit, seconds);
    case 'IP':
      return ground.overRate(rule, request.client, limit, seconds);
    case 'FORWARDED_IP': {
      const { address, fallback } = addressOf(spec, request, 'ForwardedIPConfig');
      return address === null ? fallback : ground.overRate(rule, address, limit, seconds);
    }
    default:
      return 'unknown'; // custom keys are not rehearsed
  }
}

export function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || (/^[0-9a-fA-F:.]+$/.test(text) && text.includes(':'));
}

/** Whether an address lies in a range. IPv4 in IPv4, IPv6 in IPv6. */
export function within(address: string, range: string): boolean {
  const { bits, length } = rangeOf(range);
  const own = lastAddress.address === address ? lastAddress.bits : bitsOf(address);
  lastAddress = { address, bits: own };
  return own !== null && bits !== null && own.length === bits.length && own.startsWith(bits.slice(0, length));
}

/** A request is compared with many ranges, and each range with many requests. */
let lastAddress: { address: string; bits: string | null } = { address: '', bits: null };
const ranges = new Map<string, { bits: string | null; length: number }>();

function rangeOf(range: string): { bits: string | null; length: number } {
  let found = ranges.get(range);
  if (!found) {
    const [network = '', length = ''] = range.split('/');
    found = { bits: bitsOf(network), length: Number(length) };
    ranges.set(range, found);
  }
  return found;
}

function bitsOf(address: string): string | null {
  if (address.includes(':')) {
    const [left = '', right = ''] = address.split('::');
    const head = left === '' ? [] : left.split(':');
    const tail = right === '' ? [] : right.split(':');
    const fill = address.includes('::') ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
    const groups = [...head, ...fill, ...tail];
    if (groups.length !== 8) return null;
    return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
  }
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return null;
  return parts.map((part) => OCTETS[part]).join('');
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(2).padStart(8, '0'));
