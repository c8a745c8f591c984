/** Whether CLOSED is Inspector's word on a patch, or may have come about otherwise: then nothing is called fixed by it. */

import type { Instant } from '#domain/instant.ts';
import { endedOn } from '#domain/patch/end-of-support.ts';
import type { Finding, HostAfter, Patch, SurveyedHost } from '#domain/patch/model.ts';
import { kbsOf } from '#domain/patch/packages/patch-for-finding.ts';
import { samePackage } from '#domain/patch/packages/same-package.ts';
import { isEndOfLife } from '#domain/patch/plan/finding-reason.ts';

/** Inspector closes findings when the scan mode changes (trap 19): CLOSED is then not the word of a look. */
export function modeChange(before: SurveyedHost, after: HostAfter): string | null {
  const [was, is] = [before.coverage?.scanMode, after.coverage?.scanMode];
  return was && is && was !== is
    ? `Closed when the scan mode changed from ${was} to ${is}, which proves nothing.`
    : null;
}

/** Why a finding that is CLOSED on a host which we patched was not fixed by that, in words; null: it was. */
export function notByThePatch(finding: Finding, before: SurveyedHost, after: HostAfter, at: Instant): string | null {
  return pastItsEnd(before, after, at) ?? stillMissed(finding, before, after);
}

/**
 * Vendors take advisories of a system past its end from their feeds, and 12 months after it Inspector makes no findings of it any
 * more, not even the one that says so (Inspector User Guide, discontinued operating systems): what goes away was not mended.
 */
function pastItsEnd(before: SurveyedHost, after: HostAfter, at: Instant): string | null {
  const platform = after.managed?.platform ?? before.managed?.platform ?? '';
  const said = [...before.findings, ...after.findings].some((each) => each.status !== 'CLOSED' && isEndOfLife(each));
  const ended = endedOn(before.managed?.os ?? null, platform);
  if (!said && !(ended && at.slice(0, 10) > ended)) return null;
  const since = ended ? ` since ${ended}` : '';
  return `Closed on ${platform || 'a system'}, which Inspector has discontinued${since}: its findings go away without a fix, which proves nothing.`;
}

/** The very patch that was missing before is missing still: what Inspector saw is not what SSM sees. */
function stillMissed(finding: Finding, before: SurveyedHost, after: HostAfter): string | null {
  const os = before.managed?.os ?? null;
  const kbs = new Set(kbsOf(finding));
  const isOwn = (patch: Patch) =>
    kbs.has(patch.kb.toUpperCase()) ||
    finding.packages.some(({ name }) => patch.package && samePackage(os, name, patch.package.name));
  const was = new Set(before.patches.filter(isOpen).map(({ title }) => title));
  const still = after.patches.find((patch) => isOpen(patch) && isOwn(patch) && was.has(patch.title));
  return still ? `Closed, yet SSM still misses ${still.title || still.kb} on ${after.id}, which proves nothing.` : null;
}

const isOpen = ({ status }: Patch) => status === 'Missing' || status === 'Failed';
