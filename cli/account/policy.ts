import { isCalled } from '#domain/campaign/short-name.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { groupIn, type Policy } from '#domain/policy.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { BadInput } from '../bad-input.ts';

/** The group of the policy in `file`, by its name or its short name. Throws PolicyFaults for its faults, BadInput where it has no such group. */
export function groupOf(file: string, name: string): { policy: Policy; group: GroupPolicy } {
  const policy = loadPolicy(file);
  const known = Object.keys(policy.groups);
  const group = groupIn(policy, name) ?? groupIn(policy, known.find((each) => isCalled(each, name)) ?? name);
  if (group) return { policy, group };
  if (policy.sites?.[name])
    throw new BadInput([
      `${name}: is a site of ${file}, and no group. Remedy: name a group, or patchwright check ${name}`,
    ]);
  throw new BadInput([`${file}: has no group ${name}. Remedy: name one of ${known.join(', ')}, or add it`]);
}
