/** Makes the hosts of a scenario: what was installed on each when the story begins. */
import type { Chance, Stage } from '#rehearsal/api.ts';
import type { AdvisoryBook, PackageRow } from '#rehearsal/fleet/advisories.ts';
import { newestKernel } from '#rehearsal/fleet/fleet.ts';
import type { ExportedFinding, Host, Package } from '#rehearsal/fleet/host.ts';
import { PLATFORMS, type Platform } from '#rehearsal/fleet/platforms.ts';
import type { Hosts } from '#rehearsal/scenario/format.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { exportedPackages } from '#rehearsal/services/inspector2/exported.ts';

const DAY = 86_400_000;
const KERNEL_META = 'linux-image-amd64';
const FIRST_ABI = 9; // Debian 12 came out with linux-image-6.1.0-9-amd64; ours count on from there, one for each release in the data

export function bearFleet(scenario: Scenario, stage: Stage, books: ReadonlyMap<string, AdvisoryBook>): Host[] {
  const start = Date.parse(scenario.start);
  return scenario.fleet.flatMap((entry) => {
    const platform = PLATFORMS[entry.platform];
    const book = books.get(platform.name);
    if (!book) throw new Error(`no advisory file of the scenario is about ${platform.name} (host ${entry.name})`);
    const exported = (entry.id === undefined ? undefined : scenario.exported?.[entry.id]) ?? null;
    return Array.from({ length: entry.count }, (_, at) => bear(entry, at, platform, book, start, stage, exported));
  });
}

function bear(
  entry: Hosts,
  at: number,
  platform: Platform,
  book: AdvisoryBook,
  start: number,
  stage: Stage,
  exported: readonly ExportedFinding[] | null,
): Host {
  const name = entry.count === 1 ? entry.name : `${entry.name}-${at + 1}`;
  const chance = stage.chance.of(`host/${name}`);
  const launchedAt = start - (30 + chance.of('launched').int(300)) * DAY;
  const installed = exported
    ? exportedPackages(exported, platform.order)
    : installedOn(entry, book, chance.of('packages'));
  const packages = new Map(installed.map((pkg) => [pkg.name, pkg]));
  return {
    id: (entry.count === 1 ? entry.id : undefined) ?? instanceId(chance.of('id')),
    name,
    entry: entry.name,
    platform,
    zone: entry.zones[at % entry.zones.length] ?? 'eu-central-1a',
    scanMode: entry.scanMode,
    launchedAt,
    pinned: new Set(entry.pinned),
    repositoryLag: entry.repositoryLagHours * 3_600_000,
    staleInventory: entry.inventory === 'stale',
    chance,
    managedBy: entry.managedBy ?? null,
    exported,
    tags: { Name: name, ...entry.tags },
    state: entry.state,
    terminatedAt: null,
    bootedAt: start - (1 + chance.of('booted').int(28)) * DAY,
    agent: entry.state === 'stopped' && entry.agent === 'online' ? 'offline' : entry.agent,
    agentSince: start - (entry.agent === 'offline' ? DAY / 2 : 30 * DAY),
    packages,
    running: newestKernel(packages),
    changedAt: new Map(),
    pendingReboot: new Map(),
    failsWith: null,
    losesAgent: null,
    agentBackAfter: null,
    runs: [],
  };
}

function instanceId(chance: Chance): string {
  return `i-${Array.from({ length: 17 }, () => chance.int(16).toString(16)).join('')}`;
}

function installedOn(entry: Hosts, book: AdvisoryBook, chance: Chance): Package[] {
  const through = entry.patchedThrough ? Date.parse(entry.patchedThrough) : Number.NEGATIVE_INFINITY;
  const rows = chosen(entry, book, chance);
  const plain = rows.map((row) => ({
    name: row.name,
    source: row.source,
    arch: row.arch,
    version: versionAt(book, row, through),
    manager: 'OS',
    path: null,
    role: row.source === 'kernel' ? ('kernel' as const) : ('plain' as const),
  }));
  return [...plain, ...kernels(entry, book, through), ...entry.language.map(languagePackage)];
}

function chosen(entry: Hosts, book: AdvisoryBook, chance: Chance): PackageRow[] {
  const wanted = entry.packages;
  const rows = wanted === 'all' ? [...book.packages] : book.packages.filter((row) => wanted.includes(row.name));
  if (wanted !== 'all') {
    const strange = wanted.filter((name) => name !== KERNEL_META && !rows.some((row) => row.name === name));
    if (strange.length > 0) throw new Error(`${entry.name}: the advisory data has no package ${strange.join(', ')}`);
  }
  while (entry.sample !== undefined && rows.length > entry.sample) rows.splice(chance.int(rows.length), 1);
  return rows;
}

function versionAt(book: AdvisoryBook, row: PackageRow, through: number): string {
  return book.releases(row.source).findLast((release) => release.at <= through)?.version ?? row.installed;
}

/** Debian: a metapackage and, pulled in by it, an image whose name carries the version. */
function kernels(entry: Hosts, book: AdvisoryBook, through: number): Package[] {
  const first = book.packages.find((row) => row.source === 'linux');
  const wanted = entry.packages === 'all' || entry.packages.includes(KERNEL_META);
  if (!first || !wanted) return [];
  const version = versionAt(book, first, through);
  const meta: Package = {
    name: KERNEL_META,
    source: 'linux',
    arch: 'amd64',
    version,
    manager: 'OS',
    path: null,
    role: 'kernel-meta',
  };
  return [meta, kernelImage(book, version)];
}

export function kernelImage(book: AdvisoryBook, version: string): Package {
  const place = book.releases('linux').findIndex((release) => release.version === version);
  const name = `linux-image-6.1.0-${FIRST_ABI + place + 1}-amd64`;
  return { name, source: 'linux', arch: 'amd64', version, manager: 'OS', path: null, role: 'kernel-image' };
}

function languagePackage(row: { manager: string; name: string; version: string; path?: string | undefined }): Package {
  const path = row.path ?? `/opt/app/${row.name}`;
  const { manager, name, version } = row;
  return { name, source: name, arch: 'all', version, manager, path, role: 'language' };
}
