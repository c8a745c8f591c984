/**
 * The baselines that AWS predefines, with their rules: one for each operating system, three for Windows. Facts: "Predefined and
 * custom patch baselines" (Systems Manager User Guide, as of September 2026). Debian and Ubuntu have no delay, since their
 * repositories tell no dates (trap 4).
 */

export interface PredefinedBaseline {
  name: string;
  os: string; // SSM's OperatingSystem
  rules: Record<string, string[]>[]; // filters of each
  approveAfterDays: number | null; // of each; null: at once
  enableNonSecurity: boolean;
  isDefault: boolean;
}

const WEEK = 7;
const security = (...severities: string[]) => ({ CLASSIFICATION: ['Security'], SEVERITY: severities });
const BUGFIX = { CLASSIFICATION: ['Bugfix'] };
const USUAL = [security('Critical', 'Important'), BUGFIX];
const PRIORITIES = [{ PRIORITY: ['Required', 'Important', 'Standard', 'Optional', 'Extra'] }];
const WINDOWS = { CLASSIFICATION: ['CriticalUpdates', 'SecurityUpdates'], MSRC_SEVERITY: ['Critical', 'Important'] };

export const PREDEFINED: readonly PredefinedBaseline[] = [
  make('AWS-AlmaLinuxDefaultPatchBaseline', 'ALMA_LINUX', USUAL, WEEK),
  make('AWS-AmazonLinuxDefaultPatchBaseline', 'AMAZON_LINUX', USUAL, WEEK),
  make('AWS-AmazonLinux2DefaultPatchBaseline', 'AMAZON_LINUX_2', USUAL, WEEK),
  make('AWS-AmazonLinux2023DefaultPatchBaseline', 'AMAZON_LINUX_2023', USUAL, WEEK),
  { ...make('AWS-CentOSDefaultPatchBaseline', 'CENTOS', [{ PRODUCT: ['*'] }], WEEK), enableNonSecurity: true },
  make('AWS-DebianDefaultPatchBaseline', 'DEBIAN', PRIORITIES, null),
  make('AWS-MacOSDefaultPatchBaseline', 'MACOS', [{ CLASSIFICATION: ['Security'] }, { PRODUCT: ['*'] }], null),
  make('AWS-OracleLinuxDefaultPatchBaseline', 'ORACLE_LINUX', [security('Important', 'Moderate'), BUGFIX], WEEK),
  make('AWS-RedHatDefaultPatchBaseline', 'REDHAT_ENTERPRISE_LINUX', USUAL, WEEK),
  make('AWS-RockyLinuxDefaultPatchBaseline', 'ROCKY_LINUX', USUAL, WEEK),
  make('AWS-SuseDefaultPatchBaseline', 'SUSE', [security('Critical', 'Important')], WEEK),
  make('AWS-UbuntuDefaultPatchBaseline', 'UBUNTU', PRIORITIES, null),
  make('AWS-DefaultPatchBaseline', 'WINDOWS', [WINDOWS], WEEK),
  { ...make('AWS-WindowsPredefinedPatchBaseline-OS', 'WINDOWS', [WINDOWS], WEEK), isDefault: false },
  {
    ...make(
      'AWS-WindowsPredefinedPatchBaseline-OS-Applications',
      'WINDOWS',
      [WINDOWS, { PATCH_SET: ['APPLICATION'] }],
      WEEK,
    ),
    isDefault: false,
  },
];

function make(
  name: string,
  os: string,
  rules: Record<string, string[]>[],
  approveAfterDays: number | null,
): PredefinedBaseline {
  return { name, os, rules, approveAfterDays, enableNonSecurity: false, isDefault: true };
}
