import { renameSync, writeFileSync } from 'node:fs';
import { loadPolicy } from '#config/policy.ts';
import type { Policy } from '#domain/policy.ts';

/** What is deployed as policy.json: the merged and checked policy, with its hash. */
export function policyJson(policy: Policy): string {
  return `${JSON.stringify(policy, null, 2)}\n`;
}

/** Writes the policy.json of a policy.yml, whole or not at all. Throws `PolicyFaults`, and the file system's errors. */
export function writePolicyJson(policyFile: string, outFile: string): Policy {
  const policy = loadPolicy(policyFile);
  writeFileSync(`${outFile}.part`, policyJson(policy));
  renameSync(`${outFile}.part`, outFile);
  return policy;
}
