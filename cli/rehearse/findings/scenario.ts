import type { GroupPolicy } from '#domain/patch/policy.ts';
import { OSES } from '#policy/schema.ts';
import { PLATFORMS, platformOf } from '#rehearsal/fleet/platforms.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { exportedAdvisories } from '#rehearsal/services/inspector2/exported.ts';
import { BadInput } from '../../bad-input.ts';
import { several } from '../../screen/text.ts';
import type { WantedPlace } from './borders.ts';
import { type ExportedHost, type ImportedExport, importExport } from './export.ts';
import { otherGroupsAside, type PlacedGroup, type PlayedHost, placeHosts } from './groups.ts';

export interface ImportedScenario {
  scenario: Scenario; // of one group; its `group` may be one that the policy does not have, and is then like the one given
  asides: string[]; // what the screen says of it
}

/** Hosts of an export that can be played, and what is said of the others. */
export interface ReadExport {
  what: string;
  read: ImportedExport;
  hosts: PlayedHost[];
  asides: string[];
}

/** Throws BadInput where the files hold nothing that can be played. */
export function readFleet(files: readonly string[], wanted: WantedPlace = {}): ReadExport {
  const what = files.length > 1 ? `${files[0]} and ${several(files.length - 1, 'more file')}` : String(files[0]);
  const read = importExport(files, wanted);
  const hosts = read.hosts.flatMap((host) => {
    const platform = platformOf(host.platform);
    return platform ? [{ ...host, platform }] : [];
  });
  if (hosts.length === 0) throw new BadInput([noPlatform(what, read.hosts)]);
  return { what, read, hosts, asides: [...read.asides, ...notPlayed(what, read.hosts)] };
}

/**
 * A scenario for each group, all of which start at the full hour after the newest finding. See placeHosts for which groups those are.
 */
export function importScenarios({ what, read, hosts, asides }: ReadExport, group: GroupPolicy): ImportedScenario[] {
  const groups = placeHosts(hosts, group, what);
  const others = groups.some(({ name }) => name === group.name && groups.length === 1)
    ? []
    : otherGroupsAside(hosts, group.name);
  return groups.map((placed) => ({
    scenario: scenarioOf(placed, group, read, what),
    asides: [...asides, ...(placed.said ? [placed.said] : []), ...others],
  }));
}

function scenarioOf(
  { name, hosts, minSample, inPlace }: PlacedGroup,
  group: GroupPolicy,
  read: ImportedExport,
  what: string,
): Scenario {
  const start = new Date(Math.ceil(Date.parse(read.lastSeenAt) / HOUR) * HOUR).toISOString();
  const platforms = [...new Set(hosts.map(({ platform }) => platform))];
  const oses = OSES.filter((os) => platforms.some((platform) => PLATFORMS[platform].os === os));
  return {
    ...EMPTY,
    name: 'findings',
    title: `${several(
      hosts.reduce((sum, { findings }) => sum + findings.length, 0),
      'finding',
    )} of ${what}`,
    start,
    group: name,
    file: what,
    policy: {
      ...(oses.length > 0 ? { os: oses } : {}),
      ...(minSample === null ? {} : { gate: { minSample } }),
      ...(inPlace ? { replaced: 'patch' } : {}),
    },
    fleet: hosts.map((host) => fleetEntry(host, read.place.region)),
    alarms: group.gate.alarms.map((alarm) => ({ name: alarm, state: 'OK' as const, unreadable: false })),
    data: platforms.map((platform) => {
      const all = hosts.filter((host) => host.platform === platform);
      return {
        about: what,
        platform,
        packages: [],
        advisories: exportedAdvisories(all, read.lastSeenAt, PLATFORMS[platform]),
      };
    }),
    exported: Object.fromEntries(hosts.map(({ id, findings }) => [id, findings])),
  };
}

const HOUR = 3_600_000;

const EMPTY = {
  promises: { outcome: '', rings: {}, reasons: [] },
  trigger: 'person' as const,
  seed: 1,
  advisories: [],
  debianNames: 'mixed' as const,
  findingsPerPage: 100,
  lambdaQuota: 1000,
  baselines: [],
  answers: [],
  calendars: [],
  sites: [],
  documents: [],
  faults: [],
};

function noPlatform(what: string, hosts: readonly ExportedHost[]): string {
  const found = [...new Set(hosts.map(({ platform }) => platform))].join(', ');
  const known = Object.keys(PLATFORMS).join(', ');
  return `${what}: all hosts run ${found}, which the rehearsal does not play. Remedy: export hosts that run one of ${known}`;
}

function notPlayed(what: string, hosts: readonly ExportedHost[]): string[] {
  return hosts
    .filter(({ platform }) => platformOf(platform) === null)
    .map(
      ({ id, platform, findings }) =>
        `${what}: left out ${id} with ${several(findings.length, 'finding')}: ${platform} is not played`,
    );
}

function fleetEntry({ id, platform, tags, zone }: PlayedHost, region: string): Scenario['fleet'][number] {
  return {
    name: id,
    id,
    count: 1,
    platform,
    tags,
    zones: [zone ?? `${region || 'eu-central-1'}a`],
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
