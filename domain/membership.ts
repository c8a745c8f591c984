import type { Member } from '#domain/model.ts';
import type { GroupPolicy } from '#domain/policy.ts';

/** Both spellings of the tag name a patch group. */
export function isInGroup(group: string, { tags }: Pick<Member, 'tags'>): boolean {
  return tags.PatchGroup === group || tags['Patch Group'] === group;
}

/** Names of all rings whose tag the instance carries, in the policy's order. One is a place; none or several is none. */
export function ringsOf(group: GroupPolicy, member: Pick<Member, 'tags'>): string[] {
  return group.rings.filter(({ tag }) => member.tags[tag.key] === tag.value).map((ring) => ring.name);
}

/** Whether it is, or is about to be. EC2 forgets only terminated instances, so one that it lists no more (null) is one. */
export function isTerminated(member: Member | null): boolean {
  return member === null || member.state === 'terminated' || member.state === 'shutting-down';
}
