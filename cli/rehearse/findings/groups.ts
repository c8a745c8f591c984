/** Which campaigns the hosts of an export make: those with a patch group tag one of that group, the others one for each OS. */

import { othersWhy } from '#domain/patch/membership.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { PLATFORMS, type PlatformName } from '#rehearsal/fleet/platforms.ts';
import { BadInput } from '../../bad-input.ts';
import { several } from '../../screen/text.ts';
import type { ExportedHost } from './export.ts';
import { groupStub } from './stub.ts';

export interface PlayedHost extends ExportedHost {
  platform: PlatformName;
}

export interface PlacedGroup {
  name: string;
  hosts: PlayedHost[];
  minSample: number | null; // where the gate asks for more canaries than there are hosts
  inPlace: boolean; // hosts of scaling groups and clusters are patched, though the policy lists them
  said: string | null; // what was done with hosts that have no group
}

/**
 * The group's own hosts as they are tagged; hosts without a patch group by their OS: as many as the gate asks for, first those with
 * something to fix, in the first ring, the others in the next. Throws BadInput where there are neither, with the groups that there are.
 */
export function placeHosts(hosts: readonly PlayedHost[], group: GroupPolicy, what: string): PlacedGroup[] {
  const tagged = hosts.filter((host) => patchGroup(host) !== undefined);
  const own = tagged.some((host) => patchGroup(host) === group.name);
  const untagged = hosts.filter((host) => patchGroup(host) === undefined);
  if (!own && untagged.length === 0) throw new BadInput([otherGroups(tagged, group.name, what)]);
  const byOs = Map.groupBy(untagged, osOf);
  const alone = byOs.size === 1 && !own;
  const others = [...byOs].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(own ? [{ name: group.name, hosts: tagged, minSample: null, inPlace: false, said: null }] : []),
    ...others.map(([os, ofOs]) => placed(alone ? group.name : nameFor(group.name, os), ofOs, group)),
  ];
}

/** What is left out where untagged hosts are rehearsed: groups that the export holds, and nobody asked for. */
export function otherGroupsAside(hosts: readonly PlayedHost[], group: string): string[] {
  const others = groupsOf(hosts).filter(([name]) => name !== group);
  return others.length > 0 ? [`not rehearsed: ${others.map(groupWords).join(', ')}; --group names one of them`] : [];
}

export function patchGroup({ tags }: Pick<ExportedHost, 'tags'>): string | undefined {
  return tags.PatchGroup ?? tags['Patch Group'];
}

const osOf = ({ platform }: PlayedHost) => PLATFORMS[platform].os;
const nameFor = (group: string, os: string) => `${group}-${os.toLowerCase().replaceAll('_', '-')}`;

function placed(
  name: string,
  hosts: readonly PlayedHost[],
  { rings, gate, replaced: asWritten }: GroupPolicy,
): PlacedGroup {
  const [canary, next = canary] = rings;
  if (!canary || !next) throw new Error('a group without a ring');
  const first = [...hosts].sort((a, b) => fixes(b) - fixes(a) || (a.id < b.id ? -1 : 1)).slice(0, gate.minSample);
  const canaries = new Set(first.map(({ id }) => id));
  const minSample = hosts.length < gate.minSample ? hosts.length : null;
  const replaced = hosts.filter((host) => othersWhy(host, asWritten)?.why === 'replaced');
  const inPlace =
    replaced.length === 0
      ? ''
      : `; ${several(replaced.length, 'host')} of scaling groups or clusters ${replaced.length === 1 ? 'is' : 'are'} patched in place here, as by replaced: patch`;
  const rest = hosts.length - canaries.size;
  const others = rest === 0 ? '' : `, ${rest === 1 ? 'the other' : `the ${rest} others`} in ${next.name}`;
  const ids = [...canaries].sort();
  const many =
    hosts.length === 1 ? '1 host has no patch group and was' : `${hosts.length} hosts have no patch group and were`;
  const enough =
    minSample === null
      ? ''
      : `; ${several(minSample, 'canary').replace('canarys', 'canaries')} ${minSample === 1 ? 'is' : 'are'} sample enough here`;
  return {
    name,
    hosts: hosts.map((host) => ({
      ...host,
      tags: { ...host.tags, ...tagsOf(name, canaries.has(host.id) ? canary : next) },
    })),
    minSample,
    inPlace: replaced.length > 0,
    said: `${many} put into ${name}: ${ids.join(', ')} in ${canary.name}${others}${enough}${inPlace}`,
  };
}

/** 2: something that usual baselines approve; 1: something. A canary on which nothing is installed proves nothing. */
function fixes({ findings }: ExportedHost): 0 | 1 | 2 {
  const open = findings.filter(
    ({ packages }) =>
      packages.length > 0 && packages.every(({ manager, fixedIn }) => manager === 'OS' && fixedIn !== null),
  );
  return open.some(({ severity }) => severity === 'CRITICAL' || severity === 'HIGH') ? 2 : open.length > 0 ? 1 : 0;
}

function tagsOf(group: string, ring: GroupPolicy['rings'][number]): Record<string, string> {
  return { PatchGroup: group, [ring.tag.key]: ring.tag.value };
}

type GroupHosts = [name: string, hosts: PlayedHost[]];

function groupsOf(hosts: readonly PlayedHost[]): GroupHosts[] {
  const byGroup = Map.groupBy(hosts, (host) => patchGroup(host) ?? '');
  return [...byGroup].filter(([name]) => name !== '').sort(([, a], [, b]) => b.length - a.length);
}

/** For a group that the policy does not have: with the OSes of its hosts, else of all. */
export function stubFor(hosts: readonly PlayedHost[], group: string): string {
  const own = hosts.filter((host) => patchGroup(host) === group);
  return groupStub([{ name: group, oses: (own.length > 0 ? own : hosts).map(osOf) }]);
}

const groupWords = ([name, hosts]: GroupHosts) => `${name} (${several(hosts.length, 'host')})`;

function otherGroups(hosts: readonly PlayedHost[], group: string, what: string): string {
  const groups = groupsOf(hosts);
  const list = groups.map(groupWords).join(', ');
  return [
    `${what}: no host is of group ${group}, they are of ${list}. Remedy: name one by --group, and let the policy have it:`,
    groupStub(groups.map(([name, ofGroup]) => ({ name, oses: ofGroup.map(osOf) }))),
  ].join('\n');
}
