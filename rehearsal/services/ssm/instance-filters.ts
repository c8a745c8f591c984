/** Each documented filter of DescribeInstances, and the member that it looks at (DescribeInstances, EC2 API Reference). */
import { type FieldsOf, valuesAt } from '#rehearsal/services/ec2/filters.ts';
import type { Reservation } from '#rehearsal/services/ec2/view.ts';

/** A reservation with one instance, and that instance's members. */
export type InstanceRow = Reservation & Record<string, unknown>;

export const instanceFields: FieldsOf<InstanceRow> = (name) => {
  if (name === 'tag-key') return ({ Tags }) => (Tags as { Key: string }[]).map(({ Key }) => Key);
  if (name.startsWith('tag:')) return (row) => valueOfTag(row, name.slice(4));
  if (LACKING.has(name)) return () => [];
  const path = SHOWN.get(name);
  return path ? (row) => valuesAt(row, path) : null;
};

function valueOfTag({ Tags }: InstanceRow, key: string): string[] {
  return (Tags as { Key: string; Value: string }[]).flatMap(({ Key, Value }) => (Key === key ? Value : []));
}

const SHOWN = new Map(
  `architecture Architecture
availability-zone Placement.AvailabilityZone
block-device-mapping.attach-time BlockDeviceMappings.Ebs.AttachTime
block-device-mapping.delete-on-termination BlockDeviceMappings.Ebs.DeleteOnTermination
block-device-mapping.device-name BlockDeviceMappings.DeviceName
block-device-mapping.status BlockDeviceMappings.Ebs.Status
block-device-mapping.volume-id BlockDeviceMappings.Ebs.VolumeId
dns-name PublicDnsName
ebs-optimized EbsOptimized
ena-support EnaSupport
hypervisor Hypervisor
iam-instance-profile.arn IamInstanceProfile.Arn
iam-instance-profile.id IamInstanceProfile.Id
image-id ImageId
instance-id InstanceId
instance-state-code State.Code
instance-state-name State.Name
instance-type InstanceType
instance.group-id SecurityGroups.GroupId
instance.group-name SecurityGroups.GroupName
launch-index AmiLaunchIndex
launch-time LaunchTime
metadata-options.http-endpoint MetadataOptions.HttpEndpoint
metadata-options.http-put-response-hop-limit MetadataOptions.HttpPutResponseHopLimit
metadata-options.http-tokens MetadataOptions.HttpTokens
metadata-options.state MetadataOptions.State
monitoring-state Monitoring.State
network-interface.addresses.primary NetworkInterfaces.PrivateIpAddresses.Primary
network-interface.addresses.private-dns-name NetworkInterfaces.PrivateIpAddresses.PrivateDnsName
network-interface.addresses.private-ip-address NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress
network-interface.attachment.attach-time NetworkInterfaces.Attachment.AttachTime
network-interface.attachment.attachment-id NetworkInterfaces.Attachment.AttachmentId
network-interface.attachment.delete-on-termination NetworkInterfaces.Attachment.DeleteOnTermination
network-interface.attachment.device-index NetworkInterfaces.Attachment.DeviceIndex
network-interface.attachment.instance-id InstanceId
network-interface.attachment.instance-owner-id OwnerId
network-interface.attachment.status NetworkInterfaces.Attachment.Status
network-interface.availability-zone Placement.AvailabilityZone
network-interface.group-id NetworkInterfaces.Groups.GroupId
network-interface.group-name NetworkInterfaces.Groups.GroupName
network-interface.network-interface-id NetworkInterfaces.NetworkInterfaceId
network-interface.owner-id NetworkInterfaces.OwnerId
network-interface.private-dns-name NetworkInterfaces.PrivateDnsName
network-interface.private-ip-address NetworkInterfaces.PrivateIpAddress
network-interface.source-dest-check NetworkInterfaces.SourceDestCheck
network-interface.status NetworkInterfaces.Status
network-interface.subnet-id NetworkInterfaces.SubnetId
network-interface.vpc-id NetworkInterfaces.VpcId
operator.managed Operator.Managed
operator.principal Operator.Principal
owner-id OwnerId
platform Platform
platform-details PlatformDetails
private-dns-name PrivateDnsName
private-ip-address PrivateIpAddress
reason StateTransitionReason
reservation-id ReservationId
root-device-name RootDeviceName
root-device-type RootDeviceType
source-dest-check SourceDestCheck
state-reason-code StateReason.Code
state-reason-message StateReason.Message
subnet-id SubnetId
tenancy Placement.Tenancy
usage-operation UsageOperation
virtualization-type VirtualizationType
vpc-id VpcId`
    .split('\n')
    .map((line) => {
      const [filter = '', path = ''] = line.split(' ');
      return [filter, path.split('.')];
    }),
);

/** Hosts of ours have nothing of these: no value fits, as with instances of AWS that lack them. */
const LACKING = new Set(
  `affinity availability-zone-id boot-mode capacity-reservation-id
capacity-reservation-specification.capacity-reservation-preference
capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id
capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn
client-token current-instance-boot-mode enclave-options.enabled hibernation-options.configured host-id instance-lifecycle
ip-address ipv6-address kernel-id key-name maintenance-options.auto-recovery metadata-options.http-protocol-ipv4
metadata-options.http-protocol-ipv6 metadata-options.instance-metadata-tags
network-interface.addresses.association.allocation-id network-interface.addresses.association.association-id
network-interface.addresses.association.carrier-ip network-interface.addresses.association.customer-owned-ip
network-interface.addresses.association.ip-owner-id network-interface.addresses.association.public-dns-name
network-interface.addresses.association.public-ip network-interface.association.allocation-id
network-interface.association.association-id network-interface.association.carrier-ip
network-interface.association.customer-owned-ip network-interface.association.ip-owner-id
network-interface.association.public-dns-name network-interface.association.public-ip
network-interface.attachment.network-card-index network-interface.deny-all-igw-traffic network-interface.description
network-interface.ipv4-prefixes.ipv4-prefix network-interface.ipv6-address network-interface.ipv6-addresses.ipv6-address
network-interface.ipv6-addresses.is-primary-ipv6 network-interface.ipv6-native network-interface.ipv6-prefixes.ipv6-prefix
network-interface.mac-address network-interface.operator.managed network-interface.operator.principal
network-interface.outpost-arn network-interface.public-dns-name network-interface.requester-id
network-interface.requester-managed network-interface.tag-key network-interface.tag-value
network-performance-options.bandwidth-weighting outpost-arn placement-group-name
placement-partition-number private-dns-name-options.enable-resource-name-dns-a-record
private-dns-name-options.enable-resource-name-dns-aaaa-record private-dns-name-options.hostname-type product-code
product-code.type ramdisk-id requester-id spot-instance-request-id tpm-support usage-operation-update-time`.split(
    /\s+/,
  ),
);
