/**
 * What must always hold, checked after every rehearsal against what really happened to its hosts: a file for each promise, numbered as in
 * docs/promises.md. The tenth takes two rehearsals, the eleventh is one of imports: both are tests.
 */
import { canaryFirst } from './canary-first.ts';
import { canaryProves } from './canary-proves.ts';
import { type Checker, campaignsOf, closed, type Happened } from './happened.ts';
import { goneIsGone, neverTooMany } from './never-too-many.ts';
import { oneAtATime, workEndsFirst } from './one-at-a-time.ts';
import { oneBucket } from './one-bucket.ts';
import { onlyApproved, onlyInTheWindow, onlyToAct } from './only-when-allowed.ts';
import { sentOnce } from './sent-once.ts';
import { closes, eachTold } from './told.ts';
import { trulyFixed } from './truly-fixed.ts';

/** A promise of the product did not hold: a fault of ours, never of the person's. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

const OF_ONE: Checker[] = [
  ...[canaryFirst, canaryProves, sentOnce, onlyInTheWindow, onlyApproved, oneBucket, trulyFixed],
  ...[neverTooMany, goneIsGone, workEndsFirst, onlyToAct],
];

/** Every promise that did not hold, in words. */
export function broken(happened: Happened): string[] {
  const campaigns = campaignsOf(happened);
  const ended = campaigns.flatMap((campaign) => closed(campaign, happened) ?? []);
  return [
    ...campaigns.flatMap(closes),
    ...ended.flatMap((each) =>
      OF_ONE.flatMap((check) => check(each, happened)).map((fault) => `${fault} (${each.name})`),
    ),
    ...oneAtATime(ended.map(({ record }) => record)),
    ...eachTold(campaigns, happened),
  ];
}
