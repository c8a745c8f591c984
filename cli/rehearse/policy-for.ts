import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { groupIn, type Policy } from '#domain/policy.ts';
import { PolicyFaults } from '#policy/faults.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { BadInput } from '../bad-input.ts';
import { inRoot } from '../root.ts';

const EXAMPLE = inRoot('policy.yml');

/** Where nobody named one: policy.yml of this folder, else the example of the package. */
export function usualPolicy(): string {
  return existsSync('policy.yml') ? 'policy.yml' : EXAMPLE;
}

/**
 * The policy of `file` with `overrides` (whose settings they are: `by`) merged into the group's part before it is checked: maps
 * key by key, lists whole. A group that it does not have is made `like` another. Throws PolicyFaults, and BadInput for a group that it
 * does not have, also not to be like.
 */
export function policyFor(
  file: string,
  group: string,
  overrides: Record<string, unknown>,
  by: string,
  like: string = group,
): Policy {
  const policy = loadPolicy(file);
  const part = groupIn(policy, group) ?? groupIn(policy, like);
  if (!part) throw new BadInput([noGroup(file, policy, group)]);
  if (part.name === group && Object.keys(overrides).length === 0) return policy;
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (part.name !== group && !groupIn(policy, group)) {
    document.setIn(['groups', group], document.createNode(document.toJS().groups[part.name]));
  }
  mergeAt(document, ['groups', groupIn(policy, group)?.name ?? group], overrides);
  return loadText(document.toString(), `${file} with the policy of ${by}`);
}

/** In words, with the remedy. */
export function noGroup(file: string, { groups }: Policy, group: string): string {
  return `${file}: has no group ${group}. Remedy: name one of ${Object.keys(groups).join(', ')} by --group, or add it`;
}

function mergeAt(document: Document, path: string[], value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    document.setIn(path, document.createNode(value));
    return;
  }
  if (!document.hasIn(path) || document.getIn(path) === null) document.setIn(path, document.createNode({}));
  for (const [key, inner] of Object.entries(value)) mergeAt(document, [...path, key], inner);
}

/** Lines and columns would be those of a file that nobody can see, hence only paths are told. */
function loadText(text: string, name: string): Policy {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-policy-'));
  const file = join(directory, 'policy.yml');
  try {
    writeFileSync(file, text);
    return loadPolicy(file);
  } catch (error) {
    if (!(error instanceof PolicyFaults)) throw error;
    throw new BadInput(error.faults.map(({ path, problem, remedy }) => `${name}: ${path}: ${problem}; ${remedy}`));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
