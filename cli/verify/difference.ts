import { Unreadable } from './folder.ts';

/** Something in a folder of evidence that is not as it has to be. */
export interface Difference {
  file: string; // path in the folder
  words: string;
}

/** Differences told of one file; the rest is a number. */
const MOST_PER_FILE = 5;

/** Collects differences, each once, and not a thousand of one file. */
export class Differences {
  readonly #byFile = new Map<string, string[]>();

  add(file: string, words: string): void {
    const known = this.#byFile.get(file);
    if (!known) this.#byFile.set(file, [words]);
    else if (!known.includes(words)) known.push(words);
  }

  all(): Difference[] {
    return [...this.#byFile].flatMap(([file, all]) => {
      const told = all.slice(0, MOST_PER_FILE).map((words) => ({ file, words }));
      const more = all.length - told.length;
      return more > 0 ? [...told, { file, words: `and ${more} more differences` }] : told;
    });
  }
}

/** What goes wrong is a difference of the file that cannot be read, else of `file`; null then. */
export async function attempt<T>(
  file: string,
  differences: Differences,
  check: () => T | Promise<T>,
): Promise<T | null> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Unreadable) differences.add(error.file, error.message);
    else differences.add(file, `does not follow from the rest: ${error.message}`);
    return null;
  }
}

/** How two JSON values differ: `path: is …, has to be …`, depth first. */
export function* differing(is: unknown, hasToBe: unknown, path = ''): Generator<string> {
  if (isPlain(is) && isPlain(hasToBe)) {
    for (const key of new Set([...Object.keys(is), ...Object.keys(hasToBe)])) {
      yield* differing(is[key], hasToBe[key], path ? `${path}.${key}` : key);
    }
  } else if (Array.isArray(is) && Array.isArray(hasToBe) && is.length === hasToBe.length) {
    for (const [index, each] of is.entries()) yield* differing(each, hasToBe[index], `${path}[${index}]`);
  } else if (JSON.stringify(is) !== JSON.stringify(hasToBe)) {
    yield `${path || 'the whole'} is ${short(is)}, and has to be ${short(hasToBe)}`;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  const text = Array.isArray(value) ? `a list of ${value.length}` : (JSON.stringify(value) ?? 'absent');
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
