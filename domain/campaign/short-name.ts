/**
 * Names made from a group's. SSM lets a patch group have 256 letters of any script, blanks and `_ . : / = + - @`; the names of
 * executions, schedules, baselines and parameters, keys in S3 and words in a shell may not. All of them are made from the short name.
 */
import { createHash } from 'node:crypto';
import type { CampaignRef } from '#domain/campaign/ports.ts';

/** What SSM takes for a patch group (API model, `PatchGroup`). */
export const PATCH_GROUP = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

const LONGEST = 32;
const PLAIN = /^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/;
const MARKED = /--[0-9a-f]{8}$/;
/** Of executions (StartExecution, `name`). */
const LONGEST_EXECUTION = 80;

/**
 * At most 32 of `0-9 A-Z a-z _ -`, the first a letter or digit: a group's name as it is where it is such a word, else what is legible of
 * it and eight digits of its hash. A plain name that ends like a made one gets a hash too, so that no two groups share a name.
 */
export function shortName(group: string): string {
  return PLAIN.test(group) && !MARKED.test(group) ? group : marked(group, LONGEST);
}

/** Whether `asked` names the group: as it is, or as its campaigns, mails and commands write it. */
export function isCalled(group: string, asked: string): boolean {
  return asked === group || asked === shortName(group);
}

/** The schedule of a group, as the stack has it. */
export function scheduleName(stage: string, group: string): string {
  return `patchwright-${stage}-${shortName(group)}`;
}

/** Where the evidence of a campaign lies in the bucket, with the slash at its end. */
export function folderOf({ group, campaign }: CampaignRef): string {
  return `${shortName(group)}/${campaign}/`;
}

/** The execution that patches a ring, by its campaign and ring; both shortened where 80 characters do not hold them. */
export function ringExecution(campaign: string, ring: string): string {
  const whole = `${campaign}-${ring}`;
  return whole.length <= LONGEST_EXECUTION ? whole : marked(whole, LONGEST_EXECUTION);
}

function marked(text: string, longest: number): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const legible = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^0-9A-Za-z_]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, longest - hash.length - 2)
    .replace(/-+$/, '');
  return `${legible || 'group'}--${hash}`;
}
