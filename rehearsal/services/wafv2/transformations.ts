/**
 * Text transformations of AWS WAF (developer guide, "Using text transformations"), on bytes: one character of a string is one byte.
 * Names and wording are ModSecurity's, and so is what the guide leaves open. Those that shipped rules and samples use are played; a
 * rule with another cannot be rehearsed.
 */
export type Transformation = (bytes: string) => string;

export const TRANSFORMATIONS: Readonly<Record<string, Transformation>> = {
  NONE: (bytes) => bytes,
  LOWERCASE: (bytes) => bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  URL_DECODE: (bytes) => bytes.replace(/\+/g, ' ').replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => byte(hex)),
  URL_DECODE_UNI: (bytes) =>
    bytes
      .replace(/\+/g, ' ')
      .replace(/%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})/gi, (_, wide?: string, hex?: string) =>
        wide === undefined ? byte(hex ?? '') : folded(wide),
      ),
  HTML_ENTITY_DECODE: (bytes) =>
    bytes.replace(
      /&#x([0-9a-f]+);?|&#(\d+);?|&([a-z]+);?/gi,
      (whole, hex?: string, decimal?: string, name?: string) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16) & 0xff);
        if (decimal !== undefined) return String.fromCharCode(Number.parseInt(decimal, 10) & 0xff);
        return ENTITIES[(name ?? '').toLowerCase()] ?? whole;
      },
    ),
  COMPRESS_WHITE_SPACE: (bytes) => bytes.replace(/[\t\n\v\f\r \u00a0]+/g, ' '),
  CMD_LINE: (bytes) =>
    bytes
      .replace(/[\\"'^]/g, '')
      .replace(/[\s,;]+/g, ' ')
      .replace(/ +(?=[/(])/g, '')
      .replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  NORMALIZE_PATH: normalized,
  NORMALIZE_PATH_WIN: (bytes) => normalized(bytes.replace(/\\/g, '/')),
  REMOVE_NULLS: (bytes) => bytes.replaceAll('\0', ''),
  REPLACE_COMMENTS: (bytes) => bytes.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' '),
  BASE64_DECODE: base64,
  JS_DECODE: (bytes) =>
    bytes.replace(
      /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g,
      (_, wide?: string, hex?: string, octal?: string, char?: string) => {
        if (wide !== undefined) return folded(wide);
        if (hex !== undefined) return byte(hex);
        if (octal !== undefined) return octalOf(octal);
        return ESCAPES[char ?? ''] ?? char ?? '';
      },
    ),
  HEX_DECODE: (bytes) => (bytes.match(/[0-9a-fA-F]{2}/g) ?? []).map(byte).join(''),
};

type Wanted = readonly { Priority: number; Type: string }[];

/** In the order of `Priority`. Throws RangeError with the name of one that is not played. */
export function transformed(bytes: string, wanted: Wanted): string {
  let so = bytes;
  for (const transform of inOrder(wanted)) so = transform(so);
  return so;
}

const orders = new WeakMap<Wanted, Transformation[]>();

function inOrder(wanted: Wanted): Transformation[] {
  let order = orders.get(wanted);
  if (!order) {
    order = [...wanted]
      .sort((a, b) => a.Priority - b.Priority)
      .map(({ Type }) => {
        const transform = TRANSFORMATIONS[Type];
        if (!transform) throw new RangeError(`the text transformation ${Type} is not rehearsed`);
        return transform;
      });
    orders.set(wanted, order);
  }
  return order;
}

function byte(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** Full-width forms FF01 to FF5E are folded to ASCII; of any other code the higher byte is lost. */
function folded(hex: string): string {
  const code = Number.parseInt(hex, 16);
  const low = code & 0xff;
  return String.fromCharCode(code >= 0xff01 && code <= 0xff5e ? low + 0x20 : low);
}

/** Of three digits the first may be 3 at most: else the last is text again. */
function octalOf(digits: string): string {
  const fits = digits.length < 3 || (digits[0] ?? '') <= '3';
  const used = fits ? digits : digits.slice(0, 2);
  return String.fromCharCode(Number.parseInt(used, 8)) + digits.slice(used.length);
}

/**
 * Multiple slashes, `.` and `..` go, but for `..` at the beginning of a relative path, and beyond the root of an absolute one. A slash
 * stands at the end only where one stood there before.
 */
function normalized(bytes: string): string {
  const absolute = bytes.startsWith('/');
  const trailing = bytes.endsWith('/');
  const parts: string[] = [];
  for (const segment of bytes.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') parts.push(segment);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!absolute) parts.push('..');
  }
  if (parts.length === 0) return absolute && trailing ? '/' : '';
  return `${absolute ? '/' : ''}${parts.join('/')}${trailing ? '/' : ''}`;
}

/** As a strict decoder reads: nothing where a character is none of the alphabet, and no rest that is less than four characters. */
function base64(bytes: string): string {
  const text = bytes.replace(/\r?\n/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return '';
  return Buffer.from(text.slice(0, text.length - (text.length % 4)), 'base64').toString('latin1');
}

const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The guide's table, its `&apos;` included, which it replaces with a backslash. */
const ENTITIES: Record<string, string> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\xa0',
  nonbreakingspace: '\xa0',
  newline: '\n',
  tab: '\t',
  lcub: '{',
  lbrace: '{',
  verbar: '|',
  vert: '|',
  verticalline: '|',
  rcub: '}',
  rbrace: '}',
  excl: '!',
  num: '#',
  dollar: '$',
  percent: '%',
  percnt: '%',
  apos: '\\',
  lpar: '(',
  rpar: ')',
  ast: '*',
  midast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  tilde: '~',
  diacriticaltilde: '~',
  minus: '-',
  lsqb: '[',
  lbrack: '[',
  bsol: '\\',
  rsqb: ']',
  rbrack: ']',
  hat: '^',
  lowbar: '_',
  underbar: '_',
  grave: '`',
  diacriticalgrave: '`',
};
