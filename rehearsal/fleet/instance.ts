/** What a host is as an EC2 instance, beyond what happens to it: its image, its network and the ids of its parts. */
import { createHash } from 'node:crypto';
import type { Host } from '#rehearsal/fleet/host.ts';
import type { RehearsedPlace } from '#rehearsal/options.ts';

export interface Instance {
  imageId: string; // one for each platform
  type: string;
  vpcId: string; // one for the account
  subnetId: string; // one for each zone
  groupId: string;
  privateIp: string;
  interfaceId: string;
  volumeId: string;
  reservationId: string;
  profileArn: string | null; // null: no role, so that no agent could speak to SSM
}

const known = new WeakMap<Host, Instance>();

/** Drawn from the ids alone: the same host has the same parts, whoever asks and whenever. */
export function instanceOf(host: Host, { account, region }: RehearsedPlace): Instance {
  const made = known.get(host);
  if (made) return made;
  const instance: Instance = {
    imageId: idOf('ami', host.platform.name),
    type: 't3.small',
    vpcId: idOf('vpc', `${account}/${region}`),
    subnetId: idOf('subnet', `${account}/${host.zone}`),
    groupId: idOf('sg', `${account}/${region}`),
    privateIp: `10.${bytes(host.id).join('.')}`,
    interfaceId: idOf('eni', host.id),
    volumeId: idOf('vol', host.id),
    reservationId: idOf('r', host.id),
    profileArn: host.agent === 'none' ? null : `arn:aws:iam::${account}:instance-profile/hosts`,
  };
  known.set(host, instance);
  return instance;
}

function idOf(kind: string, of: string): string {
  return `${kind}-${createHash('sha256').update(`${kind} ${of}`).digest('hex').slice(0, 17)}`;
}

/** Three, the last of which is neither the network's nor the broadcast's. */
function bytes(of: string): number[] {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(of).digest();
  return [a, b, 1 + (c % 254)];
}
