import type { Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { plusDays } from '#domain/instant.ts';
import { matchFindings } from '#domain/patch/delta/match-findings.ts';
import { newKind } from '#domain/patch/delta/new-kind.ts';
import type { Finding, HostAfter, InstanceId, Os, SurveyedHost } from '#domain/patch/model.ts';
import type { GatePolicy } from '#domain/patch/policy.ts';
import type {
  AlarmReading,
  FindingFate,
  HostResult,
  HostStatus,
  RingPlan,
  RingRecord,
  StopWhy,
} from '#domain/patch/records.ts';
import { hostsOf } from '#domain/patch/ring-record.ts';
import { lookOf } from '#domain/patch/valid-look.ts';

/** All that is known of a ring when it is judged. */
export interface RingFacts {
  plan: RingPlan;
  record: RingRecord;
  policy: GatePolicy;
  proofDays: number;
  canary: boolean; // the group's first ring
  before: Iterable<SurveyedHost>; // this ring's
  after: Iterable<Pick<HostAfter, 'id' | 'coverage' | 'findings'>>; // this ring's, with CLOSED findings
  fates: ReadonlyMap<string, FindingFate>; // by ARN
  lastProof: Lease['lastProof'];
  openedAt: Instant;
  firstSurveyAt: Instant;
  at: Instant;
}

export interface HostEvidence {
  id: InstanceId;
  os: Os;
  status: HostStatus;
  installed: number;
  words: string;
  looked: boolean;
  lookWords: string;
  scanned: boolean; // the patch scan after the install could be read
}

/** What the rows of the gate read. Plain data: whoever tests a row writes it out. */
export interface GateEvidence {
  ring: string;
  canary: boolean;
  at: Instant;
  policy: Pick<GatePolicy, 'failures' | 'alarms' | 'introduced'>;
  hosts: HostEvidence[]; // the planned ones
  atLevel: number;
  required: { os: Os; hosts: number }[]; // patched and looked at, by OS
  lastProof: Lease['lastProof'];
  /** The earlier campaign that vouches for a canary wholly at level. */
  restsOn: string | null;
  introduced: { instance: InstanceId; vulnerabilityId: string }[];
  expected: number; // findings that should be fixed, on hosts patched and looked at
  closed: number; // those of them that are CLOSED
  stopped: { why: StopWhy; words: string } | null;
  alarms: AlarmReading[];
}

export function gateEvidence(facts: RingFacts): GateEvidence {
  const { plan, record, policy, lastProof } = facts;
  const results = new Map(record.hosts.map((host) => [host.id, host]));
  const after = new Map(Array.from(facts.after, (host) => [host.id, host]));
  const scanned = new Set(record.scan?.done ?? []);
  const hosts = plan.hosts.map(({ id, os }): HostEvidence => {
    const result = results.get(id) ?? null;
    const look = lookOf(result, after.get(id)?.coverage ?? null, facts.openedAt);
    return {
      id,
      os,
      status: result?.status ?? 'planned',
      installed: result?.installed ?? 0,
      words: result?.words ?? '',
      looked: look.valid,
      lookWords: look.words,
      scanned: scanned.has(id),
    };
  });
  const judged = new Set(hosts.filter(provesSomething).map((host) => host.id));
  const changes = { introduced: [] as GateEvidence['introduced'], expected: 0, closed: 0 };
  for (const host of facts.before) {
    const now = after.get(host.id)?.findings ?? [];
    addChanges(changes, host, now, results.get(host.id) ?? null, judged.has(host.id), facts);
  }
  return {
    ring: plan.ring,
    canary: facts.canary,
    at: facts.at,
    policy: { ...policy, failures: tolerated(facts) },
    hosts,
    atLevel: plan.atLevel.length,
    required: requiredSample(facts),
    lastProof,
    restsOn: vouches(facts) ? (lastProof?.campaign ?? null) : null,
    ...changes,
    stopped: record.stopped,
    alarms: record.alarms,
  };
}

/** The gate's own number for the canary; a later ring tolerates what its waves were let go on with. */
function tolerated({ canary, policy, plan }: RingFacts): number {
  return canary ? policy.failures : Math.max(policy.failures, plan.errors);
}

/** Really patched, and looked at since: the only hosts of which anything can be learnt. */
export function provesSomething(host: HostEvidence): boolean {
  return host.status === 'patched' && host.installed > 0 && host.looked;
}

function addChanges(
  changes: Pick<GateEvidence, 'introduced' | 'expected' | 'closed'>,
  before: SurveyedHost,
  now: readonly Finding[],
  result: HostResult | null,
  judged: boolean,
  { fates, firstSurveyAt }: RingFacts,
): void {
  const { pairs, arrived } = matchFindings(before.findings, now);
  for (const pair of pairs) {
    if (!judged || fates.get(pair.before.arn)?.fate !== 'fix') continue;
    changes.expected += 1;
    if (pair.after?.status === 'CLOSED') changes.closed += 1;
  }
  for (const finding of arrived) {
    if (finding.status !== 'ACTIVE') continue;
    const host = { surveyed: true, os: before.managed?.os ?? null, result, firstSurveyAt };
    if (newKind(finding, host) !== 'introduced') continue;
    changes.introduced.push({ instance: finding.instance, vulnerabilityId: finding.vulnerabilityId });
  }
}

/**
 * The canary answers for every OS of the later rings, with the whole sample; a ring in the middle for those of them that it
 * has itself; and each ring for an OS that nobody needs after it with as many as it has, up to the sample; less those that were
 * terminated meanwhile.
 */
function requiredSample({ plan, record, policy, canary }: RingFacts): { os: Os; hosts: number }[] {
  const gone = new Set(hostsOf(record, 'gone').map((host) => host.id));
  const own = Map.groupBy(plan.hosts, (host) => host.os);
  const needed = plan.last ? [] : plan.later.filter((os) => canary || own.has(os));
  const rest = [...own].filter(([os]) => !needed.includes(os));
  return [
    ...needed.map((os) => ({ os, hosts: policy.minSample })),
    ...rest.map(([os, hosts]) => {
      const there = hosts.filter((host) => !gone.has(host.id)).length;
      return { os, hosts: Math.min(policy.minSample, there) };
    }),
  ];
}

/** A canary with nothing to install counts if a canary passed within the proof's life, on every OS of the later rings. */
function vouches({ plan, canary, lastProof, proofDays, at }: RingFacts): boolean {
  if (!canary || !lastProof || plan.hosts.length > 0 || plan.atLevel.length === 0) return false;
  return plusDays(lastProof.at, proofDays) >= at && plan.later.every((os) => lastProof.oses.includes(os));
}
