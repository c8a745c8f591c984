import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ManifestFile } from '#domain/campaign/manifest.ts';
import { misshapen } from './shapes.ts';

/** A file of evidence that cannot be read as what it should be. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly file: string;
  constructor(file: string, words: string) {
    super(words);
    this.file = file;
  }
}

/** More is not read into memory, and not unpacked. The survey of 100,000 findings in one ring has 4 MB, and unpacks to 70 MB. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_UNPACKED_BYTES = 400 * 2 ** 20;

/**
 * A campaign's evidence as it lies in a folder, which anybody may have written. Files are named by their path in it, with
 * slashes. Only regular files below the folder are opened; only what has the hash that the manifest says is unpacked.
 */
export class Folder {
  readonly directory: string;
  readonly #listed = new Map<string, ManifestFile>();
  readonly #shown: string;

  /** `shown`: stands before the names of files in what is said of them. */
  constructor(directory: string, shown = '') {
    this.directory = directory;
    this.#shown = shown;
  }

  /** The folder of that name in it. */
  folder(name: string): Folder {
    return new Folder(join(this.directory, name), `${this.#shown}${name}/`);
  }

  /** What the manifest says of its files. Before this nothing is unpacked. */
  list(listed: readonly ManifestFile[]): void {
    for (const file of listed) this.#listed.set(file.path, file);
  }

  has(file: string): boolean {
    return this.#stats(file) !== null;
  }

  /** All that lies below it and is no directory. Links are listed, and not followed. */
  files(): string[] {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  }

  digest(file: string): { sha256: string; bytes: number } {
    return digestOf(this.#read(file));
  }

  text(file: string): string {
    return this.#read(file).toString('utf8');
  }

  json<T>(file: string): T {
    return this.#parsed(file, this.text(file)) as T;
  }

  /** Of a gzipped file of JSON lines. */
  *lines<T>(file: string): Generator<T> {
    const plain = this.#unpacked(file, this.listedBytes(file));
    for (let from = 0; from < plain.length; ) {
      const end = plain.indexOf(NEW_LINE, from);
      const until = end < 0 ? plain.length : end;
      yield this.#parsed(file, plain.toString('utf8', from, until)) as T;
      from = until + 1;
    }
  }

  /** The file, if it is what the manifest says. */
  listedBytes(file: string): Buffer {
    const bytes = this.#read(file);
    const listed = this.#listed.get(file);
    if (!listed) throw this.#unreadable(file, 'is not in the manifest');
    const is = digestOf(bytes);
    if (is.sha256 === listed.sha256) return bytes;
    const hasToBe = `${short(listed.sha256)} of ${listed.bytes} bytes`;
    throw this.#unreadable(
      file,
      `was changed: sha256 ${short(is.sha256)} of ${is.bytes} bytes, and has to be ${hasToBe}`,
    );
  }

  /** null: nothing is there. Throws Unreadable for what is not a regular file of this folder. */
  #stats(file: string): Stats | null {
    if (!isInside(file)) throw this.#unreadable(file, 'is no path inside the folder: it was not read');
    let at = this.directory;
    const segments = file.split('/');
    for (const [index, segment] of segments.entries()) {
      at = join(at, segment);
      const stats = this.#lstat(file, at);
      if (!stats) return null;
      const last = index === segments.length - 1;
      if (stats.isSymbolicLink()) {
        const what = last ? 'is a link' : `lies behind the link ${segments.slice(0, index + 1).join('/')}`;
        throw this.#unreadable(file, `${what}: it was not followed. Remedy: copy the file itself`);
      }
      if (last && !stats.isFile()) throw this.#unreadable(file, 'is no regular file: it was not read');
      if (last) return stats;
      if (!stats.isDirectory()) return null;
    }
    return null;
  }

  #lstat(file: string, at: string): Stats | undefined {
    try {
      return lstatSync(at, { throwIfNoEntry: false });
    } catch (error) {
      throw this.#unreadable(file, `cannot be read (${(error as Error).message})`); // a name too long, a folder that is not ours
    }
  }

  #read(file: string): Buffer {
    if (!this.has(file)) throw this.#unreadable(file, 'is missing');
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants; // no fifo that took the file's place since makes it hang
    let handle: number | null = null;
    try {
      handle = openSync(join(this.directory, file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const { size } = fstatSync(handle);
      if (size > MOST_BYTES) throw this.#unreadable(file, `has ${size} bytes: more than ${MOST_BYTES} are not read`);
      return readFileSync(handle);
    } catch (error) {
      if (error instanceof Unreadable) throw error;
      throw this.#unreadable(file, `cannot be read (${(error as Error).message})`);
    } finally {
      if (handle !== null) closeSync(handle);
    }
  }

  #unpacked(file: string, bytes: Buffer): Buffer {
    try {
      return gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED_BYTES });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_BUFFER_TOO_LARGE') throw this.#unreadable(file, `is no whole gzip file (${message})`);
      throw this.#unreadable(file, `unpacks to more than ${MOST_UNPACKED_BYTES} bytes: it was not read`);
    }
  }

  #parsed(file: string, text: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#unreadable(file, `holds what is no JSON (${(error as Error).message})`);
    }
    const words = misshapen(file, value);
    if (words) throw this.#unreadable(file, words);
    return value;
  }

  #unreadable(file: string, words: string): Unreadable {
    return new Unreadable(this.#shown + file, words);
  }
}

/** Whether a path with slashes stays below the folder that it is said of. */
export function isInside(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split('/').every((segment) => !['', '.', '..'].includes(segment));
}

const NEW_LINE = 10;

const digestOf = (bytes: Buffer) => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
});

const short = (hash: string) => `${hash.slice(0, 12)}…`;
