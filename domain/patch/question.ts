/** What a person is asked, frozen when it is asked: the page shows this, and it stays in evidence as what was approved. */

import type { Approval } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { proofUntil } from '#domain/patch/may-send.ts';
import type { InstanceId, Os } from '#domain/patch/model.ts';
import type { LeftHost } from '#domain/patch/plan/left-host.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Reason } from '#domain/patch/reasons.ts';
import type { FindingFate, Plan, RingPlan, RingRecord, Verdict } from '#domain/patch/records.ts';
import type { Counts, Severity } from '#domain/severity.ts';
import { count, noCounts, SEVERITIES } from '#domain/severity.ts';

/** `approvals/<ring>.json`. Lists are cut, with their true length beside them; the plan has them whole. */
export interface Question {
  version: 1;
  campaign: string;
  group: string;
  ring: string;
  scopeHash: string;
  askedAt: Instant;
  expiresAt: Instant;
  decide: 'link' | 'iam';
  hosts: { id: InstanceId; os: Os; zone: string; wave: number; expected: number }[];
  hostCount: number;
  oses: Tally[];
  zones: Tally[];
  waves: number;
  atOnce: number;
  errors: number;
  soakMinutes: number;
  last: boolean;
  reboot: Plan['reboot'];
  window: GroupPolicy['window'];
  proofUntil: Instant | null; // when the canary's proof is too old; null: this ring is the canary
  alarms: string[];
  fixes: Counts;
  exploitedFixes: number;
  vulnerabilities: Vulnerability[]; // exploited ones first, then by severity and hosts
  vulnerabilityCount: number;
  remains: Remains[]; // findings on hosts of this ring, the most first
  exploitedRemains: number;
  left: LeftHost[]; // hosts of this ring, or of none, that are not patched
  leftCount: number;
  before: RingSoFar[];
  warnings: string[];
  place: string; // where the evidence lies
  flags?: string; // by which the command line finds the deployment: --stage dev --region eu-central-1
}

export interface Tally {
  name: string;
  hosts: number;
}

export interface Vulnerability {
  id: string;
  severity: Severity;
  exploited: boolean;
  hosts: number;
}

interface Remains {
  reason: Reason;
  findings: Counts;
  words: string; // of one of the worst
}

/** A ring that went before, as far as it got. */
interface RingSoFar {
  verdict: Verdict;
  installed: number; // patches
  pendingReboot: number; // hosts
}

export interface QuestionFacts {
  plan: Plan;
  ringPlan: RingPlan;
  approval: Approval;
  policy: GroupPolicy;
  fates: AsyncIterable<FindingFate> | Iterable<FindingFate>; // of the ring
  records: readonly RingRecord[]; // of the rings so far, in order
  place: string;
  flags: string;
}

const LONGEST = { hosts: 200, vulnerabilities: 50, left: 50 };

export async function question(facts: QuestionFacts): Promise<Question> {
  const { plan, ringPlan, approval, policy, records, place, flags } = facts;
  const { campaign, group, ring, scopeHash, askedAt, expiresAt, decide } = approval;
  const left = plan.left.filter((host) => host.ring === ring || host.ring === null);
  return {
    version: 1,
    ...{ campaign, group, ring, scopeHash, askedAt, expiresAt, decide },
    ...hostsOf(ringPlan),
    waves: Math.ceil(ringPlan.hosts.length / Math.max(1, ringPlan.atOnce)),
    atOnce: ringPlan.atOnce,
    errors: ringPlan.errors,
    soakMinutes: ringPlan.soakMinutes,
    last: ringPlan.last,
    reboot: plan.reboot,
    window: policy.window,
    proofUntil: proofUntil(records[0] ?? null, policy.proofDays),
    alarms: policy.gate.alarms,
    ...(await findingsOf(facts.fates)),
    left: left.slice(0, LONGEST.left),
    leftCount: left.length,
    before: records.flatMap(soFar),
    warnings: plan.warnings,
    place,
    flags,
  };
}

/** What a person types to answer with their AWS credentials. */
export function commandOf(word: 'approve' | 'deny', { campaign, ring, flags }: Question): string {
  return ['patchwright', word, campaign, ring, ...(flags ? [flags] : [])].join(' ');
}

function hostsOf({ hosts, atOnce }: RingPlan): Pick<Question, 'hosts' | 'hostCount' | 'oses' | 'zones'> {
  const planned = hosts.map(({ id, os, zone, expected }, place) => ({
    id,
    os,
    zone,
    wave: Math.floor(place / Math.max(1, atOnce)) + 1,
    expected,
  }));
  return {
    hosts: planned.slice(0, LONGEST.hosts),
    hostCount: planned.length,
    oses: tally(planned.map((host) => host.os)),
    zones: tally(planned.map((host) => host.zone)),
  };
}

function tally(names: string[]): Tally[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, hosts]) => ({ name, hosts }))
    .sort((a, b) => b.hosts - a.hosts || order(a.name, b.name));
}

type Findings = Pick<
  Question,
  'fixes' | 'exploitedFixes' | 'vulnerabilities' | 'vulnerabilityCount' | 'remains' | 'exploitedRemains'
>;

/** A hundred thousand lines are read one by one, and summed by vulnerability and reason. */
async function findingsOf(fates: QuestionFacts['fates']): Promise<Findings> {
  const fixes = noCounts();
  const exploited = { fixes: 0, remains: 0 };
  const byId = new Map<string, Vulnerability>();
  const byReason = new Map<Reason, Remains & { worst: Severity }>();
  for await (const { fate, severity, vulnerabilityId: id, exploited: known, words } of fates) {
    if (known) exploited[fate === 'fix' ? 'fixes' : 'remains'] += 1;
    if (fate === 'fix') {
      count(fixes, severity);
      const one = byId.get(id) ?? { id, severity, exploited: false, hosts: 0 };
      one.hosts += 1;
      if (known) one.exploited = true;
      if (rank(severity) < rank(one.severity)) one.severity = severity;
      byId.set(id, one);
    } else {
      const one = byReason.get(fate) ?? { reason: fate, findings: noCounts(), words, worst: severity };
      count(one.findings, severity);
      if (rank(severity) < rank(one.worst)) Object.assign(one, { words, worst: severity });
      byReason.set(fate, one);
    }
  }
  const sorted = [...byId.values()].sort(byWeight);
  return {
    fixes,
    exploitedFixes: exploited.fixes,
    vulnerabilities: sorted.slice(0, LONGEST.vulnerabilities),
    vulnerabilityCount: sorted.length,
    remains: [...byReason.values()]
      .map(({ worst: _, ...reason }) => reason)
      .sort((a, b) => b.findings.total - a.findings.total || order(a.reason, b.reason)),
    exploitedRemains: exploited.remains,
  };
}

function byWeight(a: Vulnerability, b: Vulnerability): number {
  return (
    Number(b.exploited) - Number(a.exploited) ||
    rank(a.severity) - rank(b.severity) ||
    b.hosts - a.hosts ||
    order(a.id, b.id)
  );
}

function soFar({ verdict, hosts }: RingRecord): RingSoFar[] {
  if (!verdict) return [];
  const installed = hosts.reduce((sum, host) => sum + host.installed, 0);
  return [{ verdict, installed, pendingReboot: hosts.filter((host) => host.pendingReboot > 0).length }];
}

const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
