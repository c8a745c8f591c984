/**
 * What earlier campaigns left in force over a site, and what of it still stands in the web ACL. It decides what may block before
 * anything is planned: a form that is neither live nor here counts, whatever the file wants.
 */
import type { Counters } from '#domain/edge/counting.ts';
import type { Live } from '#domain/edge/live.ts';
import type { PromotionProof } from '#domain/edge/promotion.ts';
import { ruleOfForm } from '#domain/edge/rules.ts';
import type { SiteAction, SitePolicy } from '#domain/edge/site.ts';

/** A form in force. Days are UTC. */
export interface StandingForm {
  hash: string;
  is: SiteAction;
  since: string; // the day since which it does that
  how: { by: 'adopted' } | { by: 'first' } | { by: 'demoted'; who: 'hand' | 'campaign' | 'command' } | PromotionProof;
  attacks: string[]; // ids of attacks that it counted since it began to count
}

/** Evidence of a site, one file: written by every close. */
export interface Standing {
  version: 1;
  site: string;
  campaign: string; // that wrote this
  revision: string | null; // of the last write that was kept; null: nothing was written
  content: string | null; // hash of what was live at the close
  forms: Record<string, StandingForm>;
  counters: Counters | null;
  lastPromotion: string | null; // the day on which promotions were last asked
}

export interface Now {
  /** Each form of the file, and what it may do now: before any promotion of this campaign. */
  forms: Record<string, StandingForm>;
  /** Rules of the web ACL whose old form blocks: the new one counts beside it until it is promoted. */
  beside: string[];
  /** Forms that somebody set to count since the last close. They stay so. */
  demotedByHand: string[];
  /** Adopted forms that block and that the file wants on count: a change that is asked. */
  toDemote: string[];
  /** Rules that an earlier campaign left and the file has no more: removed with the next change. */
  removed: string[];
  /** What somebody else changed, in words. Anything here makes the site one that is only observed. */
  foreign: string[];
}

/**
 * Standing held against what is live. `live` null: there is no web ACL yet. `standing` null: the site is surveyed for the first time,
 * and what is live is adopted as it is.
 */
export function standingNow(
  site: SitePolicy,
  hashes: Readonly<Record<string, string>>,
  live: Live | null,
  standing: Standing | null,
  today: string,
): Now {
  const now: Now = {
    forms: {},
    beside: [],
    demotedByHand: [],
    toDemote: [],
    removed: [],
    foreign: [...(live?.foreign ?? [])],
  };
  const ours = new Set(Object.keys(standing?.forms ?? {}).map(ruleOfForm));
  for (const rule of live?.strangers ?? []) {
    if (ours.has(rule)) now.removed.push(rule);
    else now.foreign.push(`${rule}: the file does not have it`);
  }
  for (const [name, hash] of Object.entries(hashes)) {
    const wanted = wantedOf(site, name);
    const is = live?.actions[name];
    const known = standing?.forms[name]?.hash === hash ? standing.forms[name] : undefined;
    const first: StandingForm = {
      hash,
      is: wanted === 'allow' ? 'allow' : 'count',
      since: today,
      how: { by: 'first' },
      attacks: [],
    };
    if (is === undefined) {
      if (known && live && !live.changed[ruleOfForm(name)]) now.foreign.push(`${name}: it is not live any more`);
      now.forms[name] = first;
    } else if (!standing) {
      now.forms[name] = { ...first, is, how: { by: 'adopted' } };
      if (is === 'block' && wanted === 'count') now.toDemote.push(name);
    } else if (!known) {
      now.foreign.push(`${name}: it is live, and no campaign wrote it`);
      now.forms[name] = first;
    } else if (known.is === is) {
      now.forms[name] = known;
    } else if (known.is === 'block' && is === 'count') {
      now.demotedByHand.push(name);
      now.forms[name] = { ...known, is, since: today, how: { by: 'demoted', who: 'hand' } };
    } else {
      now.foreign.push(`${name}: it is on ${is}, and was left on ${known.is}`);
      now.forms[name] = { ...known, is: 'count', since: today };
    }
  }
  for (const [rule, { actions }] of Object.entries(live?.changed ?? {})) {
    if (Object.values(actions).includes('block')) now.beside.push(rule);
    const left = Object.keys(standing?.forms ?? {}).some((name) => ruleOfForm(name) === rule);
    if (standing && !left)
      now.foreign.push(`${rule}: it is live in another form than the file's, and no campaign wrote it`);
  }
  return now;
}

/** What the file wants of a form; one under `keep` is on count. */
export function wantedOf(site: SitePolicy, name: string): SiteAction {
  const rule = site.rules.find((one) => one.name === ruleOfForm(name));
  if (!rule) throw new RangeError(`the file has no rule ${name}`);
  const inside = name === rule.name ? undefined : name.slice(rule.name.length + 1);
  return (inside && rule.keep[inside]) || rule.action;
}

/** The day on which a form was set to count; null: it was not. */
export function demotedOn({ is, how, since }: StandingForm): string | null {
  return is === 'count' && how.by === 'demoted' ? since : null;
}
