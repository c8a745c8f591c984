import {
  GetDefaultPatchBaselineCommand,
  GetPatchBaselineCommand,
  GetPatchBaselineForPatchGroupCommand,
  type GetPatchBaselineResult,
  type PatchFilterGroup,
} from '@aws-sdk/client-ssm';
import { ask, isNamed } from '#aws/call.ts';
import { ssm } from '#aws/ssm.ts';
import { AwsRefused } from '#domain/errors.ts';
import { sha256 } from '#domain/hash.ts';
import type { Baseline, Os } from '#domain/patch/model.ts';
import type { Baselines } from '#domain/patch/ports.ts';

export const baselines: Baselines = {
  async forGroup(group, os) {
    const registered = await registeredFor(group, os);
    const usual = await accountDefault(os);
    const source = registered === null || bare(registered) === bare(usual) ? 'default' : 'group';
    const BaselineId = source === 'group' && registered !== null ? registered : usual;
    const answer = await ask('ssm:GetPatchBaseline', ssm().send(new GetPatchBaselineCommand({ BaselineId })));
    return toBaseline(BaselineId, os, source, answer);
  },
};

/**
 * The operating system is always given: left out it means WINDOWS (SSM API model). What a group without a baseline gets is not
 * documented: no id, an error, or the default; each means the default here.
 */
async function registeredFor(PatchGroup: string, OperatingSystem: Os): Promise<string | null> {
  const command = new GetPatchBaselineForPatchGroupCommand({ PatchGroup, OperatingSystem });
  try {
    const { BaselineId } = await ask('ssm:GetPatchBaselineForPatchGroup', ssm().send(command));
    return BaselineId || null;
  } catch (error) {
    if (error instanceof AwsRefused && isNamed(error.cause, 'DoesNotExistException')) return null;
    throw error;
  }
}

/** AWS's own baselines come with their whole ARN, which GetPatchBaseline needs: they live in another account. */
async function accountDefault(OperatingSystem: Os): Promise<string> {
  const call = ssm().send(new GetDefaultPatchBaselineCommand({ OperatingSystem }));
  const { BaselineId } = await ask('ssm:GetDefaultPatchBaseline', call);
  if (!BaselineId) throw new AwsRefused(`ssm:GetDefaultPatchBaseline: there is none for ${OperatingSystem}`);
  return BaselineId;
}

/** pb-… of an ARN or an id. */
function bare(baseline: string): string {
  return baseline.slice(baseline.lastIndexOf('/') + 1);
}

function toBaseline(id: string, os: Os, source: Baseline['source'], raw: GetPatchBaselineResult): Baseline {
  const decides = {
    globalFilters: filters(raw.GlobalFilters),
    rules: (raw.ApprovalRules?.PatchRules ?? []).map((rule) => ({
      filters: filters(rule.PatchFilterGroup),
      approveAfterDays: rule.ApproveAfterDays ?? null,
      approveUntil: rule.ApproveUntilDate || null,
      enableNonSecurity: rule.EnableNonSecurity ?? false,
    })),
    approved: [...(raw.ApprovedPatches ?? [])].sort(),
    rejected: [...(raw.RejectedPatches ?? [])].sort(),
  };
  // Decide too, though nobody reads them but the hash.
  const besides = {
    rejectedAction: raw.RejectedPatchesAction ?? null,
    approvedNonSecurity: raw.ApprovedPatchesEnableNonSecurity ?? false,
    sources: (raw.Sources ?? []).map(({ Name, Products, Configuration }) => ({ Name, Products, Configuration })),
  };
  return {
    id,
    name: raw.Name ?? '',
    os,
    source,
    owner: id.startsWith('arn:') || raw.Name?.startsWith('AWS-') ? 'AWS' : 'Self',
    ...decides,
    contentHash: sha256({ os, ...decides, ...besides }),
  };
}

function filters(group: PatchFilterGroup | undefined): Record<string, string[]> {
  const byKey: Record<string, string[]> = {};
  for (const { Key, Values } of group?.PatchFilters ?? []) if (Key) byKey[Key] = [...(Values ?? [])];
  return byKey;
}
