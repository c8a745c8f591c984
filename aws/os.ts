import type { Os } from '#domain/model.ts';

/**
 * SSM's platform name and version (as os-release has them) to the operating system of a patch baseline. null: Patch Manager
 * does not patch it, or not under a baseline that the loop knows.
 */
export function osOf(platformType: string, name: string, version: string): Os | null {
  if (platformType === 'Windows') return /\bServer\b/i.test(name) ? 'WINDOWS' : null;
  if (platformType !== 'Linux') return null;
  if (/^Amazon Linux/i.test(name)) return AMAZON[version.split('.')[0] ?? ''] ?? null;
  return LINUX.find(([start]) => start.test(name))?.[1] ?? null;
}

const AMAZON: Record<string, Os> = { '2': 'AMAZON_LINUX_2', '2023': 'AMAZON_LINUX_2023' };

const LINUX: [RegExp, Os][] = [
  [/^Debian\b/i, 'DEBIAN'],
  [/^Ubuntu\b/i, 'UBUNTU'],
  [/^Red Hat Enterprise Linux/i, 'REDHAT_ENTERPRISE_LINUX'],
  [/^(SLES|SUSE Linux Enterprise Server)\b/i, 'SUSE'],
  [/^CentOS\b/i, 'CENTOS'],
  [/^Oracle Linux/i, 'ORACLE_LINUX'],
  [/^Rocky Linux/i, 'ROCKY_LINUX'],
  [/^Alma ?Linux/i, 'ALMA_LINUX'],
];
