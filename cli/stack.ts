import { resourcesOf } from '#config/of-policy.ts';
import type { Policy } from '#domain/policy.ts';
import type { RehearsalOptions } from '#rehearsal/rehearsal.ts';

/** What the deployment adds to the stack because of the policy: baselines, and `on`, schedules; off as if somebody had disabled them. */
export function addedBy(policy: Policy, schedules: 'on' | 'off'): NonNullable<RehearsalOptions['added']> {
  return (stage) =>
    Object.fromEntries(
      Object.entries(resourcesOf(policy, stage)).filter(
        ([, { Type }]) => schedules === 'on' || Type !== 'AWS::Scheduler::Schedule',
      ),
    );
}
