import { readFileSync } from 'node:fs';
import { BadInput } from '../bad-input.ts';

/** An entry of an export with the place that messages name: `findings[12]`, `page 2 findings[3]`. */
export interface Entry {
  place: string;
  value: unknown;
}

export interface Export {
  entries: Entry[];
  /** The last page says that there is more: somebody stopped paging. */
  more: boolean;
}

export const HOW_TO_EXPORT =
  'make one with: aws inspector2 list-findings --filter-criteria ' +
  `'{"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]}' --output json > findings.json`;

/**
 * Reads an export of `aws inspector2 list-findings`: one `{"findings": […]}`, a bare array, or several of either one after
 * the other, as a paging script leaves them. Throws BadInput with line and column where it is not JSON.
 */
export function readExport(file: string): Export {
  const text = readText(file);
  if (text.trim() === '') throw new BadInput([`${file}: is empty. Remedy: ${HOW_TO_EXPORT}`]);
  const pages = parseAll(text, file);
  const entries = pages.flatMap((page, number) => entriesOf(page, pages.length > 1 ? `page ${number + 1} ` : '', file));
  const last = pages.at(-1);
  const more = isObject(last) && (isToken(last.nextToken) || isToken(last.NextToken));
  return { entries, more };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`;
    throw new BadInput([`${file}: ${why}. Remedy: give --findings the path of an export; ${HOW_TO_EXPORT}`]);
  }
  // `>` of Windows PowerShell writes UTF-16 with a byte order mark.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function parseAll(text: string, file: string): unknown[] {
  const pages: unknown[] = [];
  let from = 0;
  while (text.slice(from).trim() !== '') {
    const rest = text.slice(from);
    try {
      pages.push(JSON.parse(rest));
      break;
    } catch (error) {
      const message = (error as Error).message;
      const next = /after JSON at position (\d+)/.exec(message)?.[1];
      if (next === undefined) throw new BadInput([notJson(message, text, from, file)]);
      pages.push(JSON.parse(rest.slice(0, Number(next))));
      from += Number(next);
    }
  }
  return pages;
}

function notJson(message: string, text: string, from: number, file: string): string {
  const offset = from + brokenAt(text.slice(from));
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

function entriesOf(page: unknown, front: string, file: string): Entry[] {
  const list = isObject(page) ? page.findings : page;
  if (!Array.isArray(list)) {
    const has = isObject(page)
      ? `an object with ${Object.keys(page).slice(0, 5).join(', ') || 'no keys'}`
      : typeof page;
    throw new BadInput([
      `${file}: ${front}is ${has}, where {"findings": [...]} or an array was expected. Remedy: ${HOW_TO_EXPORT}`,
    ]);
  }
  return list.map((value, place) => ({ place: `${front}findings[${place}]`, value }));
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
