import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '#domain/policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import type { Rehearsal } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import type { Answer } from '../../../cli/account/answer.ts';
import { type DeployedStage, openAccount } from '../../../cli/account/open.ts';
import { policyFor } from '../../../cli/rehearse/policy-for.ts';
import { scenarioOf } from '../../../cli/rehearse/scenarios.ts';
import { plain } from '../../../cli/screen/text.ts';

export const POLICY = join(import.meta.dirname, '../../../policy.yml');

/** An account in which nothing has happened yet: the command line's work runs in it as an operator's. */
export interface Account {
  rehearsal: Rehearsal;
  policy: Policy;
  open: () => Promise<DeployedStage>;
  /** Does a command's work while time stands but for its own waits. */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** The same, and its lines, none of which is wider than a terminal. */
  lines(work: () => Promise<Answer>): Promise<{ answer: Answer; text: string }>;
}

export async function inAccount(
  given: string | Scenario,
  work: (account: Account) => Promise<void>,
  faults: EngineFault[] = [],
): Promise<void> {
  const scenario = typeof given === 'string' ? scenarioOf(given) : given;
  const policy = policyFor(POLICY, scenario.group, scenario.policy, scenario.name);
  const place = mkdtempSync(join(tmpdir(), 'patchwright-account-'));
  const policyFile = join(place, 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    seed: scenario.seed,
    policyFile,
    faults,
    world: (stage) => openWorld(scenario, stage),
  });
  const open = () => openAccount({ stage: 'dev', endpointUrl: rehearsal.endpoint });
  const ask = <T>(one: () => Promise<T>) => rehearsal.act('operator', one);
  const lines = async (one: () => Promise<Answer>) => {
    const answer = await ask(one);
    return { answer, text: answer.lines(plain, 80).join('\n') };
  };
  try {
    await work({ rehearsal, policy, open, ask, lines });
  } finally {
    await rehearsal.close();
    rmSync(place, { recursive: true });
  }
}

/** Lines wider than a terminal, but for those that end in a place, which is never cut. */
export function tooWide(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 80 && !/s3:\/\/\S+$/.test(line));
}
