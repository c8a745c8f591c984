/**
 * The associations by which Inspector sees what is installed: one of its own, or one for all instances that was there before,
 * whatever its name; Windows by a plugin (Inspector User Guide, scanning EC2 and Windows instances). A node runs of them what is
 * bound to it.
 */
import {
  type Association,
  DescribeInstanceAssociationsStatusCommand,
  type InstanceAssociationStatusInfo,
} from '@aws-sdk/client-ssm';
import { ask, isNamed, pages } from '#aws/call.ts';
import { ssm } from '#aws/ssm.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';
import type { InstanceId } from '#domain/patch/model.ts';

const PLUGIN = 'InvokeInspectorSsmPlugin-do-not-delete';
const COLLECTORS = ['InspectorInventoryCollection-do-not-delete', PLUGIN];
const INVENTORY = 'AWS-GatherSoftwareInventory';

export function collectsInventory({ AssociationName = '', Name, Targets }: Association): boolean {
  if (COLLECTORS.includes(AssociationName)) return true;
  const all = Targets?.some(({ Key, Values }) => Key === 'InstanceIds' && Values?.includes('*'));
  return Name === INVENTORY && all === true;
}

export interface Collection {
  id: InstanceId;
  by: 'inventory' | 'plugin';
  at: Instant;
}

/** What ran on one host with success. One that SSM does not manage ran nothing. */
export async function collectionsOn(InstanceId: InstanceId): Promise<Collection[]> {
  const rows = pages(async (NextToken) => {
    const command = new DescribeInstanceAssociationsStatusCommand({ InstanceId, MaxResults: 50, NextToken });
    const answer = await ask('ssm:DescribeInstanceAssociationsStatus', ssm().send(command));
    return { items: answer.InstanceAssociationStatusInfos, next: answer.NextToken };
  });
  const found: Collection[] = [];
  try {
    for await (const row of rows) found.push(...toCollection(InstanceId, row));
  } catch (error) {
    if (!(error instanceof Error && isNamed(error.cause, 'InvalidInstanceId'))) throw error;
  }
  return found;
}

function* toCollection(id: InstanceId, row: InstanceAssociationStatusInfo): Generator<Collection> {
  if (row.Status !== 'Success' || !row.ExecutionDate) return;
  const at = instant(row.ExecutionDate);
  if (row.AssociationName === PLUGIN) yield { id, by: 'plugin', at };
  else if (row.Name === INVENTORY) yield { id, by: 'inventory', at };
}
