import type { InstanceId, Os } from '#domain/patch/model.ts';

export type LeftWhy =
  | 'managed-by'
  | 'replaced'
  | 'no-ring'
  | 'several-rings'
  | 'stopped'
  | 'unmanaged'
  | 'offline'
  | 'uncovered'
  | 'scan-unknown'
  | 'unproven'
  | 'not-patchable';

/** A host that the campaign does not patch, and why. None is dropped in silence. */
export interface LeftHost {
  id: InstanceId;
  ring: string | null;
  why: LeftWhy | 'nothing-to-fix'; // the last: of a campaign that would fix nothing
  words: string;
  os?: Os; // where SSM knows it
}
