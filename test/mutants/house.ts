/** The planted mistakes: what breaks which promise, and the test that sees it. */
import { readFileSync } from 'node:fs';

export interface Mutant {
  file: string;
  old: string; // stands once in the file
  new: string;
  promise: string; // what the line keeps, in words
  test: string; // file of the test that goes red
  name: string; // of the test
}

export const mutants = (): Mutant[] => JSON.parse(readFileSync(new URL('house.json', import.meta.url), 'utf8'));

/** The source with the mistake in it; null where its line does not stand there exactly once. */
export function planted(source: string, mutant: Pick<Mutant, 'old' | 'new'>): string | null {
  const parts = source.split(mutant.old);
  return parts.length === 2 ? parts.join(mutant.new) : null;
}
