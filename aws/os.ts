import type { Managed, Os } from '#domain/patch/model.ts';

type System = Pick<Managed, 'os' | 'limit'>;

const OURS: System = { os: null, limit: 'ours' };
const AWS: System = { os: null, limit: 'aws' };

/**
 * SSM's platform name and version (as os-release has them) to the operating system of a patch baseline; where it is not patched,
 * whose limit that is. Source of the versions: "Supported operating systems for Patch Manager" (Systems Manager User Guide,
 * autumn 2026). Inspector scans more of them: Debian 13, Ubuntu 26.04, Rocky Linux 10. A version that is not told stands in nobody's way.
 */
export function systemOf(platformType: string, name: string, version: string): System {
  if (platformType === 'Windows') return windows(name);
  if (platformType === 'MacOS') return OURS;
  if (platformType !== 'Linux') return AWS;
  if (/^Amazon Linux$/i.test(name)) return amazon(version);
  const row = LINUX.find(([start]) => start.test(name));
  if (!row) return NOT_OURS_YET.test(name) ? OURS : AWS;
  const [, os, isPatched] = row;
  return /^\d/.test(version) && !isPatched(version) ? AWS : { os };
}

/** SSM has baselines for them, the loop does not know their packages. */
const NOT_OURS_YET = /^(Amazon Linux AMI|Raspbian|Raspberry Pi OS)\b/i;

const LINUX: [start: RegExp, os: Os, isPatched: (version: string) => boolean][] = [
  [/^Debian\b/i, 'DEBIAN', major(11, 12)],
  [/^Ubuntu\b/i, 'UBUNTU', (version) => /^(18|20|22|24|25)\.04\b/.test(version)],
  [/^Red Hat Enterprise Linux/i, 'REDHAT_ENTERPRISE_LINUX', major(7, 8, 9, 10)],
  [/^(SLES|SUSE Linux Enterprise Server)\b/i, 'SUSE', (version) => major(15)(version) && minorOf(version) >= 3],
  [/^CentOS\b/i, 'CENTOS', major(9)],
  [/^Oracle Linux/i, 'ORACLE_LINUX', (version) => major(8, 9)(version) || (major(7)(version) && minorOf(version) >= 5)],
  [/^Rocky Linux/i, 'ROCKY_LINUX', major(8, 9)],
  [/^Alma ?Linux/i, 'ALMA_LINUX', major(8, 9)],
];

/** The first was called Amazon Linux AMI, with a month as its version. */
function amazon(version: string): System {
  const os = ({ '2': 'AMAZON_LINUX_2', '2023': 'AMAZON_LINUX_2023' } as const)[version.split('.')[0] ?? ''];
  return os ? { os } : OURS;
}

function major(...numbers: number[]): (version: string) => boolean {
  return (version) => numbers.includes(Number.parseInt(version, 10));
}

function minorOf(version: string): number {
  return Number.parseInt(version.split('.')[1] ?? '0', 10);
}

/** Its version is a build; the name has the year. */
function windows(name: string): System {
  const [, year] = /\bServer\b(?:.*?\b(20\d\d)\b)?/i.exec(name) ?? [null, null];
  if (!/\bServer\b/i.test(name)) return AWS;
  return year && Number(year) < 2012 ? AWS : { os: 'WINDOWS' };
}
