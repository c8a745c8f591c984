/** Associations of State Manager: those that Inspector makes in an account, which run by their rate on all managed nodes. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { uuidOf } from '#rehearsal/fleet/patch-runs.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { pingOf } from '#rehearsal/services/ssm/commands.ts';

const MINUTE = 60_000;

export interface Association {
  id: string;
  name: string;
  document: string;
  rate: string;
  everyMs: number;
}

export function inspectorAssociations(stage: Stage): Association[] {
  const make = (name: string, document: string, rate: string, minutes: number) => ({
    id: uuidOf(stage.chance.of(`association/${name}`)),
    name,
    document,
    rate,
    everyMs: minutes * MINUTE,
  });
  return [
    make('InspectorInventoryCollection-do-not-delete', 'AWS-GatherSoftwareInventory', 'rate(30 minutes)', 30),
    make('InvokeInspectorSsmPlugin-do-not-delete', 'AmazonInspector2-InvokeInspectorSsmPlugin', 'rate(6 hours)', 360),
    make('InspectorDistributor-do-not-delete', 'AWS-ConfigureAWSPackage', 'rate(7 days)', 10_080),
  ];
}

export function associationOperations(
  stage: Stage,
  associations: readonly Association[],
  { fleet, looks }: { fleet: Fleet; looks: Looks },
): Record<string, Operation> {
  return {
    // One row for each association that is bound to the node: all of them, here.
    DescribeInstanceAssociationsStatus: (input) => {
      const now = stage.clock.now();
      const host = fleet.byId(input.InstanceId);
      if (!host || pingOf(host, now) === null)
        throw new AwsFault('InvalidInstanceId', `${input.InstanceId} is no managed node`);
      const ran = associations.flatMap((one) => statusOn(host, one, looks, now));
      const { MaxResults, NextToken, ...question } = input;
      const operation = 'DescribeInstanceAssociationsStatus';
      const rule = { operation, least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(ran, rule, question, MaxResults, NextToken);
      return { InstanceAssociationStatusInfos: rows, NextToken: next };
    },

    ListAssociations: (input) => {
      const filters: AssociationFilter[] = input.AssociationFilterList ?? [];
      const now = stage.clock.now();
      const wanted = associations.filter((one) => filters.every((filter) => matches(one, filter, now)));
      const rule = { operation: 'ListAssociations', least: 1, most: 50, usual: 50, badToken: 'InvalidNextToken' };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      return { Associations: rows.map((one) => associationView(one, now)), NextToken: next };
    },
  };
}

interface AssociationFilter {
  key: string;
  value: string;
}

/** All keys of AssociationFilter (SSM API Reference). InstanceId finds only associations made with it, which nobody has here. */
function matches(association: Association, { key, value }: AssociationFilter, now: number): boolean {
  const before = key === 'LastExecutedBefore';
  if (before || key === 'LastExecutedAfter') {
    const [ranAt, bound] = [lastRun(association, now), Date.parse(value)];
    if (Number.isNaN(bound)) throw new AwsFault('ValidationException', `${key}: ${value} is no time`);
    return before ? ranAt < bound : ranAt > bound;
  }
  const values: Record<string, string> = {
    AssociationName: association.name,
    AssociationId: association.id,
    Name: association.document,
    AssociationStatusName: 'Success',
  };
  return values[key] === value;
}

function lastRun({ everyMs }: Association, now: number): number {
  return now - (now % everyMs);
}

/** The one that Inspector's looks at the host rest on ran when its inventory was taken; the others by their rate. */
function statusOn(host: Host, one: Association, looks: Looks, now: number): Record<string, unknown>[] {
  const collects = one.id === collectorOf(host, [one])?.id && host.scanMode === 'EC2_SSM_AGENT_BASED';
  const at = collects ? looks.lastCollection(host) : lastRun(one, now);
  if (at === null) return [];
  return [
    {
      AssociationId: one.id,
      AssociationName: one.name,
      AssociationVersion: '1',
      Name: one.document,
      DocumentVersion: '$DEFAULT',
      InstanceId: host.id,
      ExecutionDate: new Date(at),
      Status: 'Success',
      DetailedStatus: 'Success',
    },
  ];
}

/** Windows is inventoried by a plugin with an association of its own (Inspector User Guide). */
export function collectorOf(host: Host, associations: readonly Association[]): Association | undefined {
  const name = host.platform.type === 'Windows' ? 'InvokeInspectorSsmPlugin' : 'InspectorInventoryCollection';
  return associations.find((one) => one.name.startsWith(name));
}

function associationView(association: Association, now: number): Record<string, unknown> {
  const { id, name, document, rate } = association;
  return {
    AssociationId: id,
    AssociationName: name,
    AssociationVersion: '1',
    Name: document,
    Targets: [{ Key: 'InstanceIds', Values: ['*'] }],
    ScheduleExpression: rate,
    LastExecutionDate: new Date(lastRun(association, now)),
    Overview: { Status: 'Success', DetailedStatus: 'Success' },
  };
}
