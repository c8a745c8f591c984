/** What patching tells the campaign that runs it. */
import type { Loop } from '#domain/campaign/loop.ts';
import type { Ports } from '#domain/campaign/ports.ts';
import { atWork } from '#loops/patch/commands-at-work.ts';
import { leaveEvidence } from '#loops/patch/leave-evidence.ts';
import { type SettlePorts, settle, stopRings } from '#loops/patch/settle.ts';

type LeavePorts = Pick<Ports, 'campaigns' | 'evidence' | 'instances' | 'patching'>;

/** As much as a close needs: a closing task may touch less than the sweeper. */
export const patchEnd: Pick<Loop<LeavePorts>, 'atWork' | 'leave'> = { atWork, leave: leaveEvidence };

export const patchLoop: Loop<SettlePorts> = { ...patchEnd, stop: stopRings, settle };
