/**
 * The one place that turns Inspector's and SSM's words for a package into comparable ones: names, archs, versions and KB ids.
 * Both sides of a comparison pass it: adapters take the words apart here, and `orderOf` compares what came out.
 */

import type { Os, Patch, VulnerablePackage } from '#domain/patch/model.ts';
import { compareKernels, isOfKernel } from '#domain/patch/packages/debian-kernel.ts';
import { compareVersions } from '#domain/patch/packages/version-order.ts';

interface Versioned {
  name: string;
  version: string; // whole: [epoch:]version[-release]; an epoch of 0 is not written
}

/** A package as Inspector writes it (VulnerablePackage of its API). */
interface InspectorPackage {
  name?: string | undefined;
  version?: string | undefined;
  release?: string | undefined;
  epoch?: number | undefined;
  arch?: string | undefined;
  fixedInVersion?: string | undefined;
  packageManager?: string | undefined;
}

/**
 * Inspector writes ALL on Ubuntu whatever is installed, upper case elsewhere, and in `fixedInVersion` an epoch, at times an arch
 * too (trap 38: `0:4.9.18-6.30.amzn1.X86_64`). Where it writes no epoch there, the installed one's is meant.
 */
export function fromInspector(raw: InspectorPackage): VulnerablePackage {
  const manager = raw.packageManager ?? '';
  const written = raw.version ?? '';
  const epoch = raw.epoch && !/^\d+:/.test(written) ? `${raw.epoch}:` : '';
  const release = raw.release && !written.endsWith(`-${raw.release}`) ? `-${raw.release}` : '';
  const whole = `${epoch}${written}${release}`;
  const version = withoutZeroEpoch(manager === 'OS' ? whole.replace(ARCH_AT_END, '') : whole);
  return {
    name: raw.name ?? '',
    arch: archWord(raw.arch) && (raw.arch ?? '').toLowerCase(),
    version,
    fixedIn: fixedIn(raw.fixedInVersion, manager === 'OS' ? version : ''),
    manager,
  };
}

/** "NotAvailable" stands for none; "0:2.63" and "2.63" are the same version. */
function fixedIn(written: string | undefined, installed: string): string | null {
  const fix = written?.trim() ?? '';
  if (fix === '' || /^(?:not ?available|none|n\/a)$/i.test(fix)) return null;
  if (installed === '') return withoutZeroEpoch(fix);
  const bare = fix.replace(ARCH_AT_END, '');
  const epoch = /^\d+:/.test(bare) ? '' : (/^\d+:/.exec(installed)?.[0] ?? '');
  return withoutZeroEpoch(`${epoch}${bare}`);
}

const ARCH_AT_END = /\.(?:x86_64|amd64|aarch64|arm64|i[3-6]86|armv7hl|armhf|ppc64le|s390x|noarch|src)$/i;

/**
 * The agent's report says name.arch as KBId, and as Title that with `:version`: on rpm systems epoch:version-release with the
 * epoch always written ("apr.x86_64:0:1.7.2-1.amzn2", "bind-export-libs.x86_64:32:9.11.4-26.P2.amzn2.13.1"), on Debian and
 * Ubuntu dpkg's own version, in which an epoch of zero is not written ("curl.amd64:7.88.1-10+deb12u5"). Read in the public
 * copy of the agent's payload (get_package_title) and in a published compliance export. Names hold dots, archs do not.
 * Windows: KBId "KB5023702" and a sentence, or nothing, as Title; null.
 */
export function fromSsm(kb: string, title: string): Patch['package'] {
  const id = kb || (/^[^\s:]+\.[^\s.:]+(?=:\S)/.exec(title)?.[0] ?? '');
  if (!title.startsWith(`${id}:`)) return null;
  const [, name, arch] = /^(.+)\.([^.]+)$/.exec(id) ?? [];
  const version = title.slice(id.length + 1).replace(/^(?:none|\(none\)):/i, '');
  if (!name || !arch || version === '') return null;
  // apt adds the arch to the name of a foreign one: libc6:i386
  return { name: name.replace(/:[\w-]+$/, ''), arch, version: withoutZeroEpoch(version) };
}

const withoutZeroEpoch = (version: string) => version.replace(/^0+:/, '');

/** KB ids in a text, in capitals. */
export const kbsIn = (text: string) => text.toUpperCase().match(/\bKB\d+\b/g) ?? [];

/** The KB id of a row of SSM's: its KBId, with or without the letters, else the one that its title names; null: it has none. */
export function kbOf({ kb, title }: Pick<Patch, 'kb' | 'title'>): string | null {
  if (/^\d{6,}$/.test(kb)) return `KB${kb}`;
  return kbsIn(kb)[0] ?? kbsIn(title)[0] ?? null;
}

/** The order of two versions of what is the same package, whatever each side calls it: -1, 0 or 1. */
export function orderOf(os: Os, a: Versioned, b: Versioned): -1 | 0 | 1 {
  if (isDebian(os) && isOfKernel(a.name) && isOfKernel(b.name)) return compareKernels(a, b);
  return compareVersions(os, a.version, b.version);
}

export const isDebian = (os: Os | null) => os === 'DEBIAN' || os === 'UBUNTU';

export function sameArch(a: string | null, b: string | null): boolean {
  const [one, other] = [archWord(a), archWord(b)];
  return one === null || other === null || one === other;
}

/** One spelling of an architecture, rpm's; null for what fits all. */
export function archWord(arch: string | null | undefined): string | null {
  const name = (arch ?? '').toLowerCase();
  if (name === '' || name === 'all' || name === 'noarch') return null;
  return SPELLINGS[name] ?? name;
}

const SPELLINGS: Record<string, string> = { amd64: 'x86_64', x64: 'x86_64', arm64: 'aarch64' };
