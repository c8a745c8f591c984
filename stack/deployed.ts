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

/**
 * Calls at a time that are kept for the page of an approval; null: none. Throws for what is no number: read as "shared" it would leave the
 * page without the bound that somebody asked for.
 */
export function callsOfThePage(param: unknown): number | null {
  const page = String(param ?? 'shared');
  if (page === 'shared') return null;
  if (/^[1-9]\d{0,3}$/.test(page)) return Number(page);
  throw plainly(new Error(`--param page=${page}: is neither shared nor a number of calls at a time, from 1 to 9999`));
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
