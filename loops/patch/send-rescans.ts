import type { InstanceId } from '#domain/patch/model.ts';
import type { Patching, SendRequest } from '#domain/patch/ports.ts';
import type { PlannedHost } from '#domain/patch/records.ts';
import { sendInHalves } from '#loops/patch/send-in-halves.ts';

/**
 * Asks for a look by scan mode; returns the command per host that was asked. There is no API that starts one (trap 1): inventory
 * collection is run again on chosen hosts (trap 23), the VM scanner by our own document, agentless scanning by nothing. A host
 * that could not be asked is looked at in its mode's own time.
 */
export async function sendRescans(
  patching: Patching,
  hosts: PlannedHost[],
  comment: string,
): Promise<Map<InstanceId, string>> {
  const asked = new Map<InstanceId, string>();
  const inventory = ids(hosts, 'EC2_SSM_AGENT_BASED');
  if (inventory.length) {
    const associations = await Array.fromAsync(patching.inventoryAssociations());
    if (associations.length) await send(inventory, { document: 'refresh-association', associations });
  }
  await send(ids(hosts, 'EC2_INSPECTOR_AGENT_BASED'), { document: 'rescan-vm' });
  return asked;

  function send(instances: InstanceId[], what: Pick<SendRequest, 'document' | 'associations'>): Promise<void> {
    return sendInHalves(
      patching,
      instances,
      { ...what, comment: comment.slice(-100) },
      {
        sent(command, part) {
          for (const id of part) asked.set(id, command);
        },
        refused: () => undefined,
      },
    );
  }
}

function ids(hosts: PlannedHost[], scanMode: string): InstanceId[] {
  return hosts.filter((host) => host.scanMode === scanMode).map((host) => host.id);
}
