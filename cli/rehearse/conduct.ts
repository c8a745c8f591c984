import { campaigns } from '#aws/campaigns.ts';
import { untold } from '#domain/campaign/lease.ts';
import type { CampaignInput } from '#domain/campaign/ports.ts';
import { folderOf } from '#domain/campaign/short-name.ts';
import { AwsRefused, AwsUnavailable } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { instant } from '#domain/instant.ts';
import type { Policy } from '#domain/policy.ts';
import type { ExecutionView, Rehearsal } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { milliseconds } from '#rehearsal/engine/times.ts';
import type { HostTruth } from '#rehearsal/fleet/truth.ts';
import { openWorld, type World } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { unknownNames } from '#rehearsal/scenario/fault-checks.ts';
import { isWorldFault, type Scenario, timeOfFault } from '#rehearsal/scenario/scenario.ts';
import { BadInput } from '../bad-input.ts';
import { Interrupted } from '../exit.ts';
import { addedBy } from './added-by-policy.ts';
import { collect } from './collect.ts';
import type { RehearsedCampaign } from './document.ts';
import { OPERATOR, People } from './people.ts';
import { BrokenPromise, broken } from './promises/broken.ts';
import type { Shown } from './shown.ts';
import { type Watcher, watch } from './watch.ts';

interface Conducting {
  scenario: Scenario;
  group: string;
  policy: Policy;
  policyFile: string; // policy.json
  campaign: string;
  seed: number;
  approve: 'yes' | 'no' | 'never' | undefined;
  evidenceAt: string | null; // the directory that the person will find it in
  asides: string[];
  watcher: Watcher | undefined;
  signal: AbortSignal | undefined;
}

const DAY = 86_400_000;
/** A campaign lives thirty days at most (its machine's timeout), a successor may follow it. */
const DAYS_AT_MOST = 35;
/** Schedules come once a year at least. */
const SCHEDULE_DAYS = 366;

/** Opens a rehearsal, starts the campaign as an operator would, plays the people, and collects what came of it. */
export async function conduct(given: Conducting): Promise<Rehearsing> {
  const realStart = process.hrtime.bigint();
  const { scenario, group, policy } = given;
  const startedAt = Date.parse(scenario.start);
  const worlds: World[] = [];
  const rehearsal = await openRehearsal({
    startAt: startedAt,
    seed: given.seed,
    policyFile: given.policyFile,
    world: (stage) => {
      const world = openWorld(scenario, stage);
      worlds.push(world);
      return world;
    },
    faults: engineFaults(scenario),
    added: addedBy(policy, scenario.trigger === 'schedule' ? 'on' : 'off'),
  });
  try {
    checkFaultNames(scenario, rehearsal.installed);
    if (given.watcher) watch(rehearsal, group, given.watcher);
    const at = instant(startedAt);
    await rehearsal.act(OPERATOR, () => campaigns.setKillSwitch('go', OPERATOR, at));
    const begun = scenario.trigger === 'schedule' ? await bySchedule(rehearsal, given) : byPerson(rehearsal, given, at);
    const { execution, campaign } = begun;
    await runToTheEnd(rehearsal, given);
    const realSeconds = Math.round(Number(process.hrtime.bigint() - realStart) / 1e7) / 100;
    const evidence = given.evidenceAt ?? `s3://${rehearsal.env.EVIDENCE_BUCKET}/${folderOf({ group, campaign })}`;
    const ended = {
      campaign,
      group,
      execution,
      scenario: scenario.name,
      startedAt,
      realSeconds,
      seed: given.seed,
      evidence,
    };
    const shown = collect(rehearsal, { ...ended, asides: given.asides });
    const truth = worlds.flatMap((world) => world.truth());
    const kept = { evidence: rehearsal.evidence(), timeline: rehearsal.timeline, inbox: rehearsal.inbox, truth };
    const faults = policy.groups[group] ? broken({ group: policy.groups[group], ...kept }) : [];
    if (faults.length) throw new BrokenPromise(`the rehearsal broke what must always hold: ${faults.join('; ')}`);
    return { run: shown.run, shown, rehearsal, executions: rehearsal.executions(), evidence: kept.evidence, truth };
  } finally {
    await rehearsal.close();
  }
}

