import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BadInput } from '../bad-input.ts';

/** A place for the copy of the evidence: made beside its directory, and moved there whole or not at all. */
export interface Out {
  readonly directory: string;
  add(path: string, content: string | Uint8Array): void;
  /** Puts what was added where it belongs, in place of an earlier rehearsal's copy. */
  finish(): void;
  /** Leaves nothing behind. */
  discard(): void;
}

/** The file by which a directory is known as a rehearsal's, and may be replaced. */
export const DOCUMENT = 'rehearsed.json';

/** Throws BadInput where it could not be written later: a rehearsal takes long enough that nobody wants to hear of it at its end. */
export function openOut(directory: string): Out {
  const target = resolve(directory);
  const fault = faultOf(target, directory);
  if (fault) throw new BadInput([fault]);
  const beside = makeBeside(target, directory);
  return {
    directory,
    add(path, content) {
      const file = join(beside, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    finish() {
      const old = `${beside}.old`;
      if (existsSync(target)) renameSync(target, old);
      renameSync(beside, target);
      rmSync(old, { recursive: true, force: true });
    },
    discard() {
      rmSync(beside, { recursive: true, force: true });
    },
  };
}

function faultOf(target: string, directory: string): string | null {
  if (!existsSync(target)) return null;
  const remedy = 'Remedy: name a directory that is new, empty, or of an earlier rehearsal';
  if (!statSync(target).isDirectory()) return `--out ${directory}: is a file. ${remedy}`;
  const held = readdirSync(target);
  if (held.length === 0 || held.includes(DOCUMENT)) return null;
  return `--out ${directory}: holds files that no rehearsal wrote (${held[0]}), they would be lost. ${remedy}`;
}

function makeBeside(target: string, directory: string): string {
  try {
    mkdirSync(dirname(target), { recursive: true });
    return mkdtempSync(join(dirname(target), `.${basename(target)}.part-`));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const remedy = 'Remedy: name a directory in a place where you may write';
    throw new BadInput([`--out ${directory}: cannot be written (${code} at ${dirname(target)}). ${remedy}`]);
  }
}
