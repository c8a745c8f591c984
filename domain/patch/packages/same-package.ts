import type { Os } from '#domain/patch/model.ts';
import { sameDebianPackage } from '#domain/patch/packages/debian-names.ts';

/** Whether a finding and a patch speak of the same package: on Debian and Ubuntu the finding may name its source (trap 20). */
export function samePackage(os: Os | null, findingName: string, patchName: string): boolean {
  if (findingName === patchName) return true;
  return (os === 'DEBIAN' || os === 'UBUNTU') && sameDebianPackage(findingName, patchName);
}
