/**
 * Whether a form that counts may block from now on, and if not, why and what would let it. Rows in order, the first that holds decides;
 * what is not known never promotes.
 */
import { upperBound } from '#domain/edge/bound.ts';
import type { FormCounter } from '#domain/edge/counting.ts';
import type { SiteAction, SitePolicy } from '#domain/edge/site.ts';

/** How a form came to block, as standing keeps it and the question shows it. */
export type PromotionProof =
  | { by: 'atOnce'; reason: string }
  | { by: 'name'; reason: string; owner: string; on: string }
  | { by: 'proof'; hours: number; visits: number; unexplained: number; bound: number; attacks: string[] };

export interface FormFacts {
  name: string; // `core/CrossSiteScripting_BODY`
  wanted: SiteAction;
  is: SiteAction;
  isKept: boolean; // under `keep`
  atOnce: string | null;
  /** On what it looks: a rule on addresses, countries or rates has no probe and no benign request. */
  kind: 'request' | 'address' | 'country' | 'rate';
  /** The day on which somebody, or a failed watch, set it to count, UTC; null: nobody did. */
  demotedOn: string | null;
  /** A rule before it that blocks what its attacks would show. */
  hiddenBehind: string | null;
  /** Ids of benign requests that it matches outside of a standing exception; `unknown`: they were not all sent and answered. */
  benign: string[] | 'unknown';
  /** Ids of attacks that it counted since it began to count. */
  attacks: string[];
  counter: FormCounter | null;
  /** Whether the same form blocks on the site that `after` names; null: there is none. */
  blocksThere: boolean | null;
}

/** Days as text, UTC. `lastPromotion`: when promotions of this site were last asked; null: never. */
export interface PromotionTime {
  today: string;
  lastPromotion: string | null;
}

export type Promotion =
  | { do: 'promote'; proof: PromotionProof }
  /** `offer`: only somebody's name can promote it, and the line to paste is shown. */
  | { do: 'wait'; why: string; offer: boolean };

type Rules = Pick<SitePolicy['promote'], 'days' | 'visits' | 'falsePositives' | 'everyDays' | 'byName'>;
type Row = (form: FormFacts, rules: Rules, time: PromotionTime) => Promotion | null;

const wait = (why: string, offer = false): Promotion => ({ do: 'wait', why, offer });
const lineOf = ({ name }: FormFacts, { byName }: Rules) => byName.findLast(({ rule }) => rule === name);
const count = (n: number, one: string) => `${n} ${n === 1 ? one : `${one}s`}`;

/** A test removes each in turn. */
export const ROWS: Readonly<Record<string, Row>> = {
  'not to block': ({ wanted, is }) => (wanted === 'block' && is === 'count' ? null : wait('it is what the file wants')),
  kept: ({ isKept }) => (isKept ? wait('the file keeps it on count') : null),
  demoted: (form, rules) => {
    if (form.demotedOn === null) return null;
    const line = lineOf(form, rules);
    if (line && line.on > form.demotedOn) return null;
    return wait(`demoted on ${form.demotedOn}: a line of promote.byName of a later day lifts it`, true);
  },
  'at once': ({ atOnce }) => (atOnce === null ? null : { do: 'promote', proof: { by: 'atOnce', reason: atOnce } }),
  'after the other site': ({ blocksThere }) =>
    blocksThere === false ? wait('the same form does not block yet on the site that comes first') : null,
  'benign requests unknown': ({ kind, benign }) =>
    kind === 'request' && benign === 'unknown'
      ? wait('not every benign request was sent and answered: what it would block is not known')
      : null,
  'benign requests matched': ({ benign }) =>
    benign !== 'unknown' && benign.length > 0
      ? wait(`it matches ${count(benign.length, 'benign request')} (${benign.join(', ')}): an exception comes first`)
      : null,
  'whole hours': ({ counter }, { days }) => {
    const hours = counter?.hours ?? 0;
    return hours < days * 24 ? wait(`it counted for ${hours} of ${days * 24} whole hours`) : null;
  },
  visits: ({ counter }, { visits }) => {
    const seen = counter?.visits ?? 0;
    return seen < visits ? wait(`it looked at ${seen} of ${visits} visits`) : null;
  },
  'by name': (form, rules) => {
    const line = lineOf(form, rules);
    if (!line) return null;
    const { reason, owner, on } = line;
    return { do: 'promote', proof: { by: 'name', reason, owner, on } };
  },
  'no probe can show it': ({ kind }) =>
    kind === 'request' ? null : wait(`a rule on ${PLURAL[kind]}: no probe shows that it detects`, true),
  hidden: ({ hiddenBehind }) =>
    hiddenBehind === null ? null : wait(`${hiddenBehind} blocks first: what it would add is not seen`, true),
  'no attack': ({ attacks }) => (attacks.length > 0 ? null : wait('no attack of ours was counted by it', true)),
  bound: ({ counter }, { falsePositives }) => {
    const bound = boundOf(counter);
    if (bound <= falsePositives) return null;
    const { unexplained = 0, visits = 0 } = counter ?? {};
    return wait(
      `${unexplained} of ${visits} visits have a match that nothing explains: up to ${percent(bound)}, ${percent(falsePositives)} are allowed`,
      true,
    );
  },
  'asked not long ago': (_form, { everyDays }, { today, lastPromotion }) =>
    lastPromotion !== null && daysBetween(lastPromotion, today) < everyDays
      ? wait(`promotions were asked on ${lastPromotion}, and are at most every ${count(everyDays, 'day')}`)
      : null,
};

const PLURAL = { request: 'requests', address: 'addresses', country: 'countries', rate: 'rates' };

export function promotionOf(form: FormFacts, rules: Rules, time: PromotionTime, rows = ROWS): Promotion {
  for (const row of Object.values(rows)) {
    const found = row(form, rules, time);
    if (found) return found;
  }
  const { hours, visits, unexplained } = form.counter ?? { hours: 0, visits: 0, unexplained: 0 };
  return {
    do: 'promote',
    proof: { by: 'proof', hours, visits, unexplained, bound: boundOf(form.counter), attacks: form.attacks },
  };
}

/** The largest share of visits in which it may be wrong, at 95%; 1 where it looked at none. */
export function boundOf(counter: FormCounter | null): number {
  return counter ? upperBound(counter.unexplained, counter.visits) : 1;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))}%`;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
