import type { Finding, Os, Patch, SurveyedHost, VulnerablePackage } from '#domain/patch/model.ts';
import { isDebian, kbOf, kbsIn, orderOf, sameArch } from '#domain/patch/packages/comparable.ts';
import { isOfKernel, sameKernel } from '#domain/patch/packages/debian-kernel.ts';
import { debianNames, isKnown } from '#domain/patch/packages/debian-names.ts';
import { lineOf } from '#domain/patch/packages/kernel.ts';

/** What would close a finding on its host. It closes if `open` is empty and `closes` is not. */
export interface Join {
  closes: Patch[];
  /** OS packages that nothing covers, each with what the host is offered instead, if anything. */
  open: { package: VulnerablePackage; nearest: Patch | null }[];
  /** A patch names this CVE. Only a confirmation: Debian and Ubuntu name none, and long lists are dropped (trap 17). */
  confirmed: boolean;
}

/** The patches of one host that an install would bring or finish, indexed once. */
export interface Offered {
  os: Os | null;
  toInstall: number; // Missing, or Failed at the last try
  pendingReboot: number;
  byName: Map<string, Patch[]>;
  byVersion: Map<string, Patch[]>; // those whose name the table does not know
  kernels: Patch[];
  byKb: Map<string, Patch>;
  unapproved: Map<string, Patch>; // by KB id: Windows offers them, and the baseline does not approve them (trap 37)
}

type Packaged = Patch & { package: NonNullable<Patch['package']> };

/** Joins by package and version in the distribution's own order, on Windows by KB id (traps 17 and 20). */
export function patchFor(finding: Finding, host: SurveyedHost, offered: Offered = offeredBy(host)): Join {
  return offered.os === 'WINDOWS' ? byKb(finding, offered) : byPackage(finding, offered);
}

export function offeredBy(host: SurveyedHost): Offered {
  const os = host.managed?.os ?? null;
  const offered: Offered = {
    os,
    toInstall: 0,
    pendingReboot: 0,
    byName: new Map(),
    byVersion: new Map(),
    kernels: [],
    byKb: new Map(),
    unapproved: new Map(),
  };
  for (const patch of host.patches) {
    const kb = kbOf(patch);
    if (kb && patch.status === 'AvailableSecurityUpdate') offered.unapproved.set(kb, patch);
    if (patch.status === 'Missing' || patch.status === 'Failed') offered.toInstall += 1;
    else if (patch.status === 'InstalledPendingReboot') offered.pendingReboot += 1;
    else continue;
    if (kb) offered.byKb.set(kb, patch);
    if (isPackaged(patch)) index(offered, patch);
  }
  return offered;
}

export function isComplete(join: Join): boolean {
  return join.closes.length > 0 && join.open.length === 0;
}

/** KB ids that a Windows finding speaks of: the one it is named after, else those that its packages name. */
export function kbsOf(finding: Finding): string[] {
  const named = kbsIn(finding.vulnerabilityId);
  if (named.length > 0) return named;
  return [...new Set(finding.packages.flatMap((each) => [...kbsIn(each.name), ...kbsIn(each.fixedIn ?? '')]))];
}

function byKb(finding: Finding, offered: Offered): Join {
  const closes: Patch[] = [];
  const open: Join['open'] = [];
  for (const kb of kbsOf(finding)) {
    const patch = offered.byKb.get(kb);
    if (patch) closes.push(patch);
    else open.push({ package: packageOfKb(finding, kb), nearest: null });
  }
  return { closes, open, confirmed: confirms(closes, finding) };
}

const packageOfKb = (finding: Finding, kb: string): VulnerablePackage =>
  finding.packages.find((each) => each.name.toUpperCase() === kb) ?? {
    name: kb,
    arch: null,
    version: '',
    fixedIn: null,
    manager: 'OS',
  };

function byPackage(finding: Finding, offered: Offered): Join {
  const closes = new Set<Patch>();
  const open: Join['open'] = [];
  for (const each of finding.packages) {
    const { fixedIn } = each;
    if (each.manager !== 'OS' || fixedIn === null || offered.os === null) continue;
    const os = offered.os;
    const candidates = candidatesFor(each, fixedIn, offered);
    const fix = { name: each.name, version: fixedIn };
    const closing = candidates.find((patch) => orderOf(os, patch.package, fix) >= 0);
    if (closing) closes.add(closing);
    else open.push({ package: each, nearest: candidates[0] ?? null });
  }
  return { closes: [...closes], open, confirmed: confirms(closes, finding) };
}

const confirms = (closes: Iterable<Patch>, finding: Finding) =>
  [...closes].some((patch) => patch.cveIds.includes(finding.vulnerabilityId));

function candidatesFor(each: VulnerablePackage, fixedIn: string, offered: Offered): Packaged[] {
  const named = isDebian(offered.os) && isOfKernel(each.name) ? kernelsFor(each.name, fixedIn, offered) : null;
  let found = named ?? offered.byName.get(each.name) ?? [];
  if (found.length === 0 && offered.os === 'DEBIAN' && !isKnown(each.name) && !isOfKernel(each.name)) {
    found = offered.byVersion.get(bare(fixedIn)) ?? []; // where names cannot tell, the very version does
  }
  return found.filter(isPackaged).filter((patch) => sameArch(each.arch, patch.package.arch));
}

/**
 * An image if there is one: headers for the C library do not make the machine boot another kernel. Under another name only one
 * of the fix's own line counts: an HWE kernel beside the installed one is later than each of its fixes, and closes none.
 */
function kernelsFor(name: string, fixedIn: string, offered: Offered): Patch[] {
  const same = offered.kernels
    .filter(isPackaged)
    .filter(({ package: each }) => sameKernel(name, each.name))
    .filter(({ package: each }) => each.name === name || lineOf(each.version) === lineOf(fixedIn));
  const images = same.filter((patch) => patch.package.name !== 'linux-libc-dev');
  return images.length > 0 ? images : same;
}

function index(offered: Offered, patch: Packaged): void {
  const { name, version } = patch.package;
  if (!isDebian(offered.os)) {
    add(offered.byName, name, patch);
    return;
  }
  if (isOfKernel(name) || name === 'linux-libc-dev') offered.kernels.push(patch);
  for (const each of debianNames(name)) add(offered.byName, each, patch);
  if (!isKnown(name) && !isOfKernel(name) && SECURITY_UPDATE.test(version))
    add(offered.byVersion, bare(version), patch);
}

function add(map: Map<string, Patch[]>, key: string, patch: Patch): void {
  const list = map.get(key);
  if (list) list.push(patch);
  else map.set(key, [patch]);
}

const isPackaged = (patch: Patch): patch is Packaged => patch.package !== null;

/** Debian's mark of a security update: versions without one agree by chance. */
const SECURITY_UPDATE = /[+~]deb\d+u\d+/;

/** Without an epoch of 0 and the mark of a rebuild: those differ between a source and its binaries. */
const bare = (version: string) => version.replace(/^0:/, '').replace(/\+b\d+$/, '');
