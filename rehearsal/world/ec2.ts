/** EC2 as a fake: DescribeInstances. Terminated instances are listed for about an hour. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Fleet, Host } from '#rehearsal/world/fleet.ts';
import { pageOf } from '#rehearsal/world/paging.ts';

const LISTED_AFTER_END = 3_600_000;
const STATE_CODES: Record<Host['state'], number> = { running: 16, stopping: 64, stopped: 80, terminated: 48 };

export function ec2Operations(stage: Stage, fleet: Fleet): Record<string, Operation> {
  const isListed = (host: Host) =>
    host.terminatedAt === null || stage.clock.now() - host.terminatedAt < LISTED_AFTER_END;
  return {
    DescribeInstances: (input) => {
      const ids: string[] = input.InstanceIds ?? [];
      if (ids.length > 0 && input.MaxResults !== undefined) {
        throw new AwsFault('InvalidParameterCombination', 'MaxResults cannot be given together with instance ids');
      }
      const gone = ids.filter((id) => {
        const host = fleet.byId(id);
        return !host || !isListed(host);
      });
      if (gone.length > 0)
        throw new AwsFault('InvalidInstanceID.NotFound', `The instance IDs '${gone.join(', ')}' do not exist`);
      const filters: { Name: string; Values: string[] }[] = input.Filters ?? [];
      const wanted = fleet.hosts.filter(
        (host) =>
          isListed(host) &&
          (ids.length === 0 || ids.includes(host.id)) &&
          filters.every((filter) => matches(host, filter)),
      );
      const codes = { badToken: 'InvalidNextToken', badSize: 'InvalidParameterValue' };
      const rule = { operation: 'DescribeInstances', least: 5, most: 1000, usual: 1000, ...codes };
      const { rows, next } = pageOf(wanted, rule, { ids, filters }, input.MaxResults, input.NextToken);
      return { Reservations: rows.map((host) => reservationOf(host, stage)), NextToken: next };
    },
  };
}

function matches(host: Host, { Name, Values }: { Name: string; Values: string[] }): boolean {
  if (Values.length > 200) throw new AwsFault('FilterLimitExceeded', 'The maximum number of filter values is 200');
  if (Name === 'instance-id') return Values.includes(host.id);
  if (Name === 'instance-state-name') return Values.includes(host.state);
  if (Name === 'tag-key') return Values.some((key) => host.tags[key] !== undefined);
  if (Name === 'availability-zone') return Values.includes(host.zone);
  if (Name.startsWith('tag:')) {
    const value = host.tags[Name.slice(4)];
    return value !== undefined && Values.some((wanted) => wildcard(wanted).test(value));
  }
  throw new AwsFault('InvalidParameterValue', `The filter '${Name}' is invalid`);
}

/** `*` and `?` stand for anything and any one, unless a backslash is before them. */
function wildcard(wanted: string): RegExp {
  const parts = wanted.match(/\\.|[\s\S]/g) ?? [];
  const pattern = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length > 1 ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${pattern.join('')}$`);
}

function reservationOf(host: Host, stage: Stage): Record<string, unknown> {
  const instance = {
    InstanceId: host.id,
    ImageId: `ami-${host.id.slice(2)}`,
    InstanceType: 't3.small',
    LaunchTime: new Date(host.launchedAt),
    Placement: { AvailabilityZone: host.zone },
    State: { Code: STATE_CODES[host.state], Name: host.state },
    Tags: Object.entries(host.tags).map(([Key, Value]) => ({ Key, Value })),
    ...(host.platform.type === 'Windows' ? { Platform: 'windows' } : {}),
  };
  return { ReservationId: `r-${host.id.slice(2)}`, OwnerId: stage.account, Instances: [instance] };
}
