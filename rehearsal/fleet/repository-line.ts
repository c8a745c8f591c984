/**
 * Which repository of a distribution a package comes from, where its name alone does not say: kernels have lines (4.14, 5.10 and 5.15 of
 * Amazon Linux 2 are all called `kernel`, and a host gets updates of its own line only: Amazon Linux User Guide, "Kernel live
 * patching"; extras), and fixes with `esm` in their version are offered to hosts that are attached to Ubuntu Pro.
 */

/** A key that packages and releases share where one updates the other. */
export function lineOf(name: string, version: string): string {
  const pro = isOfPro(version) ? ' (Pro)' : '';
  return `${name}${kernelLine(name, version)}${pro}`;
}

/** The line of the installed package where its repository would offer that fix, else the fix's own. */
export function lineOfFix(name: string, installed: string, fix: string): string {
  const sameKernel = kernelLine(name, installed) === kernelLine(name, fix);
  const reachesIt = !isOfPro(fix) || isOfPro(installed);
  return sameKernel && reachesIt ? lineOf(name, installed) : lineOf(name, fix);
}

const KERNEL = /^(?:kernel|linux|bpftool|perf|python3?-perf)(?=$|\d|-|\.)/;

function kernelLine(name: string, version: string): string {
  const upstream = /^(?:\d+:)?(\d+\.\d+)/.exec(version)?.[1];
  return KERNEL.test(name) && upstream ? ` ${upstream}` : '';
}

function isOfPro(version: string): boolean {
  return /[~+.]esm\d|fips/.test(version);
}
