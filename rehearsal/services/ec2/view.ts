/** An instance as DescribeInstances shows it: of what AWS gives, all that hosts of ours can have. */
import type { Host } from '#rehearsal/fleet/host.ts';
import { type Instance, instanceOf } from '#rehearsal/fleet/instance.ts';
import type { RehearsedPlace } from '#rehearsal/options.ts';

const STATE_CODES: Record<Host['state'], number> = { running: 16, stopping: 64, stopped: 80, terminated: 48 };

export interface Reservation {
  ReservationId: string;
  OwnerId: string;
  Instances: Record<string, unknown>[];
}

export function reservationOf(host: Host, place: RehearsedPlace): Reservation {
  const parts = instanceOf(host, place);
  return {
    ReservationId: parts.reservationId,
    OwnerId: place.account,
    Instances: [
      {
        InstanceId: host.id,
        ImageId: parts.imageId,
        InstanceType: parts.type,
        AmiLaunchIndex: 0,
        LaunchTime: new Date(host.launchedAt),
        Placement: { AvailabilityZone: host.zone, GroupName: '', Tenancy: 'default' },
        State: { Code: STATE_CODES[host.state], Name: host.state },
        ...reasonOf(host),
        Tags: Object.entries(host.tags).map(([Key, Value]) => ({ Key, Value })),
        ...systemOf(host),
        Operator: operatorOf(host),
        Architecture: 'x86_64',
        Hypervisor: 'xen',
        VirtualizationType: 'hvm',
        RootDeviceType: 'ebs',
        EbsOptimized: true,
        EnaSupport: true,
        Monitoring: { State: 'disabled' },
        MetadataOptions: {
          State: 'applied',
          HttpTokens: 'required',
          HttpPutResponseHopLimit: 2,
          HttpEndpoint: 'enabled',
        },
        ...(host.state === 'terminated' ? {} : attachedTo(host, parts, place)),
      },
    ],
  };
}

/** Words are there once somebody stopped it. */
function reasonOf({ state }: Host): Record<string, unknown> {
  if (state === 'running') return { StateTransitionReason: '' };
  const [Code, by] = ['Client.UserInitiatedShutdown', 'User initiated'];
  return { StateTransitionReason: by, StateReason: { Code, Message: `${Code}: ${by} shutdown` } };
}

/** Who runs it, if not the account itself; such hosts are hidden by default (API OperatorResponse). */
function operatorOf({ managedBy }: Host): Record<string, unknown> {
  return managedBy === null ? { Managed: false } : { Managed: true, Principal: managedBy, HiddenByDefault: true };
}

function systemOf({ platform }: Host): Record<string, unknown> {
  if (platform.type !== 'Windows')
    return { PlatformDetails: 'Linux/UNIX', UsageOperation: 'RunInstances', RootDeviceName: '/dev/xvda' };
  const windows = { Platform: 'windows', PlatformDetails: 'Windows', UsageOperation: 'RunInstances:0002' };
  return { ...windows, RootDeviceName: '/dev/sda1' };
}

/** What a terminated instance has lost: its network, its volumes, its role. */
function attachedTo(host: Host, parts: Instance, { account, region }: RehearsedPlace): Record<string, unknown> {
  const at = { AttachTime: new Date(host.launchedAt), DeleteOnTermination: true, Status: 'attached' };
  const network = { SubnetId: parts.subnetId, VpcId: parts.vpcId, PrivateIpAddress: parts.privateIp };
  const name = { PrivateDnsName: `ip-${parts.privateIp.replaceAll('.', '-')}.${region}.compute.internal` };
  const groups = [{ GroupId: parts.groupId, GroupName: 'default' }];
  const device = host.platform.type === 'Windows' ? '/dev/sda1' : '/dev/xvda';
  return {
    ...network,
    ...name,
    PublicDnsName: '',
    SourceDestCheck: true,
    SecurityGroups: groups,
    BlockDeviceMappings: [{ DeviceName: device, Ebs: { ...at, VolumeId: parts.volumeId } }],
    ...(parts.profileArn && { IamInstanceProfile: { Arn: parts.profileArn, Id: 'AIPAREHEARSALHOSTS0000' } }),
    NetworkInterfaces: [
      {
        NetworkInterfaceId: parts.interfaceId,
        ...network,
        ...name,
        OwnerId: account,
        Status: 'in-use',
        SourceDestCheck: true,
        Groups: groups,
        Attachment: { ...at, AttachmentId: parts.interfaceId.replace('eni', 'eni-attach'), DeviceIndex: 0 },
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: parts.privateIp, ...name }],
      },
    ],
  };
}
