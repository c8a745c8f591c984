/** What is really so on a host, for tests of what must always hold. The product never sees it. */
import type { AdvisoryBook } from '#rehearsal/fleet/advisories.ts';
import { metapackageVersion } from '#rehearsal/fleet/exported-kernels.ts';
import type { Host, PatchRun } from '#rehearsal/fleet/host.ts';
import type { Looks } from '#rehearsal/services/inspector2/looks.ts';

export interface HostTruth {
  id: string;
  name: string;
  entry: string;
  tags: Record<string, string>;
  state: Host['state'];
  agent: Host['agent'];
  runs: readonly PatchRun[]; // installs and scans, in order
  bootedAt: number;
  lastLook: number | null;
  lastInventory: number | null; // what that look may rest on
  /** Known vulnerabilities that are really there now, the running kernel's among them. */
  vulnerable: string[];
}

export function truthOf(host: Host, book: AdvisoryBook, looks: Looks, now: number): HostTruth {
  const vulnerable = new Set<string>();
  for (const pkg of host.packages.values()) {
    const isKernel = pkg.role === 'kernel-image' || pkg.role === 'kernel';
    if (pkg.role === 'kernel-meta' || (pkg.role === 'kernel-image' && pkg.name !== host.running?.name)) continue;
    const version = isKernel ? (host.running?.version ?? pkg.version) : pkg.version;
    const manager = pkg.role === 'language' ? pkg.manager : 'OS';
    // Releases of an exported image's line are those of its metapackage.
    for (const advisory of book.openFor(pkg.source, metapackageVersion(pkg.name, version))) {
      if (advisory.manager === manager && advisory.knownAt <= now) vulnerable.add(advisory.vulnerabilityId);
    }
  }
  const { id, name, entry, tags, state, agent, runs, bootedAt } = host;
  const [lastLook, lastInventory] = [looks.lastLook(host), looks.lastInventory(host)];
  return {
    id,
    name,
    entry,
    tags,
    state,
    agent,
    runs,
    bootedAt,
    lastLook,
    lastInventory,
    vulnerable: [...vulnerable].sort(),
  };
}
