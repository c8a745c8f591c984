/** Associations of State Manager: those that Inspector makes in an account, which run by their rate on all managed nodes. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import { pageOf } from '#rehearsal/world/paging.ts';
import { uuid } from '#rehearsal/world/runs.ts';

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
    id: uuid(stage.chance.of(`association/${name}`)),
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

export function associationOperations(stage: Stage, associations: readonly Association[]): Record<string, Operation> {
  return {
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
