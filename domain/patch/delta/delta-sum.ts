import type { Delta, DeltaRow } from '#domain/patch/delta/records.ts';
import type { InstanceId } from '#domain/patch/model.ts';
import { REASONS, type Reason } from '#domain/patch/reasons.ts';
import { count, noCounts, SEVERITIES, type Severity } from '#domain/severity.ts';

/** A delta while its rows still come, so that no more than one ring's rows are in memory. */
interface DeltaSum {
  delta: Delta;
  hosts: Map<InstanceId, Delta['unverifiedHosts'][number]>;
  why: Map<Reason, Delta['why'][number]>;
}

export function newSum(): DeltaSum {
  const delta: Delta = {
    version: 1,
    before: noCounts(),
    fixed: noCounts(),
    closedOtherwise: noCounts(),
    remaining: noCounts(),
    unverified: noCounts(),
    gone: noCounts(),
    new: noCounts(),
    after: noCounts(),
    newByKind: { advisory: 0, host: 0, returned: 0, introduced: 0 },
    remainingByReason: {},
    remainingWaived: 0,
    rescored: 0,
    unverifiedHosts: [],
    why: [],
  };
  return { delta, hosts: new Map(), why: new Map() };
}

export function addRow(sum: DeltaSum, row: DeltaRow): void {
  const { delta } = sum;
  count(delta[row.bucket], row.severity);
  if (row.bucket !== 'new') count(delta.before, row.severity);
  if (row.bucket === 'new' || row.bucket === 'remaining' || row.bucket === 'unverified')
    count(delta.after, row.severity);
  if (row.rescoredTo) delta.rescored += 1;
  if (row.newKind) delta.newByKind[row.newKind] += 1;
  if (row.bucket === 'unverified') addUnverified(sum, row);
  if (row.bucket === 'remaining') addRemaining(sum, row);
}

/** The delta of all rows so far. Hosts by id; reasons with the most findings first. */
export function deltaOf({ delta, hosts, why }: DeltaSum): Delta {
  return {
    ...delta,
    unverifiedHosts: [...hosts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    why: [...why.values()].sort(
      (a, b) => b.findings - a.findings || REASONS.indexOf(a.reason) - REASONS.indexOf(b.reason),
    ),
  };
}

export function sumDelta(rows: Iterable<DeltaRow>): Delta {
  const sum = newSum();
  for (const row of rows) addRow(sum, row);
  return deltaOf(sum);
}

function addUnverified({ hosts }: DeltaSum, { instance, ring, words }: DeltaRow): void {
  const host = hosts.get(instance) ?? { id: instance, ring, findings: 0, words };
  hosts.set(instance, { ...host, findings: host.findings + 1 });
}

function addRemaining({ delta, why }: DeltaSum, { reason, severity, words, waived }: DeltaRow): void {
  if (waived) delta.remainingWaived += 1;
  const named = reason ?? 'unexplained';
  delta.remainingByReason[named] = (delta.remainingByReason[named] ?? 0) + 1;
  const seen = why.get(named);
  const example = !seen || isWorse(severity, seen.worst) ? { worst: severity, words } : seen;
  why.set(named, { reason: named, findings: (seen?.findings ?? 0) + 1, worst: example.worst, words: example.words });
}

const isWorse = (a: Severity, b: Severity) => SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b);
