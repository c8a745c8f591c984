import type { Outcome } from '#domain/campaign/outcomes.ts';
import type { Instant } from '#domain/instant.ts';
import { modeChange, notByThePatch } from '#domain/patch/delta/closed.ts';
import { matchFindings } from '#domain/patch/delta/match-findings.ts';
import { newKind } from '#domain/patch/delta/new-kind.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { type HostStory, whyItRemains } from '#domain/patch/delta/why-it-remains.ts';
import { isTerminated } from '#domain/patch/membership.ts';
import type { Finding, HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import { waiverFor } from '#domain/patch/plan/waiver.ts';
import type { GroupPolicy, Waiver } from '#domain/patch/policy.ts';
import type { FindingFate, HostResult, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { type Look, lookOf, wasPatched } from '#domain/patch/valid-look.ts';

/** One ring's two surveys, and what was done between them. */
export interface RingDelta {
  before: Iterable<SurveyedHost>;
  after: Iterable<HostAfter>;
  record: RingRecord | null; // null: the ring was never begun
  ringPlan: RingPlan | null; // null: there is no plan, or not for this ring
  fates: ReadonlyMap<string, FindingFate>; // by ARN
  openedAt: Instant;
  firstSurveyAt: Instant;
  outcome: Outcome;
  why: string; // why the campaign stopped, in words; the ring's own stop goes before it
  reboot: GroupPolicy['reboot'];
  waivers: readonly Waiver[];
  at: Instant;
}

/** Each finding of the first survey in exactly one bucket, and each new one: the first bucket that holds. */
export function deltaRows(ring: RingDelta): DeltaRow[] {
  const results = new Map((ring.record?.hosts ?? []).map((host) => [host.id, host]));
  const after = new Map(Array.from(ring.after, (host) => [host.id, host]));
  const rows: DeltaRow[] = [];
  for (const host of ring.before) {
    rows.push(...hostRows(ring, host, after.get(host.id) ?? null, results.get(host.id) ?? null));
    after.delete(host.id);
  }
  for (const host of after.values()) {
    const { arrived } = matchFindings([], host.findings);
    rows.push(...arrived.filter(isActive).map((finding) => newRow(ring, host.ring, finding, null)));
  }
  return rows;
}

function hostRows(
  ring: RingDelta,
  before: SurveyedHost,
  after: HostAfter | null,
  result: HostResult | null,
): DeltaRow[] {
  const { pairs, arrived } = matchFindings(before.findings, after?.findings ?? []);
  const look = after ? lookOf(result, after.coverage, ring.openedAt) : NOT_SURVEYED;
  const rows = pairs.map(({ before: then, after: now }) => {
    const row = { ...named(then, before.ring), ...bucketOf(ring, before, after, result, look, then, now) };
    const waived = waivedBy(ring, now ?? then);
    const rescoredTo = now && now.severity !== then.severity ? now.severity : null;
    const other = now && now.arn !== then.arn ? { arnNow: now.arn } : {};
    return { ...row, ...other, rescoredTo, waived };
  });
  return [
    ...rows,
    ...arrived.filter(isActive).map((finding) => newRow(ring, before.ring, finding, { before, result })),
  ];
}

const isActive = (finding: Finding) => finding.status === 'ACTIVE';

const NOT_SURVEYED: Look = { valid: false, at: null, words: 'the second survey does not list the instance' };

type Booked = Pick<DeltaRow, 'bucket' | 'reason' | 'words' | 'approvedFrom' | 'newKind'>;

function bucketOf(
  ring: RingDelta,
  before: SurveyedHost,
  after: HostAfter | null,
  result: HostResult | null,
  look: Look,
  then: Finding,
  now: Finding | null,
): Booked {
  if (after && isTerminated(after.member)) return booked('gone', 'The instance is terminated.');
  if (!after || !look.valid) return booked('unverified', sentence(look.words));
  if (!now) return booked('unverified', 'Inspector no longer lists it, which proves nothing.');
  if (now.status === 'CLOSED') {
    const changed = modeChange(before, after);
    if (changed) return booked('unverified', changed);
    if (!wasPatched(result) || then.status === 'CLOSED')
      return booked('closedOtherwise', 'Closed on a host that this campaign did not patch.');
    const doubt = notByThePatch(now, before, after, ring.at);
    return doubt ? booked('unverified', doubt) : booked('fixed', `Patched, and closed when looked at ${look.at}.`);
  }
  const story: HostStory = {
    before,
    after,
    result,
    ringPlan: ring.ringPlan,
    outcome: ring.outcome,
    why: ring.record?.stopped?.words ?? ring.why,
    reboot: ring.reboot,
    lookedAt: look.at,
  };
  return { ...booked('remaining', ''), ...whyItRemains(now, ring.fates.get(then.arn) ?? null, story) };
}

function newRow(
  ring: RingDelta,
  name: string | null,
  finding: Finding,
  host: { before: SurveyedHost; result: HostResult | null } | null,
): DeltaRow {
  const kind = newKind(finding, {
    surveyed: host !== null,
    os: host?.before.managed?.os ?? null,
    result: host?.result ?? null,
    firstSurveyAt: ring.firstSurveyAt,
  });
  return {
    ...named(finding, name),
    ...booked('new', NEW_WORDS[kind]),
    newKind: kind,
    rescoredTo: null,
    waived: waivedBy(ring, finding),
  };
}

const NEW_WORDS = {
  advisory: 'Published or first observed since the first survey.',
  host: 'On a host that is new since the first survey.',
  returned: 'Inspector knew it before, and it is back.',
  introduced: 'In a package that this campaign changed.',
} as const;

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function booked(bucket: DeltaRow['bucket'], words: string): Booked {
  return { bucket, words, reason: null, approvedFrom: null, newKind: null };
}

function named(finding: Finding, ring: string | null) {
  return {
    arn: finding.arn,
    instance: finding.instance,
    ring,
    vulnerabilityId: finding.vulnerabilityId,
    title: finding.title,
    package: finding.packages[0]?.name ?? '',
    severity: finding.severity,
    exploitAvailable: finding.exploitAvailable,
  };
}

function waivedBy(ring: RingDelta, finding: Finding): string | null {
  return waiverFor(ring.waivers, finding, ring.at).inForce?.id ?? null;
}
