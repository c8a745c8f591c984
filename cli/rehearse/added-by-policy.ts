import type { Policy } from '#domain/policy.ts';
import type { RehearsalOptions } from '#rehearsal/options.ts';
import { readFunctions } from '#stack/functions-file.ts';
import { resourcesOf } from '#stack/policy-resources.ts';
import { logical, role, statements } from '#stack/role.ts';
import { inRoot } from '../root.ts';

type Added = ReturnType<NonNullable<RehearsalOptions['added']>>;

/**
 * What the deployment adds to the stack: the role of each function and the key of its log, and what the policy asks for, baselines and
 * schedules; `off`: as if somebody had disabled these.
 */
export function addedBy(policy: Policy, schedules: 'on' | 'off'): NonNullable<RehearsalOptions['added']> {
  return (stage) => {
    const resources: Added = { ...ofFunctions(policy, stage), ...resourcesOf(policy, stage) };
    for (const { Type, Properties } of Object.values(resources))
      if (Type === 'AWS::Scheduler::Schedule' && schedules === 'off')
        Object.assign(Properties ?? {}, { State: 'DISABLED' });
    return resources;
  };
}

function ofFunctions(policy: Policy, stage: string): Added {
  const functions = readFunctions(inRoot('stack/functions.yml'));
  return Object.fromEntries(
    Object.entries(functions).flatMap(([key, { may }]) => {
      const LogGroupName = `/aws/lambda/patchwright-${stage}-${key}`;
      const group = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName, KmsKeyId: KEY } };
      const made = role(statements(key, may, { stage, policy }, LogGroupName));
      return [
        [`${logical(key)}Role`, made],
        [`${logical(key)}LogGroup`, group],
      ];
    }),
  );
}

const KEY = { 'Fn::GetAtt': ['Key', 'Arn'] };
