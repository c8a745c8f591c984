import type { Os } from '#domain/patch/model.ts';

/**
 * Versions that Inspector has discontinued, of the systems that are patched here, with the day (Inspector User Guide,
 * "Discontinued operating systems", autumn 2026). Nothing is known of a later end: Inspector's own finding tells of that.
 */
const ENDS: [os: Os, version: RegExp, day: string][] = [
  ['AMAZON_LINUX_2', /./, '2026-06-30'],
  ['DEBIAN', /\b11\b/, '2026-08-31'],
  ['ORACLE_LINUX', /\b7\b/, '2024-12-31'],
  ['REDHAT_ENTERPRISE_LINUX', /\b7\b/, '2024-06-30'],
  ['SUSE', /\b15\.3\b/, '2022-12-31'],
  ['SUSE', /\b15\.4\b/, '2023-12-31'],
  ['SUSE', /\b15\.5\b/, '2024-12-31'],
  ['SUSE', /\b15\.6\b/, '2025-12-31'],
  ['UBUNTU', /\b25\.04\b/, '2026-01-15'],
  ['WINDOWS', /\b2012\b/, '2023-10-10'],
];

/** The last day of support, YYYY-MM-DD; null: none that is known. `platform`: name and version, as SSM has them. */
export function endedOn(os: Os | null, platform: string): string | null {
  return ENDS.find(([of, version]) => of === os && version.test(platform))?.[2] ?? null;
}
