/**
 * A baseline's lists of approved and rejected patches, in all forms in which the agent takes an entry (trap 36): on rpm systems
 * n, na, nvra, nv, nvr, envra, nevra, nevr, v, vr, evr and naevr, on Debian and Ubuntu n, v, na, nv, av and nav, each with `*`,
 * `?` and `[…]`. Source: the public copy of the agent (package_matcher.py); User Guide, package name formats.
 */

import type { Baseline, Finding, Os, VulnerablePackage } from '#domain/patch/model.ts';
import { archWord, isDebian } from '#domain/patch/packages/comparable.ts';
import { isOfKernel } from '#domain/patch/packages/debian-kernel.ts';
import { binariesOf, sameDebianPackage } from '#domain/patch/packages/debian-names.ts';
import { kbsOf } from '#domain/patch/packages/patch-for-finding.ts';
import { globMatches } from '#domain/patch/plan/glob.ts';

/** For each package of the finding (each KB on Windows) the entry of a list that names it, or null. */
export function entriesNaming(baseline: Baseline, list: 'approved' | 'rejected', finding: Finding): (string | null)[] {
  const entries = baseline[list];
  const { os } = baseline;
  if (entries.length === 0) return [];
  if (os === 'WINDOWS') {
    const kbs = kbsOf(finding);
    return (kbs.length > 0 ? kbs : [finding.vulnerabilityId]).map(
      (kb) => entries.find((entry) => globMatches(entry, kb)) ?? null,
    );
  }
  // an advisory's CVE ids count on rpm systems, and in the list of approved patches only
  const byId = list === 'approved' && !isDebian(os) && entries.find((entry) => entry === finding.vulnerabilityId);
  if (byId) return [byId];
  return finding.packages.map((each) => entryFor(os, entries, each));
}

/** What no entry of such a list can mean on the OS, with the reason in words: it approves or rejects nothing. */
export function uselessEntries(baseline: Baseline): { list: 'approved' | 'rejected'; entry: string; words: string }[] {
  const { os } = baseline;
  return (['approved', 'rejected'] as const).flatMap((list) =>
    baseline[list].flatMap((entry) => {
      const words = whyUseless(os, list, entry);
      return words ? [{ list, entry, words }] : [];
    }),
  );
}

function whyUseless(os: Os, list: 'approved' | 'rejected', entry: string): string | null {
  const isKb = /^KB\d+$/i.test(entry);
  if (os === 'WINDOWS') return isKb || /^MS\d\d-\d+$/i.test(entry) ? null : 'a list of WINDOWS takes KB ids';
  if (isKb) return `a KB id is no package of ${os}`;
  const isAdvisory = /^(?:CVE-\d|ALAS|RHSA-|RHBA-|RHEA-|ELSA-|ELBA-)/.test(entry);
  if (!isAdvisory) return null;
  if (isDebian(os)) return `lists of ${os} take names of packages`;
  return list === 'rejected' ? 'a list of rejected patches takes packages, not ids of advisories' : null;
}

/** Answers by list and package: without them 100,000 findings against a list of 50 take 13 seconds, with them a tenth. */
const answers = new WeakMap<string[], Map<string, string | null>>();

function entryFor(os: Os, entries: string[], each: VulnerablePackage): string | null {
  const known = answers.get(entries) ?? new Map<string, string | null>();
  answers.set(entries, known);
  const key = [os, each.name, each.fixedIn, each.arch].join(' ');
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  const forms = isDebian(os) ? aptForms(each) : rpmForms(each);
  const isNamed = (entry: string) =>
    forms.some((form) => globMatches(os === 'SUSE' ? entry.replace(/\.rpm$/, '') : entry, form)) ||
    (isDebian(os) && namesBinaryOf(each, entry));
  const found = entries.find(isNamed) ?? null;
  known.set(key, found);
  return found;
}

/** The epoch is always there, 0 where none is written. */
function rpmForms({ name: n, arch, fixedIn }: VulnerablePackage): string[] {
  const archs = arch ? [arch] : ['noarch', 'x86_64', 'aarch64'];
  const names = [n, ...archs.map((a) => `${n}.${a}`)];
  const [, epoch, v, r] = /^(?:(\d+):)?(.+)-([^-]+)$/.exec(fixedIn ?? '') ?? [];
  if (v === undefined) return names;
  const e = epoch ?? '0';
  const withArch = archs.flatMap((a) => [
    `${n}-${v}-${r}.${a}`,
    `${e}:${n}-${v}-${r}.${a}`,
    `${n}-${e}:${v}-${r}.${a}`,
    `${n}.${a}:${e}:${v}-${r}`,
  ]);
  return [
    ...names,
    `${n}-${v}`,
    `${n}-${v}-${r}`,
    `${n}-${e}:${v}-${r}`,
    v,
    `${v}-${r}`,
    `${e}:${v}-${r}`,
    ...withArch,
  ];
}

/** apt knows neither epoch nor release apart from the version. Of a source all its binaries. */
function aptForms({ name, arch, fixedIn: v }: VulnerablePackage): string[] {
  const archs = aptArchs(arch);
  return binariesOf(name).flatMap((n) => [
    n,
    ...archs.map((a) => `${n}.${a}`),
    ...(v ? [v, `${n}-${v}`, ...archs.flatMap((a) => [`${a}:${v}`, `${n}.${a}:${v}`])] : []),
  ]);
}

function aptArchs(arch: string | null): string[] {
  const word = archWord(arch);
  if (word === null) return ['all', 'amd64', 'arm64'];
  return [{ x86_64: 'amd64', aarch64: 'arm64' }[word] ?? word];
}

/** The entry's name may be a binary of the finding's source. A kernel's name holds its version: another is not meant. */
function namesBinaryOf({ name, arch, fixedIn }: VulnerablePackage, entry: string): boolean {
  if (isOfKernel(name)) return false;
  const withoutVersion =
    fixedIn && entry.endsWith(fixedIn) ? entry.slice(0, -fixedIn.length).replace(/[-:]$/, '') : entry;
  const suffix = aptArchs(arch).find((a) => withoutVersion.endsWith(`.${a}`));
  return sameDebianPackage(name, suffix ? withoutVersion.slice(0, -suffix.length - 1) : withoutVersion);
}
