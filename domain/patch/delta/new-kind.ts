import type { Instant } from '#domain/instant.ts';
import type { NewKind } from '#domain/patch/delta/records.ts';
import type { Finding, Os } from '#domain/patch/model.ts';
import { samePackage } from '#domain/patch/packages/same-package.ts';
import type { HostResult } from '#domain/patch/records.ts';

/**
 * What kind of new an ACTIVE finding is that the first survey did not have. On a host that the first survey had, first that
 * holds: the vendor published it since then (`advisory`, whatever we changed: the old version had it too), it is in a package
 * that we changed (`introduced`), Inspector saw it before (`returned`); else `advisory`.
 */
export function newKind(
  finding: Finding,
  host: { surveyed: boolean; os: Os | null; result: HostResult | null; firstSurveyAt: Instant },
): NewKind {
  if (!host.surveyed) return 'host';
  if (finding.vendorCreatedAt && finding.vendorCreatedAt > host.firstSurveyAt) return 'advisory';
  const changed = host.result?.packages ?? [];
  if (finding.packages.some((each) => changed.some((name) => samePackage(host.os, each.name, name))))
    return 'introduced';
  return finding.firstObservedAt > host.firstSurveyAt ? 'advisory' : 'returned';
}
