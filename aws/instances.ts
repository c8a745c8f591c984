import { DescribeInstancesCommand, EC2Client, type Filter, type Instance } from '@aws-sdk/client-ec2';
import { ask, pages } from '#aws/call.ts';
import { groupsOf } from '#aws/in-flight.ts';
import { lazily } from '#aws/lazily.ts';
import { instant } from '#domain/instant.ts';
import type { InstanceState, Member } from '#domain/patch/model.ts';
import type { Instances } from '#domain/patch/ports.ts';

const ec2 = lazily(() => new EC2Client({}));

/** Both spellings name a patch group; with tags in instance metadata a key may have no blank (SSM API model). */
const GROUP_TAGS = ['PatchGroup', 'Patch Group'];

/** Values that one filter of DescribeInstances takes. */
const FILTER_VALUES = 200;

export const instances: Instances = {
  async *members(group) {
    const seen = new Set<string>();
    for (const key of GROUP_TAGS) {
      for await (const member of described([{ Name: `tag:${key}`, Values: [literally(group)] }])) {
        if (seen.has(member.id)) continue;
        seen.add(member.id);
        yield member;
      }
    }
  },

  // By filter: one unknown id in `InstanceIds` fails the whole call (InvalidInstanceID.NotFound).
  async *byIds(ids) {
    for (const values of groupsOf(ids, FILTER_VALUES)) yield* described([{ Name: 'instance-id', Values: values }]);
  },
};

/** `*` and `?` are wildcards in a filter value; a group means itself. */
function literally(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}

async function* described(filters: Filter[]): AsyncGenerator<Member> {
  const found = pages(async (token) => {
    // Without it EC2 hides what a service runs for the account from lists and filters (trap 32): not listed would be terminated.
    const all = { Filters: filters, IncludeManagedResources: true };
    const command = new DescribeInstancesCommand({ ...all, MaxResults: 1000, NextToken: token });
    const answer = await ask('ec2:DescribeInstances', ec2().send(command));
    return { items: answer.Reservations, next: answer.NextToken };
  });
  for await (const reservation of found) for (const instance of reservation.Instances ?? []) yield* member(instance);
}

function* member(instance: Instance): Generator<Member> {
  if (!instance.InstanceId || !instance.State?.Name || !instance.LaunchTime) return;
  const tags: Record<string, string> = {};
  for (const tag of instance.Tags ?? []) if (tag.Key !== undefined) tags[tag.Key] = tag.Value ?? '';
  yield {
    id: instance.InstanceId,
    state: instance.State.Name satisfies InstanceState,
    zone: instance.Placement?.AvailabilityZone ?? '',
    tags,
    launchedAt: instant(instance.LaunchTime),
    ...(instance.Operator?.Managed ? { managedBy: instance.Operator.Principal ?? 'a service of AWS' } : {}),
  };
}
