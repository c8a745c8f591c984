import type { InstancePatchState, PatchComplianceData } from '@aws-sdk/client-ssm';
import { instant } from '#domain/instant.ts';
import type { Patch, PatchState, PatchStatus } from '#domain/patch/model.ts';
import { fromSsm } from '#domain/patch/packages/comparable.ts';

/** One row of DescribeInstancePatches. `asked`: the status by which it was listed. */
export function toPatch(raw: PatchComplianceData, asked: PatchStatus): Patch {
  const title = raw.Title ?? '';
  const kb = raw.KBId ?? '';
  return {
    title,
    kb,
    package: fromSsm(kb, title),
    status: statusOf(raw.State) ?? asked,
    classification: raw.Classification || null,
    severity: raw.Severity || null,
    // One string; on Debian and Ubuntu it is empty, and dropped where the report got too large (trap 17).
    cveIds: (raw.CVEIds ?? '').split(',').flatMap((id) => id.trim() || []),
    installedAt: raw.InstalledTime && raw.InstalledTime.getTime() > 0 ? instant(raw.InstalledTime) : null, // 1970: none
  };
}

const STATUSES: PatchStatus[] = [
  'Installed',
  'InstalledOther',
  'InstalledPendingReboot',
  'InstalledRejected',
  'Missing',
  'NotApplicable',
  'Failed',
  'AvailableSecurityUpdate',
];

/** The API model says INSTALLED_OTHER, the service answers InstalledOther. */
function statusOf(state: string | undefined): PatchStatus | undefined {
  const plain = state?.replaceAll('_', '').toLowerCase();
  return STATUSES.find((status) => status.toLowerCase() === plain);
}

export function* toPatchState(raw: InstancePatchState): Generator<PatchState> {
  if (!raw.InstanceId || !raw.OperationStartTime || !raw.OperationEndTime) return;
  yield {
    id: raw.InstanceId,
    baselineId: raw.BaselineId ?? '',
    snapshotId: raw.SnapshotId || null,
    operation: raw.Operation === 'Install' ? 'Install' : 'Scan',
    startedAt: instant(raw.OperationStartTime),
    endedAt: instant(raw.OperationEndTime),
    installed: raw.InstalledCount ?? 0,
    installedPendingReboot: raw.InstalledPendingRebootCount ?? 0,
    missing: raw.MissingCount ?? 0,
    failed: raw.FailedCount ?? 0,
    ...(raw.AvailableSecurityUpdateCount ? { unapproved: raw.AvailableSecurityUpdateCount } : {}),
  };
}
