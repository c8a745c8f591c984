import type { Instant } from '#domain/instant.ts';
import { latest } from '#domain/instant.ts';
import type { Coverage, Os } from '#domain/patch/model.ts';
import type { HostResult, HostStatus } from '#domain/patch/records.ts';

/** What is known of our re-scan of a host once its command has succeeded. */
interface Rescan {
  scanMode: string;
  os: Os;
  startedAt: Instant | null; // of the command's step on the host
  finishedAt: Instant | null;
  collected: readonly { by: 'inventory' | 'plugin'; at: Instant }[]; // its last successful collections of inventory
}

/**
 * From when on a look rests on what our re-scan saw; null: nobody can tell yet. The VM Scanner uploads before it exits, so that
 * a look may lie between the two: it counts from the scanner's start. A refreshed association answers before it ran: it counts
 * from when it ran on the host after the patch and the reboot, on Windows Inspector's plugin, elsewhere the inventory.
 */
export function rescannedFrom(
  { finishedAt, backAt }: Pick<HostResult, 'finishedAt' | 'backAt'>,
  rescan: Rescan,
): Instant | null {
  if (rescan.scanMode !== 'EC2_SSM_AGENT_BASED') return rescan.startedAt ?? rescan.finishedAt;
  const after = latest(finishedAt, backAt);
  const by = rescan.os === 'WINDOWS' ? 'plugin' : 'inventory';
  const ran = latest(...rescan.collected.filter((each) => each.by === by).map(({ at }) => at));
  return ran && after && ran > after ? ran : null;
}

/** What a look must be later than on a host that was sent a patch. Null where it is not known, or there was none. */
interface LookThreshold {
  patchedAt: Instant | null;
  backAt: Instant | null;
  rescannedAt: Instant | null;
}

export interface Look {
  valid: boolean;
  at: Instant | null;
  words: string;
}

/**
 * Whether Inspector evaluated the host late enough to be believed: coverage ACTIVE, and last scanned strictly later than all
 * that is known of the patch's end, the reboot's return and our re-scan; on a host that was not patched (`threshold` null)
 * later than the campaign opened. A patched host of which no instant is known was not looked at.
 */
export function validLook(coverage: Coverage | null, threshold: LookThreshold | null, openedAt: Instant): Look {
  const at = coverage?.lastScannedAt ?? null;
  const no = (words: string): Look => ({ valid: false, at, words });
  if (!coverage) return no('Inspector does not cover it');
  if (coverage.status !== 'ACTIVE') return no(`Inspector does not scan it: ${coverage.reason}`);
  if (!at) return no('Inspector has never scanned it');
  if (!threshold) {
    return at > openedAt
      ? { valid: true, at, words: `looked at ${at}` }
      : no(`last looked at ${at}, before the campaign opened`);
  }
  const after = latest(threshold.patchedAt, threshold.backAt, threshold.rescannedAt);
  if (!after) return no('when its patch ended is not known');
  return at > after
    ? { valid: true, at, words: `looked at ${at}` }
    : no(`last looked at ${at}, ${lateness(threshold, at)}`);
}

/** Whether anything of ours may have run on the host. */
export function wasTouched(host: HostResult | null): host is HostResult {
  return host !== null && !UNTOUCHED.includes(host.status);
}

/** Whether the host was patched by this campaign, be it in part: a command that failed may have installed most of its packages. */
export function wasPatched(host: HostResult | null): host is HostResult {
  return host !== null && (host.status === 'patched' || (host.status === 'failed' && host.installed > 0));
}

/**
 * The look at a host of this campaign (`host` null: not in the plan). Inspector may evaluate, after the reboot, an inventory
 * from before it: so while our re-scan of the host has not ended, and while the host is not back, no look counts.
 */
export function lookOf(host: HostResult | null, coverage: Coverage | null, openedAt: Instant): Look {
  if (!wasTouched(host)) return validLook(coverage, null, openedAt);
  const at = coverage?.lastScannedAt ?? null;
  const blocked = UNKNOWN_END[host.status];
  if (blocked) return { valid: false, at, words: blocked };
  if (host.rescanCommand && !host.rescannedAt) return { valid: false, at, words: 'our re-scan of it has not ended' };
  return validLook(
    coverage,
    { patchedAt: host.finishedAt, backAt: host.backAt, rescannedAt: host.rescannedAt },
    openedAt,
  );
}

const UNTOUCHED: HostStatus[] = ['planned', 'skipped'];

const UNKNOWN_END: Partial<Record<HostStatus, string>> = {
  working: 'its patch has not ended',
  lost: 'it has not come back from its patch',
  gone: 'it was terminated while it was at work',
  unknown: 'whether a patch was sent to it is unclear',
};

function lateness({ patchedAt, backAt }: LookThreshold, at: Instant): string {
  if (patchedAt && at <= patchedAt) return 'before its patch ended';
  if (backAt && at <= backAt) return 'before it was back from its patch';
  return 'before our re-scan of it';
}
