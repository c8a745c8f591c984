import type { Loop } from '#domain/campaign/loop.ts';
import type { Lease } from '#domain/campaign/records.ts';
import { patchLoop } from '#loops/patch/loop.ts';
import type { SettlePorts } from '#loops/patch/settle.ts';

/** Which loop runs the campaigns of a lease's subject: the one file that knows all loops. */
export function loopOf(_lease: Pick<Lease, 'group'>): Loop<SettlePorts> {
  return patchLoop;
}
