import type { Member } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';

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

/**
 * Tags by which a service marks hosts that it replaces from their image where a health check fails (trap 33), and what it calls
 * the set of them. The first is EC2 Auto Scaling's, the others are those of EKS, EMR and Elastic Beanstalk.
 */
const REPLACING: [key: string, what: string][] = [
  ['aws:autoscaling:groupName', 'the scaling group'],
  ['eks:cluster-name', 'the EKS cluster'],
  ['aws:eks:cluster-name', 'the EKS cluster'],
  ['aws:elasticmapreduce:job-flow-id', 'the EMR cluster'],
  ['elasticbeanstalk:environment-name', 'the Elastic Beanstalk environment'],
];

/** Why a host is not ours to patch in place: a service runs it, or would replace it. null: it is ours. */
export function othersWhy(
  { id, managedBy, tags }: Pick<Member, 'id' | 'managedBy' | 'tags'>,
  replaced: GroupPolicy['replaced'],
): { why: 'managed-by' | 'replaced'; words: string } | null {
  if (managedBy)
    return { why: 'managed-by', words: `${managedBy} runs ${id} for this account, and answers for its patches.` };
  const [key = '', what] = REPLACING.find(([tag]) => tags[tag] !== undefined) ?? [];
  if (!what || replaced === 'patch') return null;
  return {
    why: 'replaced',
    words: `${id} is of ${what} ${tags[key]}, which replaces hosts from their image: bring the image up to date and let it replace them, or let the policy say replaced: patch.`,
  };
}
