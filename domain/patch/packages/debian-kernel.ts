/**
 * Names and versions of Debian's and Ubuntu's kernels (traps 20 and 38). An image carries its version in its name, a metapackage
 * does not; Ubuntu's metapackages write 5.15.0-1084.91 as 5.15.0.1084.91, with an upload number of their own at the end.
 */
import { compareDpkg } from '#domain/patch/packages/dpkg-order.ts';

/** What a kernel's build brings: linux-image-6.1.0-25-amd64, linux-headers-5.15.0-91, linux-modules-6.5.0-1014-aws, linux-image-aws. */
const BINARY =
  /^linux-(image|modules-extra|modules|headers|tools|cloud-tools|buildinfo)-(?:unsigned-)?(?:(\d+\.\d[\w.+~]*(?:-\d[\w.+~]*)?)(?:-|$))?([a-z0-9][\w.-]*)?$/;
/** What Ubuntu's flavours share: linux-aws-5.15-headers-5.15.0-1084, linux-hwe-6.5-tools-6.5.0-14. */
const COMMON = /^linux-([a-z][\w.-]*?)-(headers|tools|cloud-tools)-(\d+\.\d[\w.+~]*(?:-\d[\w.+~]*)?)$/;
/** Flavours of Ubuntu that are built from a source of their own. */
const DERIVED = 'aws|azure|bluefield|gcp|gke|gkeop|ibm|intel-iotg|kvm|nvidia|oem|oracle|raspi|realtime';
/** linux, linux-signed-amd64, linux-meta-aws, linux-aws-6.5; linux-aws and linux-generic are names of metapackages too. */
const SOURCE = new RegExp(
  `^linux(?:-(?:signed|meta))*(?:-(${DERIVED}|amd64|arm64|i386|generic|virtual|lowlatency))?(?:-(?:hwe|lts|fips|edge))*(?:-\\d+\\.\\d+)?(?:-edge)?$`,
);
const IS_DERIVED = new RegExp(`^(?:${DERIVED})(?:-|$)`);
/** Architectures of Debian's signed sources: their images may be of any flavour. */
const ARCHITECTURES = new Set(['amd64', 'arm64', 'i386']);

interface KernelBinary {
  kind: string;
  flavour: string;
}

function binaryOf(name: string): KernelBinary | null {
  const [, flavour = '', common] = COMMON.exec(name) ?? [];
  if (common) return { kind: `${common}-common`, flavour: plainFlavour(flavour) };
  const [, kind, version, own] = BINARY.exec(name) ?? [];
  if (!kind || (!version && !own)) return null;
  return own ? { kind, flavour: plainFlavour(own) } : { kind: `${kind}-common`, flavour: '' };
}

/** Without what tells a line and not a kind: generic-hwe-22.04, aws-lts-20.04, aws-5.15, amd64-unsigned. */
function plainFlavour(flavour: string): string {
  const plain = flavour.replace(/(?:-(?:hwe|lts|edge|unsigned|\d+\.\d+))+$/, '');
  return plain === 'virtual' || plain === 'hwe' ? 'generic' : plain;
}

/** Something that boots, by source or by image. linux-libc-dev is none, though it comes from the same source. */
export function isKernel(name: string): boolean {
  return SOURCE.test(name) || binaryOf(name)?.kind === 'image';
}

/** Whatever is joined by `sameKernel`: a kernel, or modules and headers with the version in their name. */
export function isOfKernel(name: string): boolean {
  return SOURCE.test(name) || binaryOf(name) !== null;
}

/**
 * Kernel images carry their version in the name, so what will be installed is called otherwise than what is installed: kind and
 * flavour have to agree. A finding by source takes any image of that flavour. linux-libc-dev counts for the source only.
 */
export function sameKernel(findingName: string, binaryName: string): boolean {
  if (findingName === binaryName) return true;
  const bySource = SOURCE.exec(findingName);
  if (binaryName === 'linux-libc-dev') return bySource !== null;
  const offered = binaryOf(binaryName);
  if (!offered) return false;
  if (bySource) {
    const flavour = plainFlavour(bySource[1] ?? '');
    if (offered.kind !== 'image') return false;
    if (flavour === '' || ARCHITECTURES.has(flavour)) return !IS_DERIVED.test(offered.flavour);
    return flavour === offered.flavour;
  }
  const installed = binaryOf(findingName);
  return installed?.kind === offered.kind && installed.flavour === offered.flavour;
}

/** Ubuntu's kernel metapackages write 6.5.0-1014.14 as 6.5.0.1014.14, which dpkg would sort after every 6.5.0-x. */
export function kernelVersion(name: string, version: string): string {
  return isOfKernel(name) ? version.replace(DOTTED, '$1-$2') : version;
}

const DOTTED = /^(\d+\.\d+\.\d+)\.(\d+(?:\.\d+)*)(?=$|[~+])/;

/**
 * The order of two kernels' versions. A metapackage's upload number is its own, so that against an image only kernel and ABI
 * count: 5.15.0.1027.31~20.04.16 and 5.15.0-1027.31~20.04.1 are the same kernel.
 */
export function compareKernels(a: { name: string; version: string }, b: { name: string; version: string }): -1 | 0 | 1 {
  const [left, right] = [kernelVersion(a.name, a.version), kernelVersion(b.name, b.version)];
  const isMixed = (left === a.version) !== (right === b.version);
  return isMixed ? compareDpkg(untilAbi(left), untilAbi(right)) : compareDpkg(left, right);
}

const untilAbi = (version: string) => /^[^-]*-\d+/.exec(version)?.[0] ?? version;
