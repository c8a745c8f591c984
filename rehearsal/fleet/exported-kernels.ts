/**
 * Kernels of an export. A package whose name carries its version (`linux-image-5.15.0-1026-aws`) is never upgraded: a metapackage without the
 * version in its name brings the next image, and works once the host runs it. Ubuntu writes the metapackage's version with a dot
 * where the image's has a dash (5.15.0.1027.31 and 5.15.0-1027.31).
 */
import type { Kernel, Package } from '#rehearsal/fleet/host.ts';

const IMAGE = /^linux-image-(?:unsigned-)?(\d+\.\d+\.\d+-\d+)-([a-z][\w-]*)$/;
const OF_RPM = /^kernel(?:\d+\.\d+)?$/;

/** `linux-image-aws`, for an image of that flavour; any other name as it is. */
export function metapackageOf(name: string): string {
  const flavour = IMAGE.exec(name)?.[2];
  return flavour ? `linux-image-${flavour}` : name;
}

/** The version of the metapackage that brings this version of an image. */
export function metapackageVersion(name: string, version: string): string {
  const abi = IMAGE.exec(name)?.[1];
  const ubuntu = abi !== undefined && version.replace(/^\d+:/, '').startsWith(abi.replace(/\d+$/, ''));
  return ubuntu ? version.replace(/^((?:\d+:)?\d+\.\d+\.\d+)-/, '$1.') : version;
}

/** With the roles of kernels, and the metapackage of each image that is there without one. */
export function withKernels(packages: readonly Package[]): Package[] {
  const images = packages.filter(({ name }) => IMAGE.test(name));
  const metas = new Map(images.map((image) => [metapackageOf(image.name), image]));
  const roles = packages.map((pkg) => {
    if (IMAGE.test(pkg.name)) return { ...pkg, role: 'kernel-image' as const };
    if (metas.has(pkg.name)) return { ...pkg, role: 'kernel-meta' as const };
    return OF_RPM.test(pkg.name) ? { ...pkg, role: 'kernel' as const } : pkg;
  });
  const added = [...metas].flatMap(([name, image]) =>
    packages.some((pkg) => pkg.name === name)
      ? []
      : [{ ...image, name, version: metapackageVersion(image.name, image.version), role: 'kernel-meta' as const }],
  );
  return [...added, ...roles];
}

/** The image that a metapackage of an export brings in that version. */
export function nextImage(meta: Package, version: string): Package {
  const flavour = meta.name.slice('linux-image-'.length);
  const own = version.replace(/^((?:\d+:)?\d+\.\d+\.\d+)\.(?=\d+\.)/, '$1-');
  const [, series = '', patch = ''] = /^(?:\d+:)?(\d+\.\d+)\.(\d+)/.exec(own) ?? [];
  const abi = /^(?:\d+:)?(\d+\.\d+\.\d+-\d+)\./.exec(own)?.[1] ?? `${series}.0-${patch}`;
  return { ...meta, name: `linux-image-${abi}-${flavour}`, version: own, role: 'kernel-image' };
}

/** What Inspector judges a package by: of kernels the one that runs (trap 8). */
export function versionSeen(pkg: Package, running: Kernel | null): string {
  const isKernel = pkg.role === 'kernel-image' || pkg.role === 'kernel';
  return isKernel && running ? running.version : pkg.version;
}
