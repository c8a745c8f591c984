/** Kernels, whatever the distribution calls them: which packages are one, which need a reboot, and the line they belong to. */

import type { Finding, Os, VulnerablePackage } from '#domain/patch/model.ts';
import { isDebian, orderOf } from '#domain/patch/packages/comparable.ts';
import { isKernel, sameKernel } from '#domain/patch/packages/debian-kernel.ts';

/** kernel, kernel6.12, kernel-core, kernel-default, kernel-uek, kernel-modules-core. */
const RPM_KERNEL = /^kernel(?:\d[\d.]*)?(?:-|$)/;
/** Parts of a name that is built beside a kernel: a live patch works at once, the others never run (trap 48). */
const BESIDE =
  /-(?:livepatch|headers|devel|tools|docs?|debuginfo|debugsource|macros|source|syms|obs|abi|firmware|cross|srpm|rpm|kdump)(?:-|$)/;
const DEBIAN_BESIDE = /^linux-(?:[\w.-]+-)?(?:headers|tools|libc-dev)(?:-|$)/;

/** Tools that are built with a kernel and carry its version. */
const OF_ITS_BUILD = /^(?:perf|bpftool|python3?-perf)$/;

/** Whether a new version of it does nothing until the machine boots (trap 8). */
export function runsAfterReboot(name: string): boolean {
  return isKernel(name) || (RPM_KERNEL.test(name) && !BESIDE.test(name));
}

/** Built beside a kernel and no part of what boots: live patch, headers, devel, tools. Its update is whole without a reboot. */
export function needsNoReboot(name: string): boolean {
  return (RPM_KERNEL.test(name) && BESIDE.test(name)) || /^kpatch-patch-/.test(name) || DEBIAN_BESIDE.test(name);
}

/** A patched kernel does nothing until it runs, and Inspector looks at the running one (trap 8). */
export function isAboutKernel({ packages }: Finding): boolean {
  return packages.some(({ name }) => runsAfterReboot(name));
}

/** `5.15` of 5.15.189-131.202.amzn2: kernels are updated within their line. null: no such version. */
export function lineOf(version: string): string | null {
  return /^(?:\d+:)?(\d+\.\d+)(?=[.-])/.exec(version)?.[1] ?? null;
}

/** The fix lies in another line of the kernel than what is installed (trap 39). */
export function isOfAnotherLine({ name, version, fixedIn }: VulnerablePackage): boolean {
  if (!runsAfterReboot(name) && !needsNoReboot(name) && !OF_ITS_BUILD.test(name)) return false;
  const [installed, fix] = [lineOf(version), lineOf(fixedIn ?? '')];
  return installed !== null && fix !== null && installed !== fix;
}

/** Installed kernels that findings of one host name, by package. */
export function kernelsNamed(findings: readonly Finding[]): VulnerablePackage[] {
  const found = new Map<string, VulnerablePackage>();
  for (const { packages } of findings) {
    for (const each of packages) {
      if (each.manager === 'OS' && runsAfterReboot(each.name)) found.set(`${each.name} ${each.version}`, each);
    }
  }
  return [...found.values()];
}

/** One of `installed` that has what `old` lacks: `old` was left installed beside it, and keeps its findings open (trap 49). */
export function newerBeside(
  os: Os,
  old: VulnerablePackage,
  installed: readonly VulnerablePackage[],
): VulnerablePackage | null {
  const { fixedIn, name } = old;
  if (fixedIn === null || !runsAfterReboot(name)) return null;
  const fix = { name, version: fixedIn };
  const isSame = (other: string) => other === name || (isDebian(os) && sameKernel(name, other));
  return installed.find((each) => isSame(each.name) && orderOf(os, each, fix) >= 0) ?? null;
}

/** Why an old kernel's finding stays, and the remedy. */
export function oldKernelWords({ name, version }: VulnerablePackage, newer: string): string {
  return `${name} ${version} was left installed, though ${newer}: Inspector counts it until it is removed (dnf remove --oldinstallonly, apt-get autoremove).`;
}
