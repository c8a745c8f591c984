import { files } from '#domain/campaign/files.ts';
import type { Opened } from '#domain/campaign/tasks.ts';
import type { Instant } from '#domain/instant.ts';
import { changedPackages } from '#domain/patch/delta/changed-packages.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { RingFacts } from '#domain/patch/gate/gate-evidence.ts';
import { gone } from '#domain/patch/host-progress.ts';
import type { Coverage, Finding, HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchPorts } from '#domain/patch/ports.ts';
import type { FindingFate, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { hostsOf, withHosts } from '#domain/patch/ring-record.ts';
import type { RingTask } from '#domain/patch/tasks.ts';
import { readLooks } from '#loops/patch/read-looks.ts';
import { byId, findingsNow, openPatches, type SurveySummary } from '#loops/patch/survey.ts';
import { terminatedOf } from '#loops/patch/terminated.ts';

/** Reads what a ring is judged by: its record brought up to date, its first survey, and what Inspector says of it now. */
export async function ringFacts(
  input: RingTask,
  group: GroupPolicy,
  {
    alarms,
    campaigns,
    evidence,
    inspector,
    instances,
    patching,
  }: Pick<PatchPorts, 'alarms' | 'campaigns' | 'evidence' | 'inspector' | 'instances' | 'patching'>,
  now: Instant,
): Promise<RingFacts> {
  const plan = await evidence.read<RingPlan>(input, patchFiles.ringPlan(input.ring));
  const { openedAt } = await evidence.read<Opened>(input, files.opened);
  const { at: firstSurveyAt } = await evidence.read<SurveySummary>(input, patchFiles.surveyBefore);
  const before = await Array.fromAsync(evidence.lines<SurveyedHost>(input, patchFiles.before(input.ring)));
  const fates = new Map<string, FindingFate>();
  for await (const fate of evidence.lines<FindingFate>(input, patchFiles.fates(input.ring))) fates.set(fate.arn, fate);
  const stored = await evidence.read<RingRecord>(input, patchFiles.ring(input.ring));
  const looked = await readLooks(input, stored, { evidence, inspector, patching });
  const installed = await withoutTerminated(await withInstalled(looked, before, patching), instances);
  const readings = group.gate.alarms.length
    ? await alarms.readings(group.gate.alarms, stored.firstSentAt ?? stored.startedAt)
    : [];
  const lease = await campaigns.lease(input.group);
  const touched = installed.hosts.filter((host) => host.sentAt).map((host) => host.id);
  return {
    plan,
    record: { ...installed, alarms: readings },
    policy: group.gate,
    proofDays: group.proofDays,
    canary: group.rings[0]?.name === input.ring,
    before,
    after: await seenNow(inspector, touched, openedAt),
    fates,
    lastProof: lease?.lastProof ?? null,
    openedAt,
    firstSurveyAt,
    at: now,
  };
}

/** What was really installed: Missing before and no longer, by a patch scan of ours after the install (trap 18). */
async function withInstalled(
  record: RingRecord,
  before: SurveyedHost[],
  patching: PatchPorts['patching'],
): Promise<RingRecord> {
  const scanned = record.hosts
    .filter((host) => host.sentAt && record.scan?.done.includes(host.id))
    .map((host) => host.id);
  const states = await byId(patching.states(scanned));
  const believed = scanned.filter((id) => states.get(id)?.snapshotId === record.scan?.snapshotId);
  const now = await openPatches(patching, believed, states);
  const first = new Map(before.map((host) => [host.id, host.patches]));
  const read = withHosts(record, ({ id }) => {
    const patches = now.get(id);
    if (!patches) return null;
    const packages = changedPackages(first.get(id) ?? [], patches);
    const pendingReboot = patches.filter((patch) => patch.status === 'InstalledPendingReboot').length;
    const installFailed = patches.filter((patch) => patch.status === 'Failed').length;
    return { installed: packages.length, packages, pendingReboot, installFailed };
  });
  // A scan that another one overwrote before it was read is a scan that nobody read (trap 21).
  const scan = record.scan && {
    ...record.scan,
    done: record.scan.done.filter((id) => !scanned.includes(id) || now.has(id)),
  };
  return { ...read, scan };
}

/** A host that Inspector did not look at, or of which no patch scan could be read, may have been terminated since its patch. */
async function withoutTerminated(record: RingRecord, instances: PatchPorts['instances']): Promise<RingRecord> {
  const scanned = new Set(record.scan?.done);
  const unseen = hostsOf(record, 'patched').filter(({ id, lookedAt }) => !lookedAt || !scanned.has(id));
  const terminated = await terminatedOf(
    unseen.map(({ id }) => id),
    instances,
  );
  return withHosts(record, (host) => (terminated.has(host.id) ? gone(host, 'after its patch') : null));
}

async function seenNow(
  inspector: PatchPorts['inspector'],
  ids: string[],
  since: Instant,
): Promise<Pick<HostAfter, 'id' | 'coverage' | 'findings'>[]> {
  const coverage = await byId<Coverage>(inspector.coverage(ids));
  const findings: Map<string, Finding[]> = await findingsNow(inspector, ids, since);
  return ids.map((id) => ({ id, coverage: coverage.get(id) ?? null, findings: findings.get(id) ?? [] }));
}
