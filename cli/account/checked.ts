import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { remedyOf } from './remedy.ts';

/** One thing looked at. `mend`: it stands in the way; `mind`: people should know; `unknown`: it could not be looked at. */
export interface Checked {
  about: string;
  state: 'good' | 'mend' | 'mind' | 'unknown';
  words: string;
  remedy: string | null;
}

/** What AWS refuses is told as such, and the rest is looked at all the same. */
export async function looked(about: string, look: () => Promise<Checked[]>): Promise<Checked[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AwsRefused || error instanceof AwsUnavailable)) throw error;
    return [{ about, state: 'unknown', words: error.message.replace(/\s+/g, ' '), remedy: remedyOf(error) }];
  }
}

export function good(about: string, words: string): Checked {
  return { about, state: 'good', words, remedy: null };
}
