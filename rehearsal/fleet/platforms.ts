import type { VersionOrder } from '#rehearsal/fleet/versions.ts';

/** An operating system of the fleet: how Inspector, SSM and its package manager call it. */
export interface Platform {
  name: string; // Inspector's
  os: string; // SSM's OperatingSystem enum
  ssmName: string;
  ssmVersion: string;
  type: 'Linux' | 'Windows';
  plugin: 'PatchLinux' | 'PatchWindows'; // the platform step of AWS-RunPatchBaseline that really runs
  order: VersionOrder;
  packaging: 'deb' | 'rpm' | 'windows';
  discontinued: boolean; // Inspector raises a finding of its own that no patch closes (trap 9)
}

export const PLATFORMS = {
  DEBIAN_12: linux('DEBIAN_12', 'DEBIAN', 'Debian GNU/Linux', '12', 'deb'),
  DEBIAN_11: { ...linux('DEBIAN_11', 'DEBIAN', 'Debian GNU/Linux', '11', 'deb'), discontinued: true },
  DEBIAN_10: linux('DEBIAN_10', 'DEBIAN', 'Debian GNU/Linux', '10', 'deb'),
  DEBIAN_13: linux('DEBIAN_13', 'DEBIAN', 'Debian GNU/Linux', '13', 'deb'),
  UBUNTU_14_04: linux('UBUNTU_14_04', 'UBUNTU', 'Ubuntu', '14.04', 'deb'),
  UBUNTU_16_04: linux('UBUNTU_16_04', 'UBUNTU', 'Ubuntu', '16.04', 'deb'),
  UBUNTU_18_04: linux('UBUNTU_18_04', 'UBUNTU', 'Ubuntu', '18.04', 'deb'),
  UBUNTU_20_04: linux('UBUNTU_20_04', 'UBUNTU', 'Ubuntu', '20.04', 'deb'),
  UBUNTU_22_04: linux('UBUNTU_22_04', 'UBUNTU', 'Ubuntu', '22.04', 'deb'),
  UBUNTU_24_04: linux('UBUNTU_24_04', 'UBUNTU', 'Ubuntu', '24.04', 'deb'),
  AMAZON_LINUX: linux('AMAZON_LINUX', 'AMAZON_LINUX', 'Amazon Linux AMI', '2018.03', 'rpm'),
  AMAZON_LINUX_2: linux('AMAZON_LINUX_2', 'AMAZON_LINUX_2', 'Amazon Linux', '2', 'rpm'),
  AMAZON_LINUX_2023: linux('AMAZON_LINUX_2023', 'AMAZON_LINUX_2023', 'Amazon Linux', '2023', 'rpm'),
  RHEL_7: redHat('7', '7.9'),
  RHEL_8: redHat('8', '8.10'),
  RHEL_9: redHat('9', '9.6'),
  RHEL_10: redHat('10', '10.0'),
  CENTOS_7: linux('CENTOS_7', 'CENTOS', 'CentOS Linux', '7', 'rpm'),
  CENTOS_8: linux('CENTOS_8', 'CENTOS', 'CentOS Linux', '8', 'rpm'),
  CENTOS_STREAM_9: linux('CENTOS_STREAM_9', 'CENTOS', 'CentOS Stream', '9', 'rpm'),
  ROCKY_LINUX_8: linux('ROCKY_LINUX_8', 'ROCKY_LINUX', 'Rocky Linux', '8.10', 'rpm'),
  ROCKY_LINUX_9: linux('ROCKY_LINUX_9', 'ROCKY_LINUX', 'Rocky Linux', '9.6', 'rpm'),
  ALMALINUX_8: linux('ALMALINUX_8', 'ALMA_LINUX', 'AlmaLinux', '8.10', 'rpm'),
  ALMALINUX_9: linux('ALMALINUX_9', 'ALMA_LINUX', 'AlmaLinux', '9.6', 'rpm'),
  ORACLE_LINUX_7: linux('ORACLE_LINUX_7', 'ORACLE_LINUX', 'Oracle Linux Server', '7.9', 'rpm'),
  ORACLE_LINUX_8: linux('ORACLE_LINUX_8', 'ORACLE_LINUX', 'Oracle Linux Server', '8.10', 'rpm'),
  ORACLE_LINUX_9: linux('ORACLE_LINUX_9', 'ORACLE_LINUX', 'Oracle Linux Server', '9.6', 'rpm'),
  SLES_12: linux('SLES_12', 'SUSE', 'SLES', '12.5', 'rpm'),
  SLES_15: linux('SLES_15', 'SUSE', 'SLES', '15.6', 'rpm'),
  WINDOWS_SERVER_2012: windows('WINDOWS_SERVER_2012', '2012', '6.2.9200'),
  WINDOWS_SERVER_2012_R2: windows('WINDOWS_SERVER_2012_R2', '2012 R2', '6.3.9600'),
  WINDOWS_SERVER_2016: windows('WINDOWS_SERVER_2016', '2016', '10.0.14393'),
  WINDOWS_SERVER_2019: windows('WINDOWS_SERVER_2019', '2019', '10.0.17763'),
  WINDOWS_SERVER_2022: windows('WINDOWS_SERVER_2022', '2022', '10.0.20348'),
  WINDOWS_SERVER_2025: windows('WINDOWS_SERVER_2025', '2025', '10.0.26100'),
} satisfies Record<string, Platform>;

