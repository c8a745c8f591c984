/** SSM as a fake: what Patch Manager reported, and the baselines. */
import { AwsFault, type Operation } from '#rehearsal/api.ts';
import type { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { type Baselines, type PatchBaseline, patchGroupOf } from '#rehearsal/services/ssm/baselines.ts';
import { baselineFilter, countFilter, type PatchFilter, patchFilter } from '#rehearsal/services/ssm/patch-filters.ts';
import type { PatchStates } from '#rehearsal/services/ssm/patch-states.ts';
import { wordsOf } from '#rehearsal/services/ssm/patch-words.ts';

export function ssmPatchOperations(
  fleet: Fleet,
  states: PatchStates,
  baselines: Baselines,
  bookOf: (host: Host) => AdvisoryBook,
): Record<string, Operation> {
  const summaryOf = (host: Host) => [states.summary(host, bookOf(host))].filter((summary) => summary !== null);
  return {
    DescribeInstancePatchStates: (input) => {
      const ids: string[] = input.InstanceIds;
      const summaries = living(ids.flatMap((id) => fleet.byId(id) ?? [])).flatMap(summaryOf);
      const rule = { operation: 'DescribeInstancePatchStates', ...PAGES };
      const { rows, next } = pageOf(summaries, rule, ids, input.MaxResults, input.NextToken);
      return { InstancePatchStates: rows, NextToken: next };
    },

    DescribeInstancePatchStatesForPatchGroup: (input) => {
      const { MaxResults, NextToken, ...question } = input;
      const fits = countFilter(input.Filters ?? []);
      const members = living(fleet.hosts).filter((host) => patchGroupOf(host) === input.PatchGroup);
      const rule = { operation: 'DescribeInstancePatchStatesForPatchGroup', ...PAGES };
      const { rows, next } = pageOf(members.flatMap(summaryOf).filter(fits), rule, question, MaxResults, NextToken);
      return { InstancePatchStates: rows, NextToken: next };
    },

    DescribeInstancePatches: (input) => {
      const [host] = living([fleet.byId(input.InstanceId)].flatMap((found) => found ?? []));
      if (!host) throw new AwsFault('InvalidInstanceId', `no managed node ${input.InstanceId}`);
      const filters: PatchFilter[] = input.Filters ?? [];
      const wanted = states.rows(host, bookOf(host)).filter(patchFilter(filters));
      const rule = { operation: 'DescribeInstancePatches', ...PAGES };
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
      const filters: PatchFilter[] = input.Filters ?? [];
      const wanted = baselines.all.filter(baselineFilter('DescribePatchBaselines', filters));
      const rule = { operation: 'DescribePatchBaselines', least: 1, most: 100, usual: 100 };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      return { BaselineIdentities: rows.map(identityOf), NextToken: next };
    },

    DescribePatchProperties: ({ OperatingSystem, Property, PatchSet, MaxResults, NextToken }) => {
      const words = wordsOf(OperatingSystem, Property, PatchSet);
      if (!words) throw new AwsFault('ValidationException', `${OperatingSystem} has no property ${Property}`);
      const rule = { operation: 'DescribePatchProperties', least: 1, most: 50, usual: 50 };
      const { rows, next } = pageOf(words, rule, [OperatingSystem, Property], MaxResults, NextToken);
      return { Properties: rows.map((Name) => ({ Name })), NextToken: next };
    },

    /** Groups that are registered with a baseline, not those of tags. */
    DescribePatchGroups: (input) => {
      const filters: PatchFilter[] = input.Filters ?? [];
      const wanted = baselines.all
        .filter(baselineFilter('DescribePatchGroups', filters))
        .flatMap((one) => one.groups.map((PatchGroup) => ({ PatchGroup, BaselineIdentity: identityOf(one) })));
      const rule = { operation: 'DescribePatchGroups', least: 1, most: 100, usual: 100 };
      const { rows, next } = pageOf(wanted, rule, filters, input.MaxResults, input.NextToken);
      return { Mappings: rows, NextToken: next };
    },
  };
}

const PREDEFINED = 'Predefined by AWS.';
const PAGES = { least: 10, most: 100, usual: 50, badToken: 'InvalidNextToken' };

function living(hosts: readonly Host[]): Host[] {
  return hosts.filter(({ state }) => state !== 'terminated');
}

function identityOf(baseline: PatchBaseline): Record<string, unknown> {
  return {
    BaselineId: baseline.id,
    BaselineName: baseline.name,
    ...(baseline.owner === 'AWS' && { BaselineDescription: PREDEFINED }),
    OperatingSystem: baseline.os,
    DefaultBaseline: baseline.isDefault,
  };
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
    ...(baseline.owner === 'AWS' && { Description: PREDEFINED }),
    Sources: [],
  };
}
