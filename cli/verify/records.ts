import { files } from '#domain/campaign/files.ts';
import type { Manifest } from '#domain/campaign/manifest.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import { sha256 } from '#domain/hash.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import { scopeHash } from '#domain/patch/plan/scope.ts';
import type { FrozenGroup } from '#domain/patch/policy.ts';
import type { FindingFate, PatchRecord, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import type { SurveySummary } from '#loops/patch/survey.ts';
import { attempt, type Differences, differing } from './difference.ts';
import type { Folder } from './folder.ts';

/** What the files say of each other: who changes one and hashes it anew has to change them all, and to the same story. */
export async function checkRecords(
  folder: Folder,
  record: PatchRecord,
  manifest: Manifest | null,
  differences: Differences,
): Promise<void> {
  if (manifest) {
    const { group, campaign, closedAt } = record;
    for (const words of differing(pick(manifest, 'group', 'campaign', 'closedAt'), { group, campaign, closedAt })) {
      differences.add(files.manifest, `${words}, as ${files.campaign} says`);
    }
  }
  await attempt(files.opened, differences, () => checkOpening(folder, record, differences));
  await attempt(patchFiles.surveyBefore, differences, () => checkSurveys(folder, differences));
  const plan = await attempt(files.plan, differences, () =>
    folder.has(files.plan) ? folder.json<Plan>(files.plan) : null,
  );
  if (!plan) return;
  await attempt(files.plan, differences, () => checkPlan(folder, record, plan, differences));
  await attempt(files.campaign, differences, () => checkVerdicts(folder, record, plan, differences));
  await attempt(files.campaign, differences, () => checkApprovals(folder, record, plan, differences));
}

function checkOpening(folder: Folder, record: PatchRecord, differences: Differences): void {
  if (!folder.has(files.opened)) return;
  const { campaign, group, execution, trigger, openedAt } = folder.json<Opened>(files.opened);
  const said = pick(record, 'campaign', 'group', 'execution', 'trigger', 'openedAt');
  for (const words of differing(said, { campaign, group, execution, trigger, openedAt })) {
    differences.add(files.campaign, `${words}, as ${files.opened} says`);
  }
}

/** Hosts and findings by ring, and that the plan knows each finding of the first survey. */
function checkSurveys(folder: Folder, differences: Differences): void {
  for (const [summary, file] of [
    [patchFiles.surveyBefore, patchFiles.before],
    [patchFiles.surveyAfter, patchFiles.after],
  ] as const) {
    if (!folder.has(summary)) continue;
    for (const { ring, hosts, findings } of folder.json<SurveySummary>(summary).rings) {
      const is = { hosts: 0, findings: 0 };
      const arns = new Set<string>();
      for (const host of folder.lines<SurveyedHost | HostAfter>(file(ring))) {
        is.hosts += 1;
        is.findings += host.findings.length;
        for (const { arn } of host.findings) arns.add(arn);
      }
      for (const words of differing(is, { hosts, findings })) {
        differences.add(file(ring), `${words}, as ${summary} says`);
      }
      if (summary !== patchFiles.surveyBefore || !folder.has(patchFiles.fates(ring))) continue;
      for (const { arn } of folder.lines<FindingFate>(patchFiles.fates(ring))) {
        if (!arns.delete(arn)) differences.add(file(ring), `${arn} is not there, and the plan speaks of it`);
      }
      for (const arn of arns) differences.add(patchFiles.fates(ring), `${arn} is missing, and the first survey has it`);
    }
  }
}

function checkPlan(folder: Folder, record: PatchRecord, plan: Plan, differences: Differences): void {
  const { planHash, ...unhashed } = plan;
  const rings = plan.rings.map(({ ring }) => ({
    ring,
    hosts: folder.json<RingPlan>(patchFiles.ringPlan(ring)).hosts.map(({ id }) => id),
  }));
  const computed = { planHash: sha256(unhashed), scopeHash: scopeHash({ ...plan, rings }) };
  for (const words of differing(pick(plan, 'planHash', 'scopeHash'), computed)) differences.add(files.plan, words);
  for (const words of differing(pick(record, 'planHash', 'scopeHash'), { planHash, scopeHash: plan.scopeHash })) {
    differences.add(files.campaign, `${words}, as ${files.plan} says`);
  }
  const { hash } = folder.json<FrozenGroup>(files.policy);
  if (hash !== plan.policyHash) differences.add(files.policy, 'is of another policy than the plan was made with');
}

function checkVerdicts(folder: Folder, record: PatchRecord, plan: Plan, differences: Differences): void {
  const judged = ringsOf(folder, plan).flatMap(({ verdict }) => (verdict ? [verdict] : []));
  for (const words of differing(record.verdicts, judged)) {
    differences.add(files.campaign, `verdicts${words.startsWith('[') ? '' : ': '}${words}, as the rings' records say`);
  }
  for (const { ring, hosts, verdict } of ringsOf(folder, plan)) {
    const patched = hosts.filter(({ status }) => status === 'patched').length;
    if (verdict && verdict.patched !== patched) {
      differences.add(patchFiles.ring(ring), `its verdict counts ${verdict.patched} patched, its hosts are ${patched}`);
    }
  }
}

/** A yes is to this scope, in time, and older than what it allowed. */
function checkApprovals(folder: Folder, record: PatchRecord, plan: Plan, differences: Differences): void {
  const sent = new Map(ringsOf(folder, plan).map(({ ring, firstSentAt }) => [ring, firstSentAt]));
  for (const { ring, decision, scopeHash: scope, askedAt, decidedAt, expiresAt, decide, way } of record.approvals) {
    if (decision !== 'yes' || !decidedAt) continue;
    const say = (words: string) => differences.add(files.campaign, `the approval of ${ring} ${words}`);
    const firstSentAt = sent.get(ring);
    if (scope !== plan.scopeHash) say('is of another scope than the plan');
    if (decide === 'iam' && way === 'link') say('was given by a link, and the policy asks for AWS credentials');
    if (decidedAt < askedAt) say('was given before it was asked for');
    if (decidedAt > expiresAt) say('was given after it had expired');
    if (firstSentAt && decidedAt > firstSentAt) say('was given after the ring was sent its first patch');
  }
  for (const { ring, approval } of plan.rings) {
    const given = record.approvals.some((each) => each.ring === ring && each.decision === 'yes');
    if (approval && sent.get(ring) && !given) {
      differences.add(files.campaign, `the ring ${ring} was patched without the approval that the plan asks for`);
    }
  }
}

function ringsOf(folder: Folder, plan: Plan): RingRecord[] {
  return plan.rings
    .filter(({ ring }) => folder.has(patchFiles.ring(ring)))
    .map(({ ring }) => folder.json<RingRecord>(patchFiles.ring(ring)));
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
