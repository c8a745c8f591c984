import type { Os } from '#domain/patch/model.ts';
import { compareDpkg } from '#domain/patch/packages/dpkg-order.ts';
import { compareRpm } from '#domain/patch/packages/rpm-order.ts';

/**
 * The distribution's own order of whole versions: -1, 0 or 1. Windows findings go by KB number; its build numbers
 * (10.0.20348.2700) are in the same order under RPM's rules.
 */
export function compareVersions(os: Os, a: string, b: string): -1 | 0 | 1 {
  return os === 'DEBIAN' || os === 'UBUNTU' ? compareDpkg(a, b) : compareRpm(a, b);
}
