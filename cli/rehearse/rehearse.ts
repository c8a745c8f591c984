import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaignName } from '#domain/campaign/names.ts';
import { folderOf } from '#domain/campaign/short-name.ts';
import { instant } from '#domain/instant.ts';
import { groupIn, type Policy } from '#domain/policy.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { BadInput } from '../bad-input.ts';
import { worstEnd } from '../exit.ts';
import type { Rehearsing } from './conduct.ts';
import type { Rehearsed } from './document.ts';
import { stubFor } from './findings/groups.ts';
import { importScenarios, readFleet } from './findings/scenario.ts';
import { DOCUMENT, type Out, openOut } from './out-folder.ts';
import { noGroup, policyFor, usualPolicy } from './policy-for.ts';
import { scenarioOf } from './scenarios.ts';

import type { Watcher } from './watch.ts';

export interface RehearseOptions {
  scenario?: string | Scenario | undefined; // a file, a name in scenarios/, or one made by a test; default: default
  policy?: string | undefined; // file; default: policy.yml, else the example of the package
  group?: string | undefined; // default: the scenario's
  seed?: number | undefined; // default: the scenario's
  approve?: 'yes' | 'no' | 'never' | undefined; // overrules the scenario's people
  findings?: string | readonly string[] | undefined; // files of findings that give the fleet
  account?: string | undefined; // of findings of several accounts or Regions the ones to take
  region?: string | undefined;
  out?: string | null | undefined; // null: no files; default: out/<campaign>
  watcher?: Watcher | undefined;
  signal?: AbortSignal | undefined;
}

/** A run of one or several campaigns, one after the other: the worst on top, and in its `run` all of them. */
interface RehearsedRun extends Rehearsing {
  run: Rehearsed;
  all: Rehearsing[];
}

/**
 * Rehearses without any screen: each campaign from its scenario's start until its executions have ended and its lease is free. Several
 * are those of an export whose hosts are of several groups; each has a world of its own.
 * Throws BadInput and PolicyFaults for what the person can mend, before anything runs; Interrupted at the signal.
 */
export async function rehearse(options: RehearseOptions = {}): Promise<RehearsedRun> {
  const { given, group } = read(options);
  const [first] = given;
  if (!first) throw new Error('nothing to rehearse');
  const alone = given.length === 1;
  const named = campaignName(group, instant(first.scenario.start));
  const out = options.out === null ? null : openOut(options.out ?? join('out', named));
  try {
    const all: Rehearsing[] = [];
    for (const each of given) {
      const campaign = campaignName(each.group, instant(each.scenario.start));
      const evidenceAt = out && (alone ? out.directory : join(out.directory, campaign));
      all.push(await rehearseOne(each, campaign, evidenceAt, options));
    }
    const worst = worstEnd(all, ({ run }) => run.campaign.outcome);
    const run = alone ? worst.run : { ...worst.run, campaigns: all.map((each) => each.run) };
    if (out) {
      for (const each of all) keep(out, each, alone ? '' : `${each.run.campaign.id}/`);
      out.add(DOCUMENT, `${JSON.stringify(run, null, 2)}\n`);
      out.finish();
    }
    return { ...worst, run, all };
  } finally {
    out?.discard();
  }
}

async function rehearseOne(
  given: Given,
  campaign: string,
  evidenceAt: string | null,
  options: RehearseOptions,
): Promise<Rehearsing> {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-'));
  try {
    const policyFile = join(directory, 'policy.json');
    writeFileSync(policyFile, policyJson(given.policy));
    const { conduct } = await import('./conduct.ts'); // the SDK and the small AWS, which bad input should not wait for
    return await conduct({
      ...given,
      campaign,
      policyFile,
      seed: options.seed ?? given.scenario.seed,
      approve: options.approve,
      evidenceAt,
      watcher: options.watcher,
      signal: options.signal,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Given {
  scenario: Scenario;
  group: string;
  policy: Policy;
  asides: string[];
}

/** `group`: the one that the run is called by. */
function read(options: RehearseOptions): { given: Given[]; group: string } {
  const file = options.policy ?? usualPolicy();
  const files = typeof options.findings === 'string' ? [options.findings] : (options.findings ?? []);
  if (files.length > 0) return fromFindings(files, file, options);
  const scenario = fleetOf(options.scenario ?? 'default');
  const group = options.group ?? scenario.group;
  // What a scenario says of the policy it says of its own group; the others are as they are written.
  const overrides = group === scenario.group ? scenario.policy : {};
  const policy = policyFor(file, group, overrides, `scenario ${scenario.name}`);
  return { given: [{ scenario, group, asides: [], policy }], group };
}

function fleetOf(scenario: string | Scenario): Scenario {
  return typeof scenario === 'string' ? scenarioOf(scenario) : scenario;
}

function fromFindings(files: readonly string[], policyFile: string, options: RehearseOptions) {
  const { account, region } = options;
  const fleet = readFleet(files, { ...(account ? { account } : {}), ...(region ? { region } : {}) });
  const policy = loadPolicy(policyFile);
  const usual = groupIn(policy, USUAL_GROUP) ? USUAL_GROUP : Object.keys(policy.groups)[0];
  const asked = options.group ?? usual ?? USUAL_GROUP;
  const group = groupIn(policy, asked);
  if (!group) throw new BadInput([`${noGroup(policyFile, policy, asked)}:\n${stubFor(fleet.hosts, asked)}`]);
  const given = importScenarios(fleet, group).map(({ scenario, asides }) => ({
    scenario,
    asides,
    group: scenario.group,
    policy: policyFor(policyFile, scenario.group, scenario.policy, `scenario ${scenario.name}`, group.name),
  }));
  return { given, group: group.name };
}

const USUAL_GROUP = 'web';

function keep(out: Out, { run, shown, evidence }: Rehearsing, folder: string): void {
  const prefix = folderOf({ group: run.campaign.group, campaign: run.campaign.id });
  for (const [key, content] of evidence) {
    // Other campaigns (a successor, another group) keep their names.
    out.add(folder + (key.startsWith(prefix) ? key.slice(prefix.length) : join('others', key)), content);
  }
  shown.mails.forEach((mail, place) => {
    const number = String(place + 1).padStart(2, '0');
    const text = `Subject: ${mail.subject}\n\n${mail.body}\n`;
    out.add(`${folder}mail/${number}-${mail.attributes.kind ?? 'mail'}.txt`, text);
  });
}
