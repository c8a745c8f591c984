/** AWS::SSM::PatchBaseline of the stack, as the scenario writes a baseline. */
import type { BaselineText } from '#rehearsal/scenario/format.ts';

interface Filters {
  PatchFilters?: { Key: string; Values: string[] }[];
}

/** Throws for a property that is not played. */
export function baselineOf(properties: Record<string, unknown>): BaselineText {
  const { Name, OperatingSystem, PatchGroups, ApprovalRules, ApprovedPatches, RejectedPatches, ...more } = properties;
  for (const key of Object.keys(more))
    if (key !== 'Description' && key !== 'Tags') throw new Error(`baseline ${Name}: not rehearsed: ${key}`);
  const { PatchRules = [] } = (ApprovalRules ?? {}) as { PatchRules?: Record<string, unknown>[] };
  return {
    name: String(Name),
    os: String(OperatingSystem),
    groups: (PatchGroups ?? []) as string[],
    default: false,
    rules: PatchRules.map((rule) => ({
      filters: Object.fromEntries(
        ((rule.PatchFilterGroup as Filters)?.PatchFilters ?? []).map(({ Key, Values }) => [Key, Values]),
      ),
      approveAfterDays: rule.ApproveAfterDays === undefined ? null : Number(rule.ApproveAfterDays),
      approveUntil: rule.ApproveUntilDate === undefined ? null : String(rule.ApproveUntilDate),
      enableNonSecurity: rule.EnableNonSecurity === true,
    })),
    approved: (ApprovedPatches ?? []) as string[],
    rejected: (RejectedPatches ?? []) as string[],
  };
}
