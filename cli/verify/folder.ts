import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A file of evidence that cannot be read as what it should be. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly file: string;
  constructor(file: string, words: string) {
    super(words);
    this.file = file;
  }
}

/** A campaign's evidence as it lies in a folder. Files are named by their path in it, with slashes. */
export class Folder {
  readonly directory: string;
  constructor(directory: string) {
    this.directory = directory;
  }

  has(file: string): boolean {
    return existsSync(join(this.directory, file));
  }

  files(): string[] {
    return readdirSync(this.directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(this.directory, path)).isFile())
      .map((path) => path.split(sep).join('/'))
      .sort();
  }

  digest(file: string): { sha256: string; bytes: number } {
    const bytes = this.#read(file);
    return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  }

  text(file: string): string {
    return this.#read(file).toString('utf8');
  }

  json<T>(file: string): T {
    return parsed(file, this.text(file)) as T;
  }

  /** Of a gzipped file of JSON lines. */
  *lines<T>(file: string): Generator<T> {
    const plain = unpacked(file, this.#read(file));
    for (let from = 0; from < plain.length; ) {
      const end = plain.indexOf(NEW_LINE, from);
      const until = end < 0 ? plain.length : end;
      yield parsed(file, plain.toString('utf8', from, until)) as T;
      from = until + 1;
    }
  }

  #read(file: string): Buffer {
    if (!this.has(file)) throw new Unreadable(file, 'is missing');
    return readFileSync(join(this.directory, file));
  }
}

const NEW_LINE = 10;

function unpacked(file: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new Unreadable(file, `is no whole gzip file (${(error as Error).message})`);
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Unreadable(file, `holds what is no JSON (${(error as Error).message})`);
  }
}
