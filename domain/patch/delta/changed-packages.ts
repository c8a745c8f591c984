import type { Patch } from '#domain/patch/model.ts';

/** Packages (KB ids on Windows) that were Missing and are neither Missing nor Failed any more, sorted. */
export function changedPackages(before: readonly Patch[], after: readonly Patch[]): string[] {
  const open = new Set(after.filter((patch) => patch.status === 'Missing' || patch.status === 'Failed').map(nameOf));
  const was = before.filter((patch) => patch.status === 'Missing' || patch.status === 'Failed').map(nameOf);
  return [...new Set(was)].filter((name) => !open.has(name)).sort();
}

const nameOf = (patch: Patch) => patch.package?.name ?? patch.kb;