export type PlatformName = keyof typeof PLATFORMS;

/**
 * The platform of Inspector's word for it; null: none that is played. Which words Inspector has for the distributions that it took in
 * later no page of AWS lists, and exports write some in several ways: what a word leaves out or adds after the version is passed over.
 */
export function platformOf(word: string): PlatformName | null {
  const text = word.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  for (const [family, name] of FAMILIES) {
    const found = family.exec(text);
    const known = found && name(...found.slice(1).map((part) => part ?? ''));
    if (known && isPlatformName(known)) return known;
  }
  return null;
}

function isPlatformName(name: string): name is PlatformName {
  return Object.hasOwn(PLATFORMS, name);
}

const FAMILIES: [RegExp, (...parts: string[]) => string][] = [
  [/^DEBIAN(?:_GNU_LINUX)?_(\d+)/, (version) => `DEBIAN_${version}`],
  [/^UBUNTU(?:_LINUX)?_(\d\d)_(\d\d)/, (year, month) => `UBUNTU_${year}_${month}`],
  [/^AMAZON_LINUX_(2023|2)(?:_|$)/, (version) => `AMAZON_LINUX_${version}`],
  [/^(?:AMAZON_LINUX|ALAMI)(?:_AMI)?(?:_1|_201\d_\d\d)?$/, () => 'AMAZON_LINUX'],
  [/^(?:RHEL|RED_?HAT(?:_ENTERPRISE)?(?:_LINUX)?(?:_SERVER)?)_?(\d+)/, (version) => `RHEL_${version}`],
  [/^CENTOS(?:_LINUX)?_?([78])/, (version) => `CENTOS_${version}`],
  [/^CENTOS(?:_LINUX)?(?:_STREAM)?_?(\d+)/, (version) => `CENTOS_STREAM_${version}`],
  [/^ROCKY(?:_?LINUX)?_?(\d+)/, (version) => `ROCKY_LINUX_${version}`],
  [/^ALMA_?(?:LINUX)?_?(\d+)/, (version) => `ALMALINUX_${version}`],
  [/^(?:ORACLE(?:_?LINUX)?(?:_SERVER)?|OL)_?(\d+)/, (version) => `ORACLE_LINUX_${version}`],
  [/^(?:SLES|SUSE(?:_LINUX)?(?:_ENTERPRISE)?(?:_SERVER)?)_?(\d\d)/, (version) => `SLES_${version}`],
  [/^WINDOWS_SERVER_(\d{4})(_R2)?/, (year, second) => `WINDOWS_SERVER_${year}${second}`],
];

function linux(name: string, os: string, ssmName: string, ssmVersion: string, order: VersionOrder): Platform {
  const fixed = { type: 'Linux', plugin: 'PatchLinux', discontinued: false } as const;
  return { name, os, ssmName, ssmVersion, order, packaging: order, ...fixed };
}

function redHat(major: string, ssmVersion: string): Platform {
  return linux(`RHEL_${major}`, 'REDHAT_ENTERPRISE_LINUX', 'Red Hat Enterprise Linux', ssmVersion, 'rpm');
}

function windows(name: string, year: string, ssmVersion: string): Platform {
  const fixed = { os: 'WINDOWS', type: 'Windows', plugin: 'PatchWindows', order: 'rpm', packaging: 'windows' } as const;
  return { name, ssmName: `Microsoft Windows Server ${year} Datacenter`, ssmVersion, discontinued: false, ...fixed };
}
