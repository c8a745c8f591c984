import { unheldLease } from '#domain/campaign/lease.ts';
import type { Campaigns } from '#domain/campaign/ports.ts';
import type { Lease } from '#domain/campaign/records.ts';
import { AwsUnavailable } from '#domain/errors.ts';

const TRIES = 8;

/** Reads, changes and writes the lease until no other writer came between. `change` returns null where nothing is to be written. */
export async function changeLease<T extends Lease | null>(
  campaigns: Campaigns,
  group: string,
  change: (lease: Lease) => T,
): Promise<T> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const changed = change((await campaigns.lease(group)) ?? unheldLease(group));
    if (!changed || (await campaigns.writeLease(changed))) return changed;
  }
  throw new AwsUnavailable(`The lease of ${group} changed under ${TRIES} writes in a row.`);
}
