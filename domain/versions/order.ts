import type { Os } from '#domain/model.ts';
import { compareDpkg } from '#domain/versions/dpkg.ts';
import { compareRpm } from '#domain/versions/rpm.ts';

/**
 * The distribution's own order of whole versions: -1, 0 or 1. Windows findings go by KB number; its build numbers
 * (10.0.20348.2700) are in the same order under RPM's rules.
 */
export function compareVersions(os: Os, a: string, b: string): -1 | 0 | 1 {
  return os === 'DEBIAN' || os === 'UBUNTU' ? compareDpkg(a, b) : compareRpm(a, b);
}
