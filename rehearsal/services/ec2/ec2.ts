/** EC2 as a fake: DescribeInstances and DescribeTags. Terminated instances are listed for about an hour. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { compileFilters, type Ec2Filter, type FieldsOf } from '#rehearsal/services/ec2/filters.ts';
import { reservationOf } from '#rehearsal/services/ec2/view.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { instanceFields } from '#rehearsal/services/ssm/instance-filters.ts';

const LISTED_AFTER_END = 3_600_000;
const CODES = { badToken: 'InvalidNextToken', badSize: 'InvalidParameterValue' };

export function ec2Operations(stage: Stage, fleet: Fleet): Record<string, Operation> {
  const isListed = (host: Host) =>
    host.terminatedAt === null || stage.clock.now() - host.terminatedAt < LISTED_AFTER_END;
  return {
    DescribeInstances: (input) => {
      checkDryRun(input);
      const ids: string[] = input.InstanceIds ?? [];
      if (ids.length > 0 && input.MaxResults !== undefined) {
        throw new AwsFault('InvalidParameterCombination', 'MaxResults cannot be given together with instance ids');
      }
      checkIds(ids, (id) => {
        const host = fleet.byId(id);
        return host !== undefined && isListed(host);
      });
      const filters: Ec2Filter[] = input.Filters ?? [];
      const fits = compileFilters(filters, instanceFields);
      const named = ids.length > 0 ? [...new Set(ids)].flatMap((id) => fleet.byId(id) ?? []) : askedFor(fleet, filters);
      // Only lists and filters are bound by the account's visibility setting, which hides them by default (trap 32).
      const hides = ids.length === 0 && input.IncludeManagedResources !== true;
      const wanted = named
        .filter((host) => isListed(host) && !(hides && host.managedBy !== null))
        .map((host) => reservationOf(host, stage))
        .filter((reservation) => fits({ ...reservation, ...reservation.Instances[0] }));
      const rule = { operation: 'DescribeInstances', least: 5, most: 1000, usual: 1000, ...CODES };
      const { rows, next } = pageOf(wanted, rule, { ids, filters }, input.MaxResults, input.NextToken);
      return { Reservations: rows, NextToken: next };
    },

    DescribeTags: (input) => {
      checkDryRun(input);
      const filters: Ec2Filter[] = input.Filters ?? [];
      const fits = compileFilters(filters, tagFields);
      const wanted = fleet.hosts.filter(isListed).flatMap(tagsOf).filter(fits);
      const rule = { operation: 'DescribeTags', least: 5, most: 1000, usual: 1000, ...CODES };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      return { Tags: rows, NextToken: next };
    },
  };
}

/** Whoever asks may: there are no permissions at this door. */
function checkDryRun({ DryRun }: { DryRun?: boolean }): void {
  if (DryRun) throw new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

function checkIds(ids: readonly string[], exists: (id: string) => boolean): void {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id));
  if (malformed !== undefined) throw new AwsFault('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  const gone = ids.filter((id) => !exists(id));
  if (gone.length > 0)
    throw new AwsFault('InvalidInstanceID.NotFound', `The instance IDs '${gone.join(', ')}' do not exist`);
}

/** By their ids where a filter names them, so that a big fleet is not walked for a few. */
function askedFor(fleet: Fleet, filters: readonly Ec2Filter[]): readonly Host[] {
  const ids = filters.find(({ Name }) => Name === 'instance-id')?.Values;
  if (!ids || ids.some((id) => /[*?\\]/.test(id))) return fleet.hosts;
  return [...new Set(ids)].flatMap((id) => fleet.byId(id) ?? []);
}

interface Tag {
  Key: string;
  ResourceId: string;
  ResourceType: string;
  Value: string;
}

function tagsOf(host: Host): Tag[] {
  const of = { ResourceId: host.id, ResourceType: 'instance' };
  return Object.entries(host.tags).map(([Key, Value]) => ({ ...of, Key, Value }));
}

const tagFields: FieldsOf<Tag> = (name) => {
  if (name.startsWith('tag:')) return ({ Key, Value }) => (Key === name.slice(4) ? [Value] : []);
  if (name === 'key') return ({ Key }) => [Key];
  if (name === 'value') return ({ Value }) => [Value];
  if (name === 'resource-id') return ({ ResourceId }) => [ResourceId];
  return name === 'resource-type' ? ({ ResourceType }) => [ResourceType] : null;
};