interface Begun {
  execution: string;
  campaign: string;
}

function byPerson(rehearsal: Rehearsal, { campaign, group }: Conducting, at: Instant): Begun {
  const trigger = { kind: 'person' as const, id: `rehearse/${campaign}`, at, by: OPERATOR };
  const input: CampaignInput = { contract: 1, group, trigger };
  return { execution: rehearsal.start('campaign', campaign, input), campaign };
}

/** The name is the schedule's own. Throws BadInput for a group that no schedule starts. */
async function bySchedule(rehearsal: Rehearsal, { scenario, group, policy }: Conducting): Promise<Begun> {
  if (!policy.groups[group]?.triggers.schedule)
    throw new BadInput([
      `scenario ${scenario.name}: no schedule starts the group ${group}. Remedy: give it triggers.schedule, or the scenario trigger: person`,
    ]);
  const first = () => rehearsal.executions().find((one) => one.machine === 'campaign' && groupOf(one) === group);
  await rehearsal.run(() => first() !== undefined, Date.parse(scenario.start) + SCHEDULE_DAYS * DAY);
  const begun = first();
  if (!begun) throw new Error(`the schedule of ${group} called nobody`);
  return { execution: begun.arn, campaign: begun.name };
}

function groupOf({ input }: ExecutionView): string | undefined {
  return (input as { group?: string } | null)?.group;
}

/** Throws BadInput for faults on functions, machines and states that the service does not have. */
export function checkFaultNames(scenario: Scenario, installed: Parameters<typeof unknownNames>[1]): void {
  const lines = unknownNames(scenario.faults, installed);
  if (lines.length > 0) throw new BadInput(lines.map((line) => `${scenario.file}: ${line}`));
}

export function engineFaults(scenario: Scenario): EngineFault[] {
  return scenario.faults.flatMap((fault) => {
    if (isWorldFault(fault)) return [];
    const lastsMs = 'lasts' in fault && fault.lasts !== undefined ? milliseconds(fault.lasts) : undefined;
    return [{ ...fault, at: timeOfFault(scenario, fault) ?? undefined, lastsMs }];
  });
}

const SWEEP = 15 * 60_000; // how often the sweeper comes

/** Until no execution runs, the lease is free and its notice is out; meanwhile people read their mail and answer. */
async function runToTheEnd(rehearsal: Rehearsal, given: Conducting): Promise<void> {
  const { scenario, group, approve, signal } = given;
  const people = new People(rehearsal, scenario.answers, approve);
  const atWork = () => rehearsal.executions().some((execution) => execution.status === 'RUNNING');
  const limit = rehearsal.clock.now() + DAYS_AT_MOST * DAY;
  let notBefore = 0;
  for (;;) {
    const isOver = () => rehearsal.clock.now() >= notBefore && !atWork();
    await rehearsal.run(() => signal?.aborted === true || people.busy || isOver(), limit);
    if (signal?.aborted) throw new Interrupted();
    if (people.busy) {
      await people.act();
      notBefore = 0; // the notice of an end comes right after the lease was freed
    } else if (await isFree(rehearsal, group)) {
      return;
    } else {
      notBefore = rehearsal.clock.now() + SWEEP;
    }
  }
}

async function isFree(rehearsal: Rehearsal, group: string): Promise<boolean> {
  try {
    const lease = await rehearsal.act(OPERATOR, () => campaigns.lease(group));
    return lease === null || (lease.holder === null && untold(lease).length === 0);
  } catch (error) {
    // The scenario took the table away: nobody can tell.
    if (error instanceof AwsRefused || error instanceof AwsUnavailable) return false;
    throw error;
  }
}

export interface Rehearsing {
  run: RehearsedCampaign;
  shown: Shown;
  rehearsal: Rehearsal; // closed; what it recorded stays
  executions: ExecutionView[];
  evidence: Map<string, Uint8Array>; // keys begin with folderOf its campaign
  truth: HostTruth[]; // what really became of the hosts
}
