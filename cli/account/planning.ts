import { files } from '#domain/campaign/files.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import type { Instant } from '#domain/instant.ts';
import { plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Baseline, PatchState } from '#domain/patch/model.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { Assembled } from '#domain/patch/plan/plan.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { RingPlan, ScanRecord } from '#domain/patch/records.ts';
import { snapshotId } from '#domain/patch/snapshot-id.ts';
import type { Policy } from '#domain/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { firstSurvey } from '#loops/patch/first-survey.ts';
import { readScan, sendScan } from '#loops/patch/patch-scan.ts';
import { planFromSurvey } from '#loops/patch/plan-from-survey.ts';
import { membersByRing, type SurveySummary } from '#loops/patch/survey.ts';
import { several } from '../screen/text.ts';
import { now as timeOfAws } from './clock.ts';
import { evidenceInMemory } from './evidence-in-memory.ts';
import { sleep } from './sleep.ts';

type PlanningPorts = Pick<Ports, 'baselines' | 'inspector' | 'instances' | 'patching'>;

/** `Unknown`: without a patch scan nobody can tell what would be patched. */
export interface Planned extends Omit<Assembled, 'decision'> {
  decision: Assembled['decision'] | 'Unknown';
  rings: RingPlan[];
  patchData: PatchData;
}

/** What the plan knows of missing patches: from a scan of its own, or from the hosts' last ones by the group's own baselines. */
export interface PatchData {
  from: 'this scan' | 'last scans';
  hosts: number; // of which it is known
  oldest: Instant | null; // of the last scans
  newest: Instant | null;
}

/** What a campaign would do now. Changes nothing; sends nothing either, but for a patch scan where `scan` asks for one. */
export async function planNow(
  given: { policy: Policy; group: GroupPolicy; scan: boolean },
  ports: PlanningPorts,
  now: Instant,
): Promise<Planned> {
  const { group, policy } = given;
  const campaign = { group: group.name, campaign: `${shortName(group.name)}-plan-${Date.parse(now)}` };
  const evidence = evidenceInMemory();
  const scan = given.scan
    ? await scanned(campaign.campaign, group, ports, now)
    : { ...nothingSent(campaign.campaign, now), done: [] };
  const believed: PatchState[] = [];
  const patching = given.scan ? ports.patching : await withLastScans(group, ports, scan.snapshotId, believed);
  const frozen: FrozenGroup = { hash: policy.hash, frozenAt: now, group };
  await evidence.write(campaign, files.policy, frozen);
  await evidence.write(campaign, patchFiles.scanBefore, scan);
  await firstSurvey(campaign, { ...ports, patching, evidence, clock: { now: () => now } }, now); // no call that could be over
  const { oses } = await evidence.read<SurveySummary>(campaign, patchFiles.surveyBefore);
  const baselines: Baseline[] = [];
  for (const os of oses.sort()) baselines.push(await ports.baselines.forGroup(group.name, os));
  await evidence.write(campaign, patchFiles.baselines, baselines);
  const assembled = await planFromSurvey(campaign, evidence, now);
  const rings: RingPlan[] = [];
  for (const { ring } of assembled.plan.rings) rings.push(await evidence.read(campaign, patchFiles.ringPlan(ring)));
  const patchData = dataOf(given.scan, scan, believed);
  const { left } = assembled.plan;
  const unscanned = left.some(({ why }) => why === 'scan-unknown');
  if (given.scan || assembled.decision !== OUTCOME.Stuck || !unscanned) return { ...assembled, rings, patchData };
  const waiting = left.filter(waitsForScan).length;
  const why = `What ${several(waiting, 'host')} would get is not known without a patch scan.`;
  return { ...assembled, decision: 'Unknown', why, rings, patchData };
}

/** A later ring's host lacks its proof only because the canary was not scanned. */
export function waitsForScan({ why }: Pick<LeftHost, 'why'>): boolean {
  return why === 'scan-unknown' || why === 'unproven';
}

function nothingSent(campaign: string, now: Instant): ScanRecord {
  const scan = { snapshotId: snapshotId(campaign, 'scan'), sentAt: now, deadline: plusMinutes(now, 60) };
  return { ...scan, commands: [], done: [], failed: [] };
}

const POLL_MS = 15_000;

async function scanned(
  campaign: string,
  group: GroupPolicy,
  { instances, patching }: PlanningPorts,
  now: Instant,
): Promise<ScanRecord> {
  const members = [...(await membersByRing(instances, group)).values()].flat();
  const running = members.filter(({ state }) => state === 'running').map(({ id }) => id);
  let scan = nothingSent(campaign, now);
  await sendScan(patching, scan, running, `patchwright plan ${shortName(group.name)}`);
  for (;;) {
    const read = await readScan(patching, scan, timeOfAws());
    scan = read.scan;
    if (read.over) return scan;
    await sleep(POLL_MS);
  }
}

/**
 * Patching whose states carry our snapshot where the host's last operation was a scan by the group's own baseline: any other says
 * nothing of what the group would get (trap 21), and an Install does not tell what still misses (trap 18).
 */
async function withLastScans(
  group: GroupPolicy,
  { baselines, patching }: PlanningPorts,
  snapshotId: string,
  believed: PatchState[],
): Promise<Ports['patching']> {
  const own = new Set<string>();
  for (const os of group.os) own.add(bare((await baselines.forGroup(group.name, os)).id));
  return {
    ...patching,
    async *states(ids) {
      for await (const state of patching.states(ids)) {
        const believable = state.operation === 'Scan' && own.has(bare(state.baselineId));
        if (believable) believed.push(state);
        yield believable ? { ...state, snapshotId } : state;
      }
    },
  };
}

/** pb-… of an ARN or an id. */
function bare(baseline: string): string {
  return baseline.slice(baseline.lastIndexOf('/') + 1);
}

function dataOf(scan: boolean, { done }: ScanRecord, believed: PatchState[]): PatchData {
  if (scan) return { from: 'this scan', hosts: done.length, oldest: null, newest: null };
  const ends = believed.map(({ endedAt }) => endedAt).sort();
  return { from: 'last scans', hosts: believed.length, oldest: ends[0] ?? null, newest: ends.at(-1) ?? null };
}
