import { renameSync, writeFileSync } from 'node:fs';
import { sha256 } from '#domain/hash.ts';
import type { Policy } from '#domain/policy.ts';
import { loadPolicy } from '#policy/load-policy.ts';

/** What is deployed as policy.json: the merged and checked policy, with its hash. */
export function policyJson(policy: Policy): string {
  return `${JSON.stringify(policy, null, 2)}\n`;
}

/** A stack that is deployed to observe acts for no group, whatever the policy says of it. */
export function inMode({ hash, ...content }: Policy, mode: 'observe' | 'act'): Policy {
  if (mode === 'act') return { ...content, hash };
  const groups = Object.entries(content.groups).map(([name, group]) => [name, { ...group, mode }] as const);
  const observing = { ...content, groups: Object.fromEntries(groups) };
  return { ...observing, hash: sha256(observing) };
}

/** Writes the policy.json of a policy.yml, whole or not at all. Throws `PolicyFaults`, and the file system's errors. */
export function writePolicyJson(policyFile: string, outFile: string): Policy {
  const policy = loadPolicy(policyFile);
  writeFileSync(`${outFile}.part`, policyJson(policy));
  renameSync(`${outFile}.part`, outFile);
  return policy;
}
