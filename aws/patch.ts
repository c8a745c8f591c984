import type { InstancePatchState, PatchComplianceData } from '@aws-sdk/client-ssm';
import { instant } from '#domain/instant.ts';
import type { Patch, PatchState, PatchStatus } from '#domain/model.ts';

/** One row of DescribeInstancePatches. `asked`: the status by which it was listed. */
export function toPatch(raw: PatchComplianceData, asked: PatchStatus): Patch {
  const title = raw.Title ?? '';
  const kb = raw.KBId ?? '';
  return {
    title,
    kb,
    package: packageOf(kb, title),
    status: statusOf(raw.State) ?? asked,
    classification: raw.Classification || null,
    severity: raw.Severity || null,
    // One string; on Debian and Ubuntu it is empty, and dropped where the report got too large (trap 17).
    cveIds: (raw.CVEIds ?? '').split(',').flatMap((id) => id.trim() || []),
    installedAt: raw.InstalledTime && raw.InstalledTime.getTime() > 0 ? instant(raw.InstalledTime) : null, // 1970: none
  };
}

/**
 * The agent's report says name.arch as KBId, and as Title that with `:version`: on rpm systems epoch:version-release with the
 * epoch always written ("apr.x86_64:0:1.7.2-1.amzn2", "bind-export-libs.x86_64:32:9.11.4-26.P2.amzn2.13.1"), on Debian and
 * Ubuntu dpkg's own version, in which an epoch of zero is not written ("curl.amd64:7.88.1-10+deb12u5"). Read in the public
 * copy of the agent's payload (get_package_title) and in a published compliance export. Names hold dots, archs do not.
 * Windows: KBId "KB5023702" and a sentence, or nothing, as Title.
 */
function packageOf(kb: string, title: string): Patch['package'] {
  if (!title.startsWith(`${kb}:`)) return null;
  const [, name, arch] = /^(.+)\.([^.]+)$/.exec(kb) ?? [];
  if (!name || !arch) return null;
  return { name, arch, version: title.slice(kb.length + 1).replace(/^0:/, '') };
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
  };
}
