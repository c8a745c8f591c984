import type { Instant } from '#domain/instant.ts';
import type { Bucket, DeltaRow } from '#domain/patch/delta/records.ts';
import type { HostAfter, InstanceId, SurveyedHost } from '#domain/patch/model.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { HostResult, HostStatus, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { SEVERITIES, type Severity } from '#domain/severity.ts';

/** One line of `instances/<ring>.jsonl.gz`: what became of one instance. */
export interface InstanceRow {
  id: InstanceId;
  name: string; // its tag Name
  ring: string | null;
  zone: string;
  platform: string;
  state: string; // of the second survey: EC2's, or terminated where EC2 no longer knows it
  /** How far its patch got; else why it was left out; `not planned` where no plan speaks of it, `new` since the first survey. */
  patch: HostStatus | LeftHost['why'] | 'at level' | 'not planned' | 'new';
  words: string;
  wave: number | null;
  sentAt: Instant | null;
  finishedAt: Instant | null;
  backAt: Instant | null;
  lookedAt: Instant | null; // Inspector's last scan of it, whether it counts or not
  installed: number;
  findings: Record<Bucket | 'new', number>;
  worstLeft: Severity | null; // of what is not proven fixed
}

export interface RingInstances {
  before: readonly SurveyedHost[];
  after: readonly HostAfter[];
  record: RingRecord | null;
  ringPlan: RingPlan | null;
  left: readonly LeftHost[]; // of the whole plan
  rows: readonly DeltaRow[];
}

/** The hosts of the first survey in its order, then those that came since. */
export function instanceRows(ring: RingInstances): InstanceRow[] {
  const known = new Set(ring.before.map(({ id }) => id));
  const after = new Map(ring.after.map((host) => [host.id, host]));
  const results = new Map((ring.record?.hosts ?? []).map((host) => [host.id, host]));
  const left = new Map(ring.left.map((host) => [host.id, host]));
  const planned = new Set(ring.ringPlan?.hosts.map(({ id }) => id));
  const atLevel = new Set(ring.ringPlan?.atLevel);
  const counted = countByInstance(ring.rows);
  const row = (id: InstanceId, before: SurveyedHost | null): InstanceRow => {
    const now = after.get(id) ?? null;
    const result = results.get(id) ?? null;
    const managed = now?.managed ?? before?.managed ?? null;
    const member = now?.member ?? before?.member ?? null;
    return {
      id,
      name: member?.tags.Name ?? '',
      ring: before?.ring ?? now?.ring ?? null,
      zone: member?.zone ?? '',
      platform: managed?.platform ?? '',
      state: now ? (now.member?.state ?? 'terminated') : (before?.member.state ?? ''),
      ...patchOf(result, left.get(id) ?? null, {
        isNew: before === null,
        atLevel: atLevel.has(id),
        planned: planned.has(id),
      }),
      wave: result?.wave ?? null,
      sentAt: result?.sentAt ?? null,
      finishedAt: result?.finishedAt ?? null,
      backAt: result?.backAt ?? null,
      lookedAt: now?.coverage?.lastScannedAt ?? null,
      installed: result?.installed ?? 0,
      findings: counted.get(id)?.findings ?? noFindings(),
      worstLeft: counted.get(id)?.worstLeft ?? null,
    };
  };
  return [
    ...ring.before.map((host) => row(host.id, host)),
    ...ring.after.filter(({ id }) => !known.has(id)).map(({ id }) => row(id, null)),
  ];
}

function patchOf(
  result: HostResult | null,
  left: LeftHost | null,
  { isNew, atLevel, planned }: { isNew: boolean; atLevel: boolean; planned: boolean },
): Pick<InstanceRow, 'patch' | 'words'> {
  if (result) return { patch: result.status, words: result.words };
  if (planned) return { patch: 'planned', words: 'It was not sent its patch.' };
  if (left) return { patch: left.why, words: left.words };
  if (isNew) return { patch: 'new', words: 'It came since the first survey.' };
  if (atLevel) return { patch: 'at level', words: 'There was nothing to install.' };
  return { patch: 'not planned', words: '' };
}

interface Counted {
  findings: InstanceRow['findings'];
  worstLeft: Severity | null;
}

function countByInstance(rows: readonly DeltaRow[]): Map<InstanceId, Counted> {
  const all = new Map<InstanceId, Counted>();
  for (const { instance, bucket, severity } of rows) {
    let counted = all.get(instance);
    if (!counted) {
      counted = { findings: noFindings(), worstLeft: null };
      all.set(instance, counted);
    }
    counted.findings[bucket] += 1;
    const isLeft = bucket === 'remaining' || bucket === 'unverified' || bucket === 'new';
    if (isLeft && isWorse(severity, counted.worstLeft)) counted.worstLeft = severity;
  }
  return all;
}

const noFindings = () => ({ gone: 0, unverified: 0, fixed: 0, closedOtherwise: 0, remaining: 0, new: 0 });

const isWorse = (severity: Severity, than: Severity | null) =>
  than === null || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
