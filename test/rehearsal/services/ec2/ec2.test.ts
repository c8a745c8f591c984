/** Facts: DescribeInstances, DescribeTags and Filter in the EC2 API Reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { modelOf } from '#rehearsal/models/model.ts';
import { ec2Query } from '#rehearsal/protocols/query.ts';
import { DEBIAN, WINDOWS } from '../../fleet/small-data.ts';
import { HOUR, testWorld } from '../../fleet/stage.ts';

const world = testWorld(
  `start: 2024-08-31T20:00:00Z
fleet:
  - { name: web, count: 3, platform: DEBIAN_12, zones: [eu-central-1a, eu-central-1b, eu-central-1c], tags: { PatchGroup: web, 'a*b': '' } }
  - { name: old, platform: DEBIAN_12, tags: { PatchGroup: Web }, agent: none }
  - { name: still, platform: DEBIAN_12, state: stopped, tags: { owner: 'x*' } }
  - { name: win, platform: WINDOWS_SERVER_2022, tags: { PatchGroup: win } }
  - { name: gone, platform: DEBIAN_12 }
faults: [{ do: terminate, hosts: [gone], after: 1m }]
`,
  [DEBIAN, WINDOWS],
);
world.pass(HOUR / 2);

interface Shown {
  InstanceId: string;
  ImageId: string;
  VpcId?: string;
  Tags: { Key: string; Value: string }[];
}
function shown(input: Record<string, unknown>): Shown[] {
  const { Reservations } = world.call('DescribeInstances', input);
  return Reservations.flatMap(({ Instances }: { Instances: Shown[] }) => Instances);
}
const nameOf = ({ InstanceId }: Shown) => world.world.hosts.find(({ id }) => id === InstanceId)?.name;
const names = (input: Record<string, unknown>) => shown(input).map(nameOf).join(' ');
const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;

const WEB = 'web-1 web-2 web-3';
const ALL = `${WEB} old still win gone`;
const LIVING = `${WEB} old still win`;
const one = world.host('web-1').id;
const [first] = shown({ InstanceIds: [one] });

for (const [Name, Values, wanted] of [
  ['tag:PatchGroup', ['web'], WEB],
  ['tag:PatchGroup', ['?eb'], `${WEB} old`],
  ['tag:PatchGroup', ['w*'], `${WEB} win`],
  ['tag:PatchGroup', ['web', 'win'], `${WEB} win`],
  ['tag:PatchGroup', [], ''],
  ['tag:a*b', [''], WEB],
  ['tag:owner', ['x\\*'], 'still'],
  ['tag:owner', ['x\\?'], ''],
  ['tag-key', ['PatchGroup'], `${WEB} old win`],
  ['tag-key', ['patchgroup'], ''],
  ['tag-key', ['own*'], 'still'],
  ['instance-state-name', ['stopped', 'terminated'], 'still gone'],
  ['instance-state-code', ['16'], `${WEB} old win`],
  ['availability-zone', ['eu-central-1b'], 'web-2'],
  ['platform', ['windows'], 'win'],
  ['platform-details', ['Linux/UNIX'], `${WEB} old still gone`],
  ['vpc-id', ['*'], LIVING],
  ['vpc-id', [first?.VpcId ?? ''], LIVING],
  ['image-id', [first?.ImageId ?? ''], `${WEB} old still gone`],
  ['instance-type', ['t3.*'], ALL],
  ['architecture', ['arm64'], ''],
  ['root-device-type', ['ebs'], ALL],
  ['block-device-mapping.delete-on-termination', ['true'], LIVING],
  ['network-interface.attachment.device-index', ['0'], LIVING],
  ['network-interface.addresses.primary', ['true'], LIVING],
  ['iam-instance-profile.arn', ['*'], `${WEB} still win`],
  ['state-reason-code', ['Client.UserInitiatedShutdown'], 'still gone'],
  ['owner-id', ['123456789012'], ALL],
  ['launch-time', ['202*Z'], ALL],
  ['instance-lifecycle', ['spot'], ''],
  ['ip-address', ['*'], ''],
] as const)
  test(`instances by ${Name} ${Values}`, () => assert.equal(names({ Filters: [{ Name, Values }] }), wanted));

test('filters are joined by AND, ids with filters too', () => {
  const Filters = [
    { Name: 'tag-key', Values: ['PatchGroup'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  assert.equal(names({ Filters }), `${WEB} old win`);
  assert.equal(names({ Filters, InstanceIds: [one, world.host('still').id] }), 'web-1');
});

test('each filter of the model’s documentation is known, under its own name', () => {
  for (const name of DOCUMENTED) assert.doesNotThrow(() => names({ Filters: [{ Name: name, Values: ['x'] }] }), name);
  assert.equal(DOCUMENTED.length, 135);
});

for (const [what, input, code] of [
  ['a filter in the wrong case', { Filters: [{ Name: 'Instance-Id', Values: [one] }] }, 'InvalidParameterValue'],
  ['201 values', { Filters: [{ Name: 'tag-key', Values: Array(201).fill('x') }] }, 'FilterLimitExceeded'],
  ['51 filters', { Filters: Array(51).fill({ Name: 'tag-key', Values: ['x'] }) }, 'FilterLimitExceeded'],
  ['an id of no form', { InstanceIds: ['web-1'] }, 'InvalidInstanceID.Malformed'],
  ['an id of nobody', { InstanceIds: [`i-${'0'.repeat(17)}`] }, 'InvalidInstanceID.NotFound'],
  ['ids and a page', { InstanceIds: [one], MaxResults: 5 }, 'InvalidParameterCombination'],
  ['a page of four', { MaxResults: 4 }, 'InvalidParameterValue'],
  ['a page of 1,001', { MaxResults: 1001 }, 'InvalidParameterValue'],
  ['a token of another list', { NextToken: 'x' }, 'InvalidNextToken'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
] as const)
  for (const operation of ['DescribeInstances', 'DescribeTags']) {
    if (operation === 'DescribeTags' && ('InstanceIds' in input || what === '201 values')) continue;
    test(`${operation} refuses ${what}`, () => assert.throws(() => world.call(operation, input), fault(code)));
  }

test('a page ends where it says, and its token is of this question only', () => {
  const Filters = [{ Name: 'tag-key', Values: ['Name'] }];
  const page = world.call('DescribeInstances', { Filters, MaxResults: 5 });
  assert.equal(page.Reservations.length, 5);
  const { Reservations } = world.call('DescribeInstances', { Filters, MaxResults: 5, NextToken: page.NextToken });
  assert.equal(Reservations.length, 2);
  const other = { Filters: [{ Name: 'tag-key', Values: ['Other'] }], MaxResults: 5, NextToken: page.NextToken };
  assert.throws(() => world.call('DescribeInstances', other), fault('InvalidNextToken'));
});

for (const [filters, wanted] of [
  [[], 16],
  [[{ Name: 'key', Values: ['?atchGroup'] }], 5],
  [
    [
      { Name: 'key', Values: ['PatchGroup'] },
      { Name: 'value', Values: ['web', 'win'] },
    ],
    4,
  ],
  [[{ Name: 'tag:PatchGroup', Values: ['web'] }], 3],
  [[{ Name: 'resource-id', Values: [one] }], 3],
  [[{ Name: 'resource-type', Values: ['image'] }], 0],
  [[{ Name: 'value', Values: [''] }], 3],
] as const)
  test(`tags by ${JSON.stringify(filters)}`, () =>
    assert.equal(world.call('DescribeTags', { Filters: filters }).Tags.length, wanted));

test('what a terminated instance shows is without network, volumes and role', () => {
  const [gone] = shown({ InstanceIds: [world.host('gone').id] });
  assert.deepEqual(
    Object.keys(gone ?? {}).filter((key) => /Vpc|Subnet|Network|Block|Profile/.test(key)),
    [],
  );
});

test('on the wire each member has the name that EC2 gives it', () => {
  const answer = world.call('DescribeInstances', { InstanceIds: [one] });
  const xml = String(ec2Query.answer('DescribeInstances', answer, 'id').body);
  for (const element of [
    'privateIpAddressesSet',
    'networkInterfaceSet',
    'instanceState',
    'dnsName',
    'groupSet',
    'blockDeviceMapping',
  ])
    assert.match(xml, new RegExp(`<${element}>`));
  assert.ok(modelOf('ec2')?.operations.DescribeTags);
});

/** DescribeInstances, EC2 API Reference: its list of filters but `tag:<key>`. */
const DOCUMENTED = `affinity architecture availability-zone availability-zone-id block-device-mapping.attach-time
block-device-mapping.delete-on-termination block-device-mapping.device-name block-device-mapping.status
block-device-mapping.volume-id boot-mode capacity-reservation-id
capacity-reservation-specification.capacity-reservation-preference
capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id
capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn client-token
current-instance-boot-mode dns-name ebs-optimized ena-support enclave-options.enabled hibernation-options.configured
host-id hypervisor iam-instance-profile.arn iam-instance-profile.id image-id instance-id instance-lifecycle
instance-state-code instance-state-name instance-type instance.group-id instance.group-name ip-address ipv6-address
kernel-id key-name launch-index launch-time maintenance-options.auto-recovery metadata-options.http-endpoint
metadata-options.http-protocol-ipv4 metadata-options.http-protocol-ipv6 metadata-options.http-put-response-hop-limit
metadata-options.http-tokens metadata-options.instance-metadata-tags metadata-options.state monitoring-state
network-interface.addresses.association.allocation-id network-interface.addresses.association.association-id
network-interface.addresses.association.carrier-ip network-interface.addresses.association.customer-owned-ip
network-interface.addresses.association.ip-owner-id network-interface.addresses.association.public-dns-name
network-interface.addresses.association.public-ip network-interface.addresses.primary
network-interface.addresses.private-dns-name network-interface.addresses.private-ip-address
network-interface.association.allocation-id network-interface.association.association-id
network-interface.association.carrier-ip network-interface.association.customer-owned-ip
network-interface.association.ip-owner-id network-interface.association.public-dns-name
network-interface.association.public-ip network-interface.attachment.attach-time
network-interface.attachment.attachment-id network-interface.attachment.delete-on-termination
network-interface.attachment.device-index network-interface.attachment.instance-id
network-interface.attachment.instance-owner-id network-interface.attachment.network-card-index
network-interface.attachment.status network-interface.availability-zone network-interface.deny-all-igw-traffic
network-interface.description network-interface.group-id network-interface.group-name
network-interface.ipv4-prefixes.ipv4-prefix network-interface.ipv6-address
network-interface.ipv6-addresses.ipv6-address network-interface.ipv6-addresses.is-primary-ipv6
network-interface.ipv6-native network-interface.ipv6-prefixes.ipv6-prefix network-interface.mac-address
network-interface.network-interface-id network-interface.operator.managed network-interface.operator.principal
network-interface.outpost-arn network-interface.owner-id network-interface.private-dns-name
network-interface.private-ip-address network-interface.public-dns-name network-interface.requester-id
network-interface.requester-managed network-interface.status network-interface.source-dest-check
network-interface.subnet-id network-interface.tag-key network-interface.tag-value network-interface.vpc-id
network-performance-options.bandwidth-weighting operator.managed operator.principal outpost-arn owner-id
placement-group-name placement-partition-number platform platform-details private-dns-name
private-dns-name-options.enable-resource-name-dns-a-record
private-dns-name-options.enable-resource-name-dns-aaaa-record private-dns-name-options.hostname-type
private-ip-address product-code product-code.type ramdisk-id reason requester-id reservation-id root-device-name
root-device-type source-dest-check spot-instance-request-id state-reason-code state-reason-message subnet-id tag-key
tenancy tpm-support usage-operation usage-operation-update-time virtualization-type vpc-id`.split(/\s+/);

test('trap 32: what a service runs is hidden from lists and filters, unless asked for by id or with IncludeManagedResources', () => {
  const world = testWorld(
    'start: 2024-08-31T20:00:00Z\nfleet: [{ name: web, platform: DEBIAN_12 }, { name: auto, platform: DEBIAN_12, managedBy: eks.amazonaws.com }]',
    [DEBIAN],
  );
  const auto = world.host('auto').id;
  const ids = (input: Record<string, unknown>) =>
    world
      .call('DescribeInstances', input)
      .Reservations.map(({ Instances }: { Instances: { InstanceId: string }[] }) => Instances[0]?.InstanceId);
  const Filters = [{ Name: 'instance-id', Values: [auto] }];
  assert.deepEqual(ids({}), [world.host('web').id]);
  assert.deepEqual(ids({ Filters }), []);
  assert.deepEqual(ids({ InstanceIds: [auto] }), [auto]);
  assert.deepEqual(ids({ Filters, IncludeManagedResources: true }), [auto]);
  const managed = [{ Name: 'operator.principal', Values: ['eks.amazonaws.com'] }];
  assert.deepEqual(ids({ Filters: managed, IncludeManagedResources: true }), [auto]);
});
