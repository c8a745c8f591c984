/** All ports, as the command line and tests hold them; a function's last line names the few that it may touch. */
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { Policy } from '#domain/policy.ts';

export interface Policies {
  /** The deployed policy.json. */
  current(): Promise<Policy>;
}

export interface Ports extends PatchPorts {
  policies: Policies;
}
