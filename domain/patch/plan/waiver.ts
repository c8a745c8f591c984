import type { Instant } from '#domain/instant.ts';
import type { Finding } from '#domain/patch/model.ts';
import type { Waiver } from '#domain/patch/policy.ts';

type WaiverState = 'in-force' | 'expiring' | 'expired';

/** How long before its end people are told. */
const EXPIRING_DAYS = 14;

/**
 * The waiver that accepts a finding: of several the one that holds longest. Only where none is in force, the one that expired
 * last. A waiver of packages covers a finding only if it names all of the finding's packages: the rest was never accepted.
 */
export function waiverFor(
  waivers: readonly Waiver[],
  finding: Finding,
  at: Instant,
): { inForce: Waiver | null; expired: Waiver | null } {
  let last: Waiver | null = null;
  for (const waiver of waivers) {
    if (covers(waiver, finding) && (!last || waiver.expires > last.expires)) last = waiver;
  }
  return last && isExpired(last, at) ? { inForce: null, expired: last } : { inForce: last, expired: null };
}

/** In the order given. `daysLeft`: whole days after today on which it still holds; negative once expired. */
export function waiverStates(
  waivers: readonly Waiver[],
  at: Instant,
): { waiver: Waiver; state: WaiverState; daysLeft: number }[] {
  return waivers.map((waiver) => {
    const daysLeft = (Date.parse(waiver.expires) - Date.parse(at.slice(0, 10))) / 86_400_000;
    const state = isExpired(waiver, at) ? 'expired' : daysLeft <= EXPIRING_DAYS ? 'expiring' : 'in-force';
    return { waiver, state, daysLeft };
  });
}

function covers(waiver: Waiver, finding: Finding): boolean {
  return (
    waiver.vulnerabilities.includes(finding.vulnerabilityId) &&
    (waiver.instances.length === 0 || waiver.instances.includes(finding.instance)) &&
    (waiver.packages.length === 0 ||
      (finding.packages.length > 0 && finding.packages.every((each) => waiver.packages.includes(each.name))))
  );
}

/** A waiver holds through the whole UTC day of its expiry. */
const isExpired = (waiver: Waiver, at: Instant) => at.slice(0, 10) > waiver.expires;
