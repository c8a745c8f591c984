import type { GroupPolicy } from '#domain/policy.ts';
import type { Scenario } from '#rehearsal/scenario.ts';
import { exportedAdvisories } from '#rehearsal/world/exported.ts';
import { PLATFORMS, type PlatformName } from '#rehearsal/world/platforms.ts';
import { BadInput } from '../bad-input.ts';
import { type ExportedHost, importExport } from './export.ts';

export interface ImportedScenario {
  scenario: Scenario;
  asides: string[]; // what the screen says of it
}

/**
 * The fleet of an export as a scenario that starts at the full hour after its newest finding. Hosts without a patch group are put
 * into `group`: the first by id as its canary, the others into its next ring; then one canary is sample enough.
 */
export function importScenario(file: string, group: GroupPolicy): ImportedScenario {
  const { hosts, findings, lastSeenAt, asides } = importExport(file);
  const played = hosts.filter((host) => isPlayed(host.platform));
  if (played.length === 0) throw new BadInput([noPlatform(file, hosts)]);
  const { placed, said } = placeHosts(played, group, file);
  const start = new Date(Math.ceil(Date.parse(lastSeenAt) / HOUR) * HOUR).toISOString();
  const platforms = [...new Set(placed.map((host) => host.platform as PlatformName))];
  const scenario: Scenario = {
    ...EMPTY,
    name: 'findings',
    title: `${findings} findings of ${file}`,
    start,
    group: group.name,
    file,
    policy: {
      os: [...new Set(platforms.map((platform) => PLATFORMS[platform].os))],
      ...(said === null ? {} : { gate: { minSample: 1 } }),
    },
    fleet: placed.map(fleetEntry),
    alarms: group.gate.alarms.map((name) => ({ name, state: 'OK' as const, unreadable: false })),
    data: platforms.map((platform) => {
      const all = placed.filter((host) => host.platform === platform).flatMap((host) => host.findings);
      return {
        about: file,
        platform,
        packages: [],
        advisories: exportedAdvisories(all, lastSeenAt, PLATFORMS[platform].packaging),
      };
    }),
    exported: Object.fromEntries(placed.map((host) => [host.id, host.findings])),
  };
  return { scenario, asides: [...asides, ...notPlayed(file, hosts), ...(said === null ? [] : [said])] };
}

const HOUR = 3_600_000;

const EMPTY = {
  promises: { outcome: '', rings: {}, reasons: [] },
  trigger: 'person' as const,
  seed: 1,
  advisories: [],
  debianNames: 'mixed' as const,
  baselines: [],
  answers: [],
  calendars: [],
  documents: [],
  faults: [],
};

function isPlayed(platform: string): boolean {
  return Object.hasOwn(PLATFORMS, platform);
}

function noPlatform(file: string, hosts: ExportedHost[]): string {
  const found = [...new Set(hosts.map((host) => host.platform))].join(', ');
  const known = Object.keys(PLATFORMS).join(', ');
  return `${file}: all hosts run ${found}, which the rehearsal does not play. Remedy: export hosts that run one of ${known}`;
}

function notPlayed(file: string, hosts: ExportedHost[]): string[] {
  return hosts
    .filter((host) => !isPlayed(host.platform))
    .map(
      ({ id, platform, findings }) =>
        `${file}: left out ${id} with ${findings.length} findings: ${platform} is not played`,
    );
}

function placeHosts(
  hosts: ExportedHost[],
  group: GroupPolicy,
  file: string,
): { placed: ExportedHost[]; said: string | null } {
  const homeless = hosts.filter((host) => patchGroup(host) === undefined);
  const own = hosts.filter((host) => patchGroup(host) === group.name);
  if (homeless.length === 0 && own.length === 0) {
    const groups = [...new Set(hosts.map(patchGroup))].join(', ');
    throw new BadInput([
      `${file}: no host is of group ${group.name}, they are of ${groups}. Remedy: name one by --group`,
    ]);
  }
  const [canary, next = canary] = group.rings;
  if (homeless.length === 0 || !canary || !next) return { placed: hosts, said: null };
  const put = new Map(homeless.map((host, place) => [host.id, tagsOf(group.name, place === 0 ? canary : next)]));
  const placed = hosts.map((host) => ({ ...host, tags: { ...host.tags, ...put.get(host.id) } }));
  const rest = homeless.length - 1;
  const others = rest === 0 ? '' : `, ${rest === 1 ? 'the other' : `the ${rest} others`} in ${next.name}`;
  const many =
    homeless.length === 1
      ? '1 host has no patch group and was'
      : `${homeless.length} hosts have no patch group and were`;
  return {
    placed,
    said: `${many} put into ${group.name}: ${homeless[0]?.id} in ${canary.name}${others}; one canary is sample enough here`,
  };
}

function patchGroup({ tags }: ExportedHost): string | undefined {
  return tags.PatchGroup ?? tags['Patch Group'];
}

function tagsOf(group: string, ring: GroupPolicy['rings'][number]): Record<string, string> {
  return { PatchGroup: group, [ring.tag.key]: ring.tag.value };
}

function fleetEntry({ id, platform, tags, zone }: ExportedHost): Scenario['fleet'][number] {
  return {
    name: id,
    id,
    count: 1,
    platform: platform as PlatformName,
    tags,
    zones: [zone ?? 'eu-central-1a'],
    scanMode: 'EC2_SSM_AGENT_BASED',
    packages: [],
    agent: 'online',
    state: 'running',
    inventory: 'fresh',
    pinned: [],
    repositoryLagHours: 0,
    language: [],
  };
}
