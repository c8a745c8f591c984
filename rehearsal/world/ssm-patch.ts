/** SSM as a fake: what Patch Manager reported, and the baselines. */
import { AwsFault, type Operation } from '#rehearsal/api.ts';
import type { AdvisoryBook } from '#rehearsal/world/advisories.ts';
import type { Baselines, PatchBaseline } from '#rehearsal/world/baselines.ts';
import type { Fleet, Host } from '#rehearsal/world/fleet.ts';
import { pageOf } from '#rehearsal/world/paging.ts';
import type { PatchStates } from '#rehearsal/world/patch-states.ts';
import type { PatchRow } from '#rehearsal/world/patching.ts';

export function ssmPatchOperations(
  fleet: Fleet,
  states: PatchStates,
  baselines: Baselines,
  bookOf: (host: Host) => AdvisoryBook,
): Record<string, Operation> {
  return {
    DescribeInstancePatchStates: (input) => {
      const ids: string[] = input.InstanceIds;
      if (ids.length < 1 || ids.length > 50) throw new AwsFault('ValidationException', 'InstanceIds: 1 to 50');
      const known = ids.flatMap((id) => fleet.byId(id) ?? []).filter((host) => host.state !== 'terminated');
      const summaries = known.flatMap((host) => states.summary(host, bookOf(host)) ?? []);
      const rule = {
        operation: 'DescribeInstancePatchStates',
        least: 10,
        most: 100,
        usual: 50,
        badToken: 'InvalidNextToken',
      };
      const { rows, next } = pageOf(summaries, rule, ids, input.MaxResults, input.NextToken);
      return { InstancePatchStates: rows, NextToken: next };
    },

    DescribeInstancePatches: (input) => {
      const host = fleet.byId(input.InstanceId);
      if (!host) throw new AwsFault('ValidationException', `no managed node ${input.InstanceId}`);
      const filters: { Key: string; Values: string[] }[] = input.Filters ?? [];
      const wanted = states
        .rows(host, bookOf(host))
        .filter((row) => filters.every((filter) => patchMatches(row, filter)));
      const rule = {
        operation: 'DescribeInstancePatches',
        least: 10,
        most: 100,
        usual: 50,
        badToken: 'InvalidNextToken',
      };
      const question = { id: host.id, filters };
      const { rows, next } = pageOf(wanted, rule, question, input.MaxResults, input.NextToken);
      return { Patches: rows, NextToken: next };
    },

    GetPatchBaselineForPatchGroup: ({ PatchGroup, OperatingSystem = 'WINDOWS' }) => {
      const baseline = baselines.forGroup(PatchGroup, OperatingSystem);
      if (!baseline) throw new AwsFault('ValidationException', `OperatingSystem: ${OperatingSystem}`);
      return { BaselineId: baseline.id, PatchGroup, OperatingSystem };
    },

    GetDefaultPatchBaseline: ({ OperatingSystem = 'WINDOWS' }) => {
      const baseline = baselines.defaultFor(OperatingSystem);
      if (!baseline) throw new AwsFault('ValidationException', `OperatingSystem: ${OperatingSystem}`);
      return { BaselineId: baseline.id, OperatingSystem };
    },

    GetPatchBaseline: ({ BaselineId }) => {
      // An AWS-owned baseline is found by its whole ARN only.
      const baseline = baselines.byId(BaselineId);
      if (!baseline) throw new AwsFault('DoesNotExistException', `patch baseline ${BaselineId} does not exist`);
      return baselineView(baseline);
    },

    DescribePatchBaselines: (input) => {
      const filters: { Key: string; Values: string[] }[] = input.Filters ?? [];
      const wanted = baselines.all.filter((baseline) => filters.every((filter) => baselineMatches(baseline, filter)));
      const rule = {
        operation: 'DescribePatchBaselines',
        least: 1,
        most: 100,
        usual: 100,
        badToken: 'InvalidNextToken',
      };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      const identities = rows.map((baseline) => ({
        BaselineId: baseline.id,
        BaselineName: baseline.name,
        OperatingSystem: baseline.os,
        DefaultBaseline: baseline.isDefault,
      }));
      return { BaselineIdentities: identities, NextToken: next };
    },
  };
}

/** Values of State are written in camel case here, though the rows have them in capitals. */
function patchMatches(row: PatchRow, { Key, Values }: { Key: string; Values: string[] }): boolean {
  if (Key === 'State') return Values.some((value) => value.toUpperCase() === row.State.replaceAll('_', ''));
  if (Key === 'KBId') return Values.includes(row.KBId);
  if (Key === 'Classification') return Values.includes(row.Classification);
  if (Key === 'Severity') return Values.includes(row.Severity);
  throw new AwsFault('InvalidFilter', `DescribeInstancePatches has no filter ${Key}`);
}

function baselineMatches(baseline: PatchBaseline, { Key, Values }: { Key: string; Values: string[] }): boolean {
  if (Key === 'OWNER') return Values.includes(baseline.owner);
  if (Key === 'OPERATING_SYSTEM') return Values.includes(baseline.os);
  if (Key === 'NAME_PREFIX') return Values.some((prefix) => baseline.name.startsWith(prefix));
  throw new AwsFault('InvalidFilter', `DescribePatchBaselines has no filter ${Key}`);
}

function baselineView(baseline: PatchBaseline): Record<string, unknown> {
  return {
    BaselineId: baseline.id,
    Name: baseline.name,
    OperatingSystem: baseline.os,
    GlobalFilters: { PatchFilters: [] },
    ApprovalRules: {
      PatchRules: baseline.rules.map((rule) => ({
        PatchFilterGroup: { PatchFilters: Object.entries(rule.filters).map(([Key, Values]) => ({ Key, Values })) },
        ComplianceLevel: 'UNSPECIFIED',
        ...(rule.approveAfterDays === null ? {} : { ApproveAfterDays: rule.approveAfterDays }),
        ...(rule.approveUntil === null ? {} : { ApproveUntilDate: rule.approveUntil }),
        EnableNonSecurity: rule.enableNonSecurity,
      })),
    },
    ApprovedPatches: baseline.approved,
    ApprovedPatchesComplianceLevel: 'UNSPECIFIED',
    ApprovedPatchesEnableNonSecurity: false,
    RejectedPatches: baseline.rejected,
    RejectedPatchesAction: 'ALLOW_AS_DEPENDENCY',
    PatchGroups: baseline.groups,
    ...(baseline.owner === 'AWS' && { Description: 'Predefined by AWS.' }),
    Sources: [],
  };
}
