/**
 * The policy as everything behind policy/ sees it: validated, defaults filled in, frozen. policy/ makes it from policy.yml;
 * a campaign freezes the group's part into its evidence and every later task reads that copy.
 */
import type { SitePolicy } from '#domain/edge/site.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';

export interface Policy {
  version: 1;
  hash: string; // sha256 of the canonical JSON of everything else
  groups: Record<string, GroupPolicy>;
  sites?: Record<string, SitePolicy>; // absent where the file has none
}

/** null: the policy has no such group. Names are anybody's words: `constructor` is a legal one. */
export function groupIn({ groups }: Pick<Policy, 'groups'>, name: string): GroupPolicy | null {
  return (Object.hasOwn(groups, name) && groups[name]) || null;
}
