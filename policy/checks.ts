import type { WindowPolicy } from '#domain/campaign/window.ts';
import { windowAt, windowMinutes } from '#domain/campaign/window.ts';
import type { Instant } from '#domain/instant.ts';
import { instant, plusDays, plusMinutes } from '#domain/instant.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { nearest } from '#policy/nearest.ts';
import type { Path } from '#policy/source.ts';

/** Two settings of a group that cannot both hold. `{other}` in the words stands for `against` with its line. */
export interface Conflict {
  at: Path; // within the group
  against: Path | null;
  problem: string;
  remedy: string;
}

/** What one setting says about another. A check runs where none of the settings that it needs has a fault of its own. */
export const CHECKS: { needs: (keyof GroupPolicy)[]; find(group: GroupPolicy): Conflict[] }[] = [
  { needs: ['rings'], find: ringsAlike },
  { needs: ['rings', 'approvals'], find: unknownApprovals },
  { needs: ['os', 'baseline'], find: strangeWishes },
  { needs: ['waivers'], find: waiversAlike },
  { needs: ['window'], find: cutoffTooLong },
  { needs: ['rings', 'rescanMinutes', 'proofDays'], find: proofTooShort },
  { needs: ['rings', 'rescanMinutes', 'proofDays', 'window'], find: windowTooLate },
];

function ringsAlike({ rings }: GroupPolicy): Conflict[] {
  return [
    ...alike(rings, ({ name }) => name).map(([i, j]) => ({
      at: ['rings', i, 'name'],
      against: ['rings', j, 'name'],
      problem: 'the same name as {other}',
      remedy: 'give each ring a name of its own',
    })),
    ...alike(rings, ({ tag }) => `${tag.key}=${tag.value}`).map(([i, j]) => ({
      at: ['rings', i, 'tag'],
      against: ['rings', j, 'tag'],
      problem: 'the same tag as {other}',
      remedy: 'give each ring a tag value of its own, or its hosts are in two rings and none is patched',
    })),
  ];
}

function unknownApprovals({ rings, approvals }: GroupPolicy): Conflict[] {
  const names = rings.map(({ name }) => name);
  return approvals.before.flatMap((name, i) => {
    if (names.includes(name)) return [];
    const meant = nearest(name, names);
    const remedy = meant ? `did you mean ${meant}?` : `rings are ${names.join(', ')}`;
    return [
      { at: ['approvals', 'before', i], against: ['rings'], problem: `no ring of {other} is called ${name}`, remedy },
    ];
  });
}

function strangeWishes({ os, baseline }: GroupPolicy): Conflict[] {
  return Object.keys(baseline)
    .filter((name) => !os.some((each) => each === name))
    .map((name) => ({
      at: ['baseline', name],
      against: ['os'],
      problem: `${name} is not among {other}`,
      remedy: `add ${name} to os, or remove this wish`,
    }));
}

function waiversAlike({ waivers }: GroupPolicy): Conflict[] {
  return alike(waivers, ({ id }) => id).map(([i, j]) => ({
    at: ['waivers', i, 'id'],
    against: ['waivers', j, 'id'],
    problem: 'the same id as {other}',
    remedy: 'give each waiver an id of its own: reports name it by that',
  }));
}

function cutoffTooLong({ window }: GroupPolicy): Conflict[] {
  if (!window || window.cutoffMinutes < windowMinutes(window)) return [];
  return [
    {
      at: ['window', 'cutoffMinutes'],
      against: ['window', 'to'],
      problem: `a cutoff of ${window.cutoffMinutes} minutes leaves nothing of a window of ${windowMinutes(window)} minutes up to {other}`,
      remedy: `write less than ${windowMinutes(window)}, or a longer window`,
    },
  ];
}

/** Soaks of all rings but the last, and the longest wait for one look, against the life of the canary's proof. */
function proofTooShort({ rings, rescanMinutes, proofDays }: GroupPolicy): Conflict[] {
  if (rings.length < 2) return [];
  const soak = rings.slice(0, -1).reduce((sum, ring) => sum + ring.soakMinutes, 0);
  const [mode, look] = Object.entries(rescanMinutes).reduce((a, b) => (b[1] > a[1] ? b : a));
  if (soak + look < proofDays * 1440) return [];
  return [
    {
      at: ['rings', longestSoak(rings), 'soakMinutes'],
      against: ['proofDays'],
      problem: `soaking for ${soak} minutes and a re-scan of ${look} (${mode}) do not fit {other}, which is ${proofDays * 1440} minutes`,
      remedy: `shorten the soak or rescanMinutes.${mode}${proofDays < 3 ? ', or raise proofDays (3 at most)' : ''}`,
    },
  ];
}

/** Index of the ring, the last one left out, that soaks longest. */
function longestSoak(rings: GroupPolicy['rings']): number {
  const soaks = rings.slice(0, -1).map(({ soakMinutes }) => soakMinutes);
  return soaks.indexOf(Math.max(...soaks));
}

/**
 * Even if every campaign began as the window opens, and its waves took no time, would the last ring start too late? Asked in UTC:
 * the one night of the year in which clocks go forward fits what no other does.
 */
function windowTooLate(group: GroupPolicy): Conflict[] {
  const { rings, proofDays } = group;
  const window = group.window && { ...group.window, timeZone: 'UTC' };
  if (!window || cutoffTooLong(group).length || proofTooShort(group).length) return [];
  for (const opening of openings(window)) {
    const last = lastRingAt(group, window, opening);
    if (last !== null && last < plusDays(opening, proofDays)) return [];
  }
  return [
    {
      at: ['rings', longestSoak(rings), 'soakMinutes'],
      against: ['window'],
      problem: `after this soak {other} opens only when the canary's proof is older than ${proofDays} days`,
      remedy: 'shorten the soak, lengthen the window, or let it open on more days',
    },
  ];
}

/** When the last ring could start at the earliest; a re-scan runs during the soak. */
function lastRingAt({ rings, rescanMinutes }: GroupPolicy, window: WindowPolicy, canaryAt: Instant): Instant | null {
  const look = Math.min(...Object.values(rescanMinutes));
  let at: Instant | null = canaryAt;
  for (const ring of rings.slice(0, -1)) {
    at = at && firstStart(window, plusMinutes(at, Math.max(ring.soakMinutes, look)));
  }
  return at;
}

/** Openings of a year in which waves may start. Any year does: windows know no dates. */
function* openings(window: WindowPolicy): Generator<Instant> {
  const end = instant('2025-01-01');
  for (let at = firstStart(window, instant('2024-01-01')); at && at < end; ) {
    yield at;
    const { closesAt } = windowAt(window, at);
    at = closesAt && firstStart(window, closesAt);
  }
}

function firstStart(window: WindowPolicy, from: Instant): Instant | null {
  const { mayStart, opensAt } = windowAt(window, from);
  return mayStart ? from : opensAt;
}

/** Each later one with the first that has the same key. */
function alike<T>(list: readonly T[], keyOf: (each: T) => string): [later: number, first: number][] {
  const first = new Map<string, number>();
  return list.flatMap((each, i): [number, number][] => {
    const before = first.get(keyOf(each));
    if (before !== undefined) return [[i, before]];
    first.set(keyOf(each), i);
    return [];
  });
}
