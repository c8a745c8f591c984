/**
 * The words that DescribePatchProperties knows: which properties an operating system has is in its reference (SSM API), the words are
 * those that the User Guide and AWS's predefined baselines write. Products are not played.
 */

const RPM = ['Bugfix', 'Enhancement', 'Newpackage', 'Recommended', 'Security'];
const GRADES = ['Critical', 'Important', 'Low', 'Medium'];
const MODERATE = ['Critical', 'Important', 'Low', 'Moderate', 'None'];
const rpm = (severities: string[], classes = RPM) => ({ CLASSIFICATION: classes, SEVERITY: severities });
const debian = { PRIORITY: ['Extra', 'Important', 'Optional', 'Required', 'Standard'] };

const WORDS: Record<string, Record<string, string[]>> = {
  ALMA_LINUX: rpm(MODERATE),
  AMAZON_LINUX: rpm(GRADES),
  AMAZON_LINUX_2: rpm(GRADES),
  AMAZON_LINUX_2022: rpm(GRADES),
  AMAZON_LINUX_2023: rpm(GRADES),
  CENTOS: rpm(GRADES),
  DEBIAN: debian,
  MACOS: { CLASSIFICATION: ['Security'] },
  ORACLE_LINUX: rpm(MODERATE, ['Bugfix', 'Enhancement', 'Security']),
  RASPBIAN: debian,
  REDHAT_ENTERPRISE_LINUX: rpm(MODERATE),
  ROCKY_LINUX: rpm(MODERATE),
  SUSE: rpm(MODERATE, ['Document', 'Feature', 'Optional', 'Recommended', 'Security', 'Yast']),
  UBUNTU: debian,
  WINDOWS: {
    CLASSIFICATION: [
      'CriticalUpdates',
      'DefinitionUpdates',
      'Drivers',
      'FeaturePacks',
      'SecurityUpdates',
      'ServicePacks',
      'Tools',
      'UpdateRollups',
      'Updates',
      'Upgrades',
    ],
    MSRC_SEVERITY: ['Critical', 'Important', 'Low', 'Moderate', 'Unspecified'],
  },
};

/** null: the operating system has no such property, or it is not played. */
export function wordsOf(os: string, property: string, set = 'OS'): string[] | null {
  return set === 'OS' ? (WORDS[os]?.[property] ?? null) : null;
}
