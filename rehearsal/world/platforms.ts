import type { VersionOrder } from '#rehearsal/world/versions.ts';

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
  UBUNTU_20_04: linux('UBUNTU_20_04', 'UBUNTU', 'Ubuntu', '20.04', 'deb'),
  UBUNTU_22_04: linux('UBUNTU_22_04', 'UBUNTU', 'Ubuntu', '22.04', 'deb'),
  UBUNTU_24_04: linux('UBUNTU_24_04', 'UBUNTU', 'Ubuntu', '24.04', 'deb'),
  AMAZON_LINUX_2: linux('AMAZON_LINUX_2', 'AMAZON_LINUX_2', 'Amazon Linux', '2', 'rpm'),
  AMAZON_LINUX_2023: linux('AMAZON_LINUX_2023', 'AMAZON_LINUX_2023', 'Amazon Linux', '2023', 'rpm'),
  WINDOWS_SERVER_2019: windows('WINDOWS_SERVER_2019', '2019', '10.0.17763'),
  WINDOWS_SERVER_2022: windows('WINDOWS_SERVER_2022', '2022', '10.0.20348'),
  WINDOWS_SERVER_2025: windows('WINDOWS_SERVER_2025', '2025', '10.0.26100'),
} satisfies Record<string, Platform>;

export type PlatformName = keyof typeof PLATFORMS;

function linux(name: string, os: string, ssmName: string, ssmVersion: string, order: VersionOrder): Platform {
  const fixed = { type: 'Linux', plugin: 'PatchLinux', discontinued: false } as const;
  return { name, os, ssmName, ssmVersion, order, packaging: order, ...fixed };
}

function windows(name: string, year: string, ssmVersion: string): Platform {
  const fixed = { os: 'WINDOWS', type: 'Windows', plugin: 'PatchWindows', order: 'rpm', packaging: 'windows' } as const;
  return { name, ssmName: `Microsoft Windows Server ${year} Datacenter`, ssmVersion, discontinued: false, ...fixed };
}
