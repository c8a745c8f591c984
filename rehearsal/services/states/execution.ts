import type { ExecutionView } from '#rehearsal/api.ts';
import type { DeployedMachine } from '#rehearsal/install/serverless-machine.ts';
import type { Run } from '#rehearsal/services/states/asl/run.ts';
import type { Installed } from '#rehearsal/services/states/machines.ts';

export interface Execution {
  machine: DeployedMachine;
  /** As it was when the execution began. */
  installed: Installed;
  view: ExecutionView;
  input: string;
  run: Run;
  over: Promise<void>;
  redrives: number[]; // when
}
