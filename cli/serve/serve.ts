import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { campaigns } from '#aws/campaigns.ts';
import { instant } from '#domain/instant.ts';
import type { Policy } from '#domain/policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import { keepTime, type Rate, rateOf } from '#rehearsal/engine/rate.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import type { RehearsedPlace } from '#rehearsal/options.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { isTerminal } from '#rehearsal/services/ssm/commands.ts';
import { BadInput } from '../bad-input.ts';
import { addedBy } from '../rehearse/added-by-policy.ts';
import { checkFaultNames, engineFaults } from '../rehearse/conduct.ts';
import { OPERATOR } from '../rehearse/people.ts';
import { policyFor, usualPolicy } from '../rehearse/policy-for.ts';
import { scenarioOf } from '../rehearse/scenarios.ts';
import { contents, eventLine } from './serving-words.ts';

/** Serves until SIGINT or SIGTERM. Throws BadInput for what the person can mend, before anything answers. */
export async function serve(flags: ServeFlags): Promise<void> {
  const stop = new AbortController();
  const stopped = () => stop.abort();
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  try {
    await serveUntil(stop.signal, flags, (line) => process.stdout.write(`${line}\n`));
  } finally {
    process.off('SIGINT', stopped).off('SIGTERM', stopped);
  }
}

/** `print` gets what is in it, line by line, once it answers, and then a line per event. */
export async function serveUntil(signal: AbortSignal, flags: ServeFlags, print: (line: string) => void): Promise<void> {
  const rate = rateFor(flags.clock);
  const scenario = scenarioOf(flags.scenario);
  const policy = policyFor(flags.policy ?? usualPolicy(), scenario.group, scenario.policy, `scenario ${scenario.name}`);
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-'));
  const policyFile = join(directory, 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const region = flags.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  try {
    let place: Partial<RehearsedPlace> | null = {
      ...(region && { region }),
      ...(flags.account && { account: flags.account }),
    };
    let mayMove = Object.keys(place).length === 0;
    while (place) {
      place = await serveAt(place, mayMove, { scenario, policy, policyFile, rate, signal, flags, print });
      mayMove = false;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Serving {
  scenario: Scenario;
  policy: Policy;
  policyFile: string;
  rate: Rate;
  signal: AbortSignal;
  flags: ServeFlags;
  print: (line: string) => void;
}

/** Until the signal, or until the first stranger asks for another place, which it returns: whose region and account nobody named. */
async function serveAt(at: Partial<RehearsedPlace>, mayMove: boolean, given: Serving): Promise<RehearsedPlace | null> {
  const { scenario, policy, policyFile, rate, flags, print } = given;
  const worlds: World[] = [];
  const left = new AbortController();
  const signal = AbortSignal.any([given.signal, left.signal]);
  let next: RehearsedPlace | null = null;
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    seed: flags.seed ?? scenario.seed,
    ...at,
    policyFile,
    added: addedBy(policy, 'on'),
    address: { host: flags.host, port: flags.port },
    faults: engineFaults(scenario),
    moves: (place) => {
      if (!mayMove) return false;
      next = place;
      left.abort();
      return true;
    },
    world: (stage) => {
      const world = openWorld(scenario, stage);
      worlds.push(world);
      return world;
    },
  }).catch((error: unknown) => {
    throw taken(error, flags);
  });
  try {
    checkFaultNames(scenario, rehearsal.installed);
    const now = instant(rehearsal.clock.now());
    await rehearsal.act(OPERATOR, () => campaigns.setKillSwitch('go', OPERATOR, now));
    const trust = join(dirname(policyFile), 'sites.pem');
    if (rehearsal.sites?.opened) writeFileSync(trust, rehearsal.sites.opened.certificate);
    for (const line of contents(rehearsal, scenario, worlds, flags, trust)) print(line);
    rehearsal.on((event) => {
      const line = eventLine(event);
      if (line !== null) print(line);
    });
    const atWork = () => worlds.some(({ commands }) => commands.some((one) => !isOver(one)));
    const runs = () => rehearsal.executions().some(({ status }) => status === 'RUNNING');
    await keepTime(rehearsal, rate, () => !rehearsal.states.tokens.areOpen && (runs() || atWork()), signal);
    return next;
  } finally {
    await rehearsal.close();
  }
}

function isOver({ invocations }: World['commands'][number]): boolean {
  return [...invocations.values()].every(isTerminal);
}

function rateFor(text: string): Rate {
  const rate = rateOf(text);
  if (rate === null)
    throw new BadInput([`--clock ${text}: is no pace. Remedy: virtual, real, or x60 for sixty times as fast`]);
  return rate;
}

function taken(error: unknown, { port, host }: ServeFlags): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new BadInput([
      `--port ${port}: something answers there already. Remedy: stop it, or name another port, or 0 for any`,
    ]);
  if (code === 'EACCES')
    return new BadInput([`--port ${port}: may not be used by you at ${host}. Remedy: a port above 1023`]);
  return error;
}

export interface ServeFlags {
  port: number;
  host: string;
  scenario: string;
  policy?: string;
  clock: string;
  region?: string;
  account?: string;
  seed?: number;
}
