import { loadPolicy } from '#config/policy.ts';
import type { GroupPolicy, Policy } from '#domain/policy.ts';
import { BadInput } from '../bad-input.ts';

/** The group of the policy in `file`. Throws PolicyFaults for its faults, BadInput where it has no such group. */
export function groupOf(file: string, name: string): { policy: Policy; group: GroupPolicy } {
  const policy = loadPolicy(file);
  const group = policy.groups[name];
  if (group) return { policy, group };
  const known = Object.keys(policy.groups).join(', ');
  throw new BadInput([`${file}: has no group ${name}. Remedy: name one of ${known}, or add it`]);
}
