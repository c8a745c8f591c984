/** Inputs that users sent, as they stand in the folder beside: findings of Inspector, rows of SSM, a baseline. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding as InspectorFinding } from '@aws-sdk/client-inspector2';
import type { PatchComplianceData } from '@aws-sdk/client-ssm';
import { toFinding } from '#aws/finding.ts';
import { toPatch } from '#aws/patch.ts';
import type { Baseline, Finding, Os, Patch, PatchStatus } from '#domain/patch/model.ts';
import { type FateContext, fateOf } from '#domain/patch/plan/finding-fate.ts';
import { baseline, host } from '../domain/fleet.ts';

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));

/** The file of a case by its number. */
export function fieldCase(number: string) {
  const file = readdirSync(import.meta.dirname).find((name) => name.startsWith(`${number}-`) && name.endsWith('.json'));
  if (!file) throw new Error(`test/field has no case ${number}`);
  return read(file);
}

/** Its findings through the adapter, with times as the SDK gives them. */
export function findingsOf(number: string): Finding[] {
  return fieldCase(number).findings.map(inspected);
}

export function inspected(raw: Record<string, unknown>): Finding {
  const text = JSON.stringify(raw);
  const revived = JSON.parse(text, (key, value) => (/At$/.test(key) ? new Date(value) : value)) as InspectorFinding;
  const id = revived.resources?.[0]?.id ?? '';
  const finding = toFinding(revived, new Set([id]));
  if (!finding) throw new Error('not a finding of this host');
  return finding;
}

/** A row of DescribeInstancePatches through the adapter. */
export const reported = (row: { Title?: string; KBId?: string; State?: string }): Patch =>
  toPatch(row as PatchComplianceData, (row.State ?? 'Missing') as PatchStatus);

/** The fate of a finding on a host of `os` of which SSM reports these rows. */
export function fateWith(
  os: Os,
  finding: Finding,
  rows: readonly { Title?: string; KBId?: string; State?: string }[],
  over: Partial<Baseline> = {},
  context: Partial<FateContext> = {},
) {
  const id = finding.instance;
  return fateOf(finding, host(id, { os, patches: rows.map(reported), findings: [finding] }), {
    at: '2025-07-01T00:00:00.000Z',
    baselines: new Map([[os, baseline(os, over)]]),
    provenOses: null,
    replaced: 'list',
    reboot: 'RebootIfNeeded',
    waivers: [],
    ...context,
  });
}

/** The rules of a case's baseline, as the adapter gives them. */
export function rulesOf(number: string): Partial<Baseline> {
  const { rules } = fieldCase(number).baseline;
  return {
    rules: rules.map((rule: object) => ({
      approveAfterDays: null,
      approveUntil: null,
      enableNonSecurity: false,
      ...rule,
    })),
  };
}
