/** What patching tells the campaign that runs it. */
import type { Loop } from '#domain/loop.ts';
import type { Ports } from '#domain/ports.ts';
import { atWork } from '#loop/at-work.ts';
import { leaveEvidence } from '#loop/leave-evidence.ts';
import { type SettlePorts, settle, stopRings } from '#loop/settle.ts';

type LeavePorts = Pick<Ports, 'campaigns' | 'evidence' | 'instances' | 'patching'>;

/** As much as a close needs: a closing task may touch less than the sweeper. */
export const patchEnd: Pick<Loop<LeavePorts>, 'atWork' | 'leave'> = { atWork, leave: leaveEvidence };

export const patchLoop: Loop<SettlePorts> = { ...patchEnd, stop: stopRings, settle };
