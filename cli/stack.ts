import { resourcesOf } from '#config/of-policy.ts';
import type { Policy } from '#domain/policy.ts';
import type { RehearsalOptions } from '#rehearsal/rehearsal.ts';

/** What the deployment adds to the stack because of the policy: baselines, and schedules; `off`: as if somebody had disabled these. */
export function addedBy(policy: Policy, schedules: 'on' | 'off'): NonNullable<RehearsalOptions['added']> {
  return (stage) => {
    const resources = resourcesOf(policy, stage);
    for (const { Type, Properties } of Object.values(resources))
      if (Type === 'AWS::Scheduler::Schedule' && schedules === 'off') Properties.State = 'DISABLED';
    return resources;
  };
}
