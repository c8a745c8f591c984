import { wordOf } from '#domain/campaign/approval-link.ts';

export type FormFault = 'no-decision' | 'no-word' | 'wrong-word';

export type Form = { decision: 'yes' | 'no' } | { decision: null; fault: FormFault };

/** A form of ours has exactly one decision and the word; anything else decides nothing. */
export function readForm(body: string, scopeHash: string): Form {
  const fields = new URLSearchParams(body);
  const decisions = fields.getAll('decision');
  const [decision] = decisions;
  if (decisions.length !== 1 || (decision !== 'yes' && decision !== 'no'))
    return { decision: null, fault: 'no-decision' };
  const word = (fields.get('word') ?? '').trim().toLowerCase();
  if (word === '') return { decision: null, fault: 'no-word' };
  return word === wordOf(scopeHash) ? { decision } : { decision: null, fault: 'wrong-word' };
}
