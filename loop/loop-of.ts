import type { Loop } from '#domain/loop.ts';
import type { Lease } from '#domain/records.ts';
import { patchLoop } from '#loop/patch-loop.ts';
import type { SettlePorts } from '#loop/settle.ts';

/** Which loop runs the campaigns of a lease's subject: the one file that knows all loops. */
export function loopOf(_lease: Pick<Lease, 'group'>): Loop<SettlePorts> {
  return patchLoop;
}
