import { join } from 'node:path';
import type { Policy } from '#domain/policy.ts';
import { PolicyFaults } from '#policy/faults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { inMode } from '#policy/policy-json.ts';
import { plainly } from '#stack/plainly.ts';

/** As much of osls as says which policy is deployed. */
export interface Service {
  serviceDir: string;
  service: { custom: { mode?: unknown; policyFile?: string } };
}

/** Throws `PolicyFaults`, each with file and line, and for a mode that is none: a policy with faults is never packaged. */
export function deployedPolicy({ serviceDir, service: { custom } }: Service): Policy {
  const { mode } = custom;
  if (mode !== 'observe' && mode !== 'act')
    throw plainly(new Error(`--param mode=${mode}: is neither observe nor act; leave it out to observe`));
  try {
    return inMode(loadPolicy(join(serviceDir, custom.policyFile ?? 'policy.yml')), mode);
  } catch (error) {
    throw error instanceof PolicyFaults ? plainly(error) : error;
  }
}
