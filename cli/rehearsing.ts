import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyJson } from '#config/policy-json.ts';
import { instant } from '#domain/instant.ts';
import { groupIn, type Policy } from '#domain/policy.ts';
import { folderOf } from '#domain/short-name.ts';
import { campaignName } from '#domain/successor.ts';
import type { ExecutionView, Rehearsal } from '#rehearsal/api.ts';
import type { Scenario } from '#rehearsal/scenario.ts';
import type { HostTruth } from '#rehearsal/world/truth.ts';
import { importScenario } from './findings/scenario.ts';
import { DOCUMENT, type Out, openOut } from './out.ts';
import { policyFor, usualPolicy } from './policy-for.ts';
import type { Rehearsed } from './rehearsed.ts';
import { scenarioOf } from './scenarios.ts';
import type { Shown } from './shown.ts';
import type { Watcher } from './watching.ts';

export interface RehearseOptions {
  scenario?: string | Scenario | undefined; // a file, a name in scenarios/, or one made by a test; default: default
  policy?: string | undefined; // file; default: policy.yml, else the example of the package
  group?: string | undefined; // default: the scenario's
  seed?: number | undefined; // default: the scenario's
  approve?: 'yes' | 'no' | 'never' | undefined; // overrules the scenario's people
  findings?: string | undefined; // an export that gives the fleet
  out?: string | null | undefined; // null: no files; default: out/<campaign>
  watcher?: Watcher | undefined;
  signal?: AbortSignal | undefined;
}

export interface Rehearsing {
  run: Rehearsed;
  shown: Shown;
  rehearsal: Rehearsal; // closed; what it recorded stays
  executions: ExecutionView[];
  evidence: Map<string, Uint8Array>; // keys begin with folderOf its campaign
  truth: HostTruth[]; // what really became of the hosts
}

/**
 * Rehearses one campaign, without any screen: from the scenario's start until its executions have ended and its lease is free.
 * Throws BadInput and PolicyFaults for what the person can mend, before anything runs; Interrupted at the signal.
 */
export async function rehearse(options: RehearseOptions = {}): Promise<Rehearsing> {
  const given = read(options);
  const campaign = campaignName(given.group, instant(given.scenario.start));
  const out = options.out === null ? null : openOut(options.out ?? join('out', campaign));
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-'));
  try {
    const policyFile = join(directory, 'policy.json');
    writeFileSync(policyFile, policyJson(given.policy));
    const { conduct } = await import('./conducting.ts'); // the SDK and the small AWS, which bad input should not wait for
    const rehearsing = await conduct({
      ...given,
      campaign,
      policyFile,
      seed: options.seed ?? given.scenario.seed,
      approve: options.approve,
      evidenceAt: out?.directory ?? null,
      watcher: options.watcher,
      signal: options.signal,
    });
    if (out) keep(out, rehearsing, folderOf({ group: given.group, campaign: rehearsing.run.campaign.id }));
    return rehearsing;
  } finally {
    out?.discard();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Given {
  scenario: Scenario;
  group: string;
  policy: Policy;
  asides: string[];
}

function read(options: RehearseOptions): Given {
  const file = options.policy ?? usualPolicy();
  const { scenario, asides } = options.findings
    ? fromFindings(options.findings, file, options.group)
    : { scenario: fleetOf(options.scenario ?? 'default'), asides: [] };
  const group = options.group ?? scenario.group;
  // What a scenario says of the policy it says of its own group; the others are as they are written.
  const overrides = group === scenario.group ? scenario.policy : {};
  return { scenario, group, asides, policy: policyFor(file, group, overrides, `scenario ${scenario.name}`) };
}

function fleetOf(scenario: string | Scenario): Scenario {
  return typeof scenario === 'string' ? scenarioOf(scenario) : scenario;
}

function fromFindings(file: string, policyFile: string, asked: string | undefined) {
  const group = asked ?? 'web';
  const policy = groupIn(policyFor(policyFile, group, {}, ''), group);
  if (!policy) throw new Error(`policyFor gave no ${group}`);
  return importScenario(file, policy);
}

function keep(out: Out, { run, shown, evidence }: Rehearsing, prefix: string): void {
  for (const [key, content] of evidence) {
    // Other campaigns (a successor, another group) keep their names.
    out.add(key.startsWith(prefix) ? key.slice(prefix.length) : join('others', key), content);
  }
  shown.mails.forEach((mail, place) => {
    const number = String(place + 1).padStart(2, '0');
    out.add(`mail/${number}-${mail.attributes.kind ?? 'mail'}.txt`, `Subject: ${mail.subject}\n\n${mail.body}\n`);
  });
  out.add(DOCUMENT, `${JSON.stringify(run, null, 2)}\n`);
  out.finish();
}
