/** The JSON documents of a file, one after the other, plain or gzipped. Throws BadInput with line and column where it is not JSON. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../../bad-input.ts';

export interface JsonDocument {
  line: number; // on which it begins, from 1
  value: unknown;
}

export const HOW_TO_EXPORT =
  'make one with: aws inspector2 list-findings --filter-criteria ' +
  `'{"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]}' --output json > findings.json`;

export function documentsOf(file: string): JsonDocument[] {
  const text = readText(file);
  if (text.trim() === '') throw new BadInput([`${file}: is empty. Remedy: ${HOW_TO_EXPORT}`]);
  try {
    return [{ line: 1, value: JSON.parse(text) }];
  } catch {
    return parseAll(text, file);
  }
}

const LONGEST_BYTES = 2 ** 29; // what a string of JavaScript may have

function readText(file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = unpacked(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const named =
      code === 'EISDIR' ? 'name its files, --findings DIRECTORY/*' : 'give --findings the path of an export';
    const remedy = `${named}; ${HOW_TO_EXPORT}`;
    throw new BadInput([`${file}: ${WHY_UNREAD[code] ?? `cannot be read (${code})`}. Remedy: ${remedy}`]);
  }
  // `>` of Windows PowerShell writes UTF-16 with a byte order mark.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

const WHY_UNREAD: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory',
  ERR_FS_FILE_TOO_LARGE: 'is too large to be read at once: split it and name the parts',
  ERR_BUFFER_TOO_LARGE: 'holds more than can be unpacked at once: split it and name the parts',
  Z_DATA_ERROR: 'is gzipped and damaged',
  Z_BUF_ERROR: 'is gzipped and ends in the middle',
};

function unpacked(bytes: Uint8Array): Uint8Array {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return gzipped ? gunzipSync(bytes, { maxOutputLength: LONGEST_BYTES }) : bytes;
}

function parseAll(text: string, file: string): JsonDocument[] {
  const documents: JsonDocument[] = [];
  let line = 1;
  let counted = 0;
  for (let from = nextDocument(text, 0); from < text.length; ) {
    for (; counted < from; counted++) if (text.charCodeAt(counted) === NEWLINE) line += 1;
    const end = endOfDocument(text, from);
    try {
      documents.push({ line, value: JSON.parse(text.slice(from, end)) });
    } catch (error) {
      throw new BadInput([notJson((error as Error).message, text, from, end, file)]);
    }
    from = nextDocument(text, end);
  }
  return documents;
}

const [NEWLINE, RECORD] = [0x0a, 0x1e];
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Past blanks, and what some tools put between documents: commas, record separators (RFC 7464). */
function nextDocument(text: string, from: number): number {
  let at = from;
  while (at < text.length && (text.charCodeAt(at) === RECORD || /[\s,]/.test(text.charAt(at)))) at += 1;
  return at;
}

/** One past the bracket that closes what opens at `from`; the text's end where none does, or where no bracket opens. */
function endOfDocument(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth -= 1;
      if (depth <= 0) return at + 1;
    } else if (depth === 0) return text.length;
  }
  return text.length;
}

function notJson(message: string, text: string, from: number, end: number, file: string): string {
  const offset = from + brokenAt(text.slice(from, end));
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const truncated = offset === text.length && /^\s*[[{]/.test(text);
  const what = truncated ? 'ends in the middle, it is truncated' : 'is not JSON';
  const remedy = truncated ? 'export it again and let the command end; ' : '';
  const said = message.replace(/ in JSON at position.*|, \S*".*| \(line.*/s, '');
  return `${file}:${line}:${column}: ${what} (${said}). Remedy: ${remedy}${HOW_TO_EXPORT}`;
}

/**
 * How many characters are sound. V8 leaves the position out of most messages, so it is searched for: a prefix that ends before
 * the fault only lacks its end.
 */
function brokenAt(text: string): number {
  let sound = 0;
  let broken = text.length + 1;
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (lacksOnlyItsEnd(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return sound;
}

function lacksOnlyItsEnd(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return /^(Unexpected end|Unterminated string)/.test(message) || Number(position) === prefix.length;
  }
}
