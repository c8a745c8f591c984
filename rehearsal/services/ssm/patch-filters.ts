/** Filters of SSM's patch lists: joined by AND, values of one by OR (PatchOrchestratorFilter, InstancePatchStateFilter). */
import { AwsFault } from '#rehearsal/api.ts';
import type { PatchBaseline } from '#rehearsal/services/ssm/baselines.ts';
import type { PatchRow } from '#rehearsal/services/ssm/patching.ts';

export interface PatchFilter {
  Key: string;
  Values?: string[];
}

/** Of DescribeInstancePatches. Values of State are written in camel case here, though the rows have them in capitals. */
export function patchFilter(filters: readonly PatchFilter[]): (row: PatchRow) => boolean {
  const compiled = filters.map(({ Key, Values = [] }) => {
    const known = (['State', 'KBId', 'Classification', 'Severity'] as const).find((key) => key === Key);
    if (!known) throw new AwsFault('InvalidFilter', `DescribeInstancePatches has no filter ${Key}`);
    const states = Values.map((value) => value.toUpperCase());
    if (known === 'State') return (row: PatchRow) => states.includes(row.State.replaceAll('_', ''));
    return (row: PatchRow) => Values.includes(row[known]);
  });
  return (row) => compiled.every((fits) => fits(row));
}

/** Neither list of baselines documents an error for a strange key. */
export function baselineFilter(operation: string, filters: readonly PatchFilter[]): (one: PatchBaseline) => boolean {
  const compiled = filters.map(({ Key, Values = [] }) => {
    if (Key === 'OWNER' && operation === 'DescribePatchBaselines')
      return ({ owner }: PatchBaseline) => Values.includes(owner);
    if (Key === 'OPERATING_SYSTEM') return ({ os }: PatchBaseline) => Values.includes(os);
    if (Key === 'NAME_PREFIX') return ({ name }: PatchBaseline) => Values.some((prefix) => name.startsWith(prefix));
    throw new AwsFault('ValidationException', `${operation} has no filter ${Key}`);
  });
  return (one) => compiled.every((fits) => fits(one));
}

const COUNTS = [
  'InstalledCount',
  'InstalledOtherCount',
  'InstalledPendingRebootCount',
  'InstalledRejectedCount',
  'MissingCount',
  'FailedCount',
  'UnreportedNotApplicableCount',
  'NotApplicableCount',
  'AvailableSecurityUpdateCount',
];

/** Of DescribeInstancePatchStatesForPatchGroup: counts against a number. A count that is not reported is none. */
export function countFilter(
  filters: readonly { Key: string; Values: string[]; Type: string }[],
): (state: Record<string, unknown>) => boolean {
  const compiled = filters.map(({ Key, Values, Type }) => {
    const bound = Number(Values[0]);
    if (!COUNTS.includes(Key) || !Number.isInteger(bound))
      throw new AwsFault('InvalidFilter', `${Key} ${Type} ${Values[0]} is no filter of patch states`);
    return (state: Record<string, unknown>) => compared(Number(state[Key] ?? 0), Type, bound);
  });
  return (state) => compiled.every((fits) => fits(state));
}

function compared(count: number, type: string, bound: number): boolean {
  if (type === 'LessThan') return count < bound;
  if (type === 'GreaterThan') return count > bound;
  return (count === bound) === (type === 'Equal');
}
