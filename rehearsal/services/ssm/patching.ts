/**
 * What AWS-RunPatchBaseline works out on a host: which packages are Missing, and what an install puts in. Both ask the rules
 * and the repositories at that moment; a SnapshotId freezes neither on Linux (trap 16).
 */
import type { AdvisoryBook, Release } from '#rehearsal/fleet/advisories.ts';
import { kernelImage } from '#rehearsal/fleet/birth.ts';
import { nextImage } from '#rehearsal/fleet/exported-kernels.ts';
import type { Host, Package } from '#rehearsal/fleet/host.ts';
import { compareVersions, evr } from '#rehearsal/fleet/versions.ts';
import { approval, type PatchBaseline } from '#rehearsal/services/ssm/baselines.ts';

export interface Candidate {
  from: Package;
  release: Release;
}

export type PatchStateName =
  | 'INSTALLED'
  | 'INSTALLED_OTHER'
  | 'INSTALLED_PENDING_REBOOT'
  | 'MISSING'
  | 'FAILED'
  | 'AVAILABLE_SECURITY_UPDATE';

/** A row of DescribeInstancePatches, as it was reported then. */
export interface PatchRow {
  Title: string;
  KBId: string;
  Classification: string;
  Severity: string;
  State: PatchStateName;
  InstalledTime: Date; // 1970 where nothing is installed
  CVEIds?: string;
}

/** Approved now, offered now, and newer than what is there. */
export function missing(host: Host, baseline: PatchBaseline, book: AdvisoryBook, now: number): Candidate[] {
  const found: Candidate[] = [];
  for (const from of host.packages.values()) {
    if (from.role === 'language' || from.role === 'kernel-image') continue;
    const release = choose(host, from, baseline, book, now);
    if (release) found.push({ from, release });
  }
  return found;
}

/** Windows alone reports security updates that it offers and the baseline does not approve, and never rejected ones (trap 37). */
export function unapproved(host: Host, baseline: PatchBaseline, book: AdvisoryBook, now: number): Candidate[] {
  if (host.platform.packaging !== 'windows') return [];
  return [...host.packages.values()].flatMap((from) => {
    const release = from.role === 'language' ? undefined : offers(host, from, book, now).at(-1);
    const why = release?.security ? approval(baseline, from.name, release, now) : null;
    return release && (why === 'too-young' || why === 'no-rule') ? [{ from, release }] : [];
  });
}

/** The host's packages after the upgrade; a kernel's metapackage brings a new image along. */
export function upgraded(candidates: readonly Candidate[], book: AdvisoryBook): Package[] {
  return candidates.flatMap(({ from, release }) => {
    const upgrade = { ...from, version: release.version };
    return from.role === 'kernel-meta'
      ? [upgrade, from.source === 'linux' ? kernelImage(book, release.version) : nextImage(from, release.version)]
      : [upgrade];
  });
}

/** dpkg knows one candidate, the newest offered: it is taken or not. rpm and Windows take the newest one that is approved. */
function choose(host: Host, from: Package, baseline: PatchBaseline, book: AdvisoryBook, now: number): Release | null {
  const offered = offers(host, from, book, now);
  const isApproved = (release: Release) => approval(baseline, from.name, release, now) === null;
  if (host.platform.packaging !== 'deb') return offered.findLast(isApproved) ?? null;
  const newest = offered.at(-1);
  return newest && isApproved(newest) ? newest : null;
}

/** What the host's own repositories hold now beyond the installed version; a pinned source offers nothing. */
function offers(host: Host, from: Package, book: AdvisoryBook, now: number): Release[] {
  if (host.pinned.has('*') || host.pinned.has(from.source)) return [];
  const { order } = host.platform;
  const isNewer = (release: Release) => compareVersions(order, release.version, from.version) > 0;
  return book.releases(from.source).filter((release) => release.at + host.repositoryLag <= now && isNewer(release));
}

type CandidateState = Extract<PatchStateName, 'MISSING' | 'FAILED' | 'AVAILABLE_SECURITY_UPDATE'>;

export function candidateRow(host: Host, { from, release }: Candidate, state: CandidateState): PatchRow {
  const row = describe(host, { ...from, version: release.version }, release);
  // Debian's and Ubuntu's package metadata names no CVEs (trap 17).
  const cves = host.platform.packaging === 'deb' ? [] : release.cves;
  return { ...row, State: state, InstalledTime: new Date(0), ...(cves.length > 0 ? { CVEIds: cves.join(',') } : {}) };
}

export function installedRow(host: Host, pkg: Package, book: AdvisoryBook, pending: boolean): PatchRow {
  const release = book.releases(pkg.source).find(({ version }) => version === pkg.version);
  const row = describe(host, pkg, release);
  const state = pending ? 'INSTALLED_PENDING_REBOOT' : release ? 'INSTALLED' : 'INSTALLED_OTHER';
  const blank = state === 'INSTALLED_OTHER' ? { Classification: '', Severity: '' } : {};
  return { ...row, ...blank, State: state, InstalledTime: new Date(host.changedAt.get(pkg.name) ?? host.launchedAt) };
}

function describe(host: Host, pkg: Package, release: Release | undefined): Omit<PatchRow, 'State' | 'InstalledTime'> {
  const Classification = release?.classification ?? '';
  const Severity = host.platform.packaging === 'deb' ? '' : (release?.severity ?? '');
  if (host.platform.packaging === 'windows') {
    const title = release?.title ?? pkg.name;
    return { Title: title, KBId: /KB\d+/.exec(title)?.[0] ?? 'KB0', Classification, Severity };
  }
  // rpm's report always writes the epoch, dpkg's only where there is one.
  const { epoch } = evr(pkg.version);
  const bare = epoch > 0 || host.platform.packaging === 'deb' ? pkg.version : `0:${pkg.version}`;
  return { Title: `${pkg.name}.${pkg.arch}:${bare}`, KBId: `${pkg.name}.${pkg.arch}`, Classification, Severity };
}
