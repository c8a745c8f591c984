/** Managed nodes as SSM tells of them: DescribeInstanceInformation. */
import { AwsFault, type Operation, type Stage } from '#rehearsal/api.ts';
import type { Fleet } from '#rehearsal/fleet/fleet.ts';
import type { Host } from '#rehearsal/fleet/host.ts';
import { instanceOf } from '#rehearsal/fleet/instance.ts';
import { pageOf } from '#rehearsal/services/paging.ts';
import { pingOf } from '#rehearsal/services/ssm/commands.ts';

const AGENT_VERSION = '3.3.551.0';

export function nodeOperations(stage: Stage, fleet: Fleet): Record<string, Operation> {
  const now = () => stage.clock.now();
  return {
    // Neither stopped nor unmanaged instances (trap 29).
    DescribeInstanceInformation: (input) => {
      const { MaxResults, NextToken, ...question } = input;
      const filters = filtersOf(input);
      for (const filter of filters) check(filter, fleet);
      const nodes = askedFor(fleet, filters).filter(
        (host) => pingOf(host, now()) !== null && filters.every((filter) => nodeMatches(host, filter, now())),
      );
      const rule = {
        operation: 'DescribeInstanceInformation',
        least: 5,
        most: 50,
        usual: 10,
        badToken: 'InvalidNextToken',
      };
      const { rows, next } = pageOf(nodes, rule, question, MaxResults, NextToken);
      return { InstanceInformationList: rows.map((host) => nodeView(host, stage)), NextToken: next };
    },
  };
}

interface NodeFilter {
  Key: string;
  Values: string[];
}

/** The old list and the new one exclude each other; tags go with nothing else (DescribeInstanceInformation, SSM API Reference). */
function filtersOf(input: {
  Filters?: NodeFilter[];
  InstanceInformationFilterList?: { key: string; valueSet: string[] }[];
}): NodeFilter[] {
  const [filters, old] = [input.Filters ?? [], input.InstanceInformationFilterList ?? []];
  if (filters.length > 0 && old.length > 0)
    throw new AwsFault('ValidationException', 'Filters and InstanceInformationFilterList exclude each other');
  const tags = filters.filter(({ Key }) => isTag(Key));
  if (tags.length > 0 && tags.length < filters.length)
    throw new AwsFault('ValidationException', 'Filters by tag cannot be combined with other filters');
  return filters.length > 0 ? filters : old.map(({ key, valueSet }) => ({ Key: key, Values: valueSet }));
}

const isTag = (key: string) => key === 'tag-key' || key.startsWith('tag:');

/** The values that a key knows; null: any. */
const KEYS: Record<string, readonly string[] | null> = {
  ActivationIds: null,
  AgentVersion: null,
  AssociationStatus: ['Success', 'Pending', 'Failed'],
  IamRole: null,
  InstanceIds: null,
  PingStatus: ['Online', 'ConnectionLost', 'Inactive'],
  PlatformTypes: ['Windows', 'Linux', 'MacOS'],
  ResourceType: ['EC2Instance', 'ManagedInstance'],
  SourceIds: null,
  SourceTypes: [
    'AWS::EC2::Instance',
    'AWS::SSM::ManagedInstance',
    'AWS::IoT::Thing',
    'Microsoft.Compute/virtualMachines',
  ],
};

function check({ Key, Values }: NodeFilter, fleet: Fleet): void {
  if (isTag(Key)) return;
  const known = KEYS[Key];
  if (known === undefined) throw new AwsFault('InvalidFilterKey', `${Key} is no filter of DescribeInstanceInformation`);
  const strange = Values.find((value) => known && !known.includes(value));
  if (strange !== undefined) throw new AwsFault('InvalidInstanceInformationFilterValue', `${Key} cannot be ${strange}`);
  const nobodys = Key === 'InstanceIds' ? Values.filter((id) => !fleet.byId(id)) : [];
  if (nobodys.length > 0) throw new AwsFault('InvalidInstanceId', `no such instances: ${nobodys.join(', ')}`);
}

function askedFor(fleet: Fleet, filters: readonly NodeFilter[]): readonly Host[] {
  const ids = filters.find(({ Key }) => Key === 'InstanceIds')?.Values;
  return ids ? [...new Set(ids)].flatMap((id) => fleet.byId(id) ?? []) : fleet.hosts;
}

function nodeMatches(host: Host, { Key, Values }: NodeFilter, now: number): boolean {
  if (Key === 'tag-key') return Values.some((key) => host.tags[key] !== undefined);
  const value = Key.startsWith('tag:') ? host.tags[Key.slice(4)] : fieldOf(host, Key, now);
  return value !== undefined && Values.includes(value);
}

/** Activations and a role of its own have only nodes that are no instances. */
function fieldOf(host: Host, key: string, now: number): string | undefined {
  const values: Record<string, string | undefined> = {
    AgentVersion: AGENT_VERSION,
    AssociationStatus: 'Success',
    InstanceIds: host.id,
    PingStatus: pingOf(host, now) ?? undefined,
    PlatformTypes: host.platform.type,
    ResourceType: 'EC2Instance',
    SourceIds: host.id,
    SourceTypes: 'AWS::EC2::Instance',
  };
  return values[key];
}

function nodeView(host: Host, stage: Stage): Record<string, unknown> {
  const now = stage.clock.now();
  // The agent pings every five minutes, each at its own time.
  const beat = host.chance.of('ping').int(300_000);
  const until = host.agent === 'online' ? now : host.agentSince;
  return {
    InstanceId: host.id,
    PingStatus: pingOf(host, now),
    LastPingDateTime: new Date(Math.max(until - ((until - beat) % 300_000), Math.min(host.agentSince, until))),
    AgentVersion: AGENT_VERSION,
    IsLatestVersion: true,
    PlatformType: host.platform.type,
    PlatformName: host.platform.ssmName,
    PlatformVersion: host.platform.ssmVersion,
    ResourceType: 'EC2Instance',
    SourceId: host.id,
    SourceType: 'AWS::EC2::Instance',
    AssociationStatus: 'Success',
    ComputerName: host.name,
    IPAddress: instanceOf(host, stage).privateIp,
  };
}
