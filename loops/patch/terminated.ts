import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import { isTerminated } from '#domain/patch/membership.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import { byId } from '#loops/patch/survey.ts';

/** None where EC2 cannot be asked: then nobody knows more than that they are lost. */
export async function terminatedOf(ids: InstanceId[], instances: PatchPorts['instances']): Promise<Set<InstanceId>> {
  if (!ids.length) return new Set();
  try {
    const members = await byId(instances.byIds(ids));
    return new Set(ids.filter((id) => isTerminated(members.get(id) ?? null)));
  } catch (error) {
    if (error instanceof AwsUnavailable || error instanceof AwsRefused) return new Set();
    throw error;
  }
}
