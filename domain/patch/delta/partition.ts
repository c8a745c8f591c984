import { BrokenRecord } from '#domain/errors.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import type { Finding, HostAfter, SurveyedHost } from '#domain/patch/model.ts';
import type { Severity } from '#domain/severity.ts';

type BeforeKey = Pick<Finding, 'arn' | 'severity'>;
type AfterKey = Pick<Finding, 'arn' | 'status'>;

/** Keys of the raw surveys, whatever is made of them. */
export function* beforeKeys(hosts: Iterable<Pick<SurveyedHost, 'findings'>>): Iterable<BeforeKey> {
  for (const host of hosts) for (const { arn, severity } of host.findings) yield { arn, severity };
}

export function* afterKeys(hosts: Iterable<Pick<HostAfter, 'findings'>>): Iterable<AfterKey> {
  for (const host of hosts) for (const { arn, status } of host.findings) yield { arn, status };
}

/**
 * Every finding of the first survey in exactly one bucket, under its severity; every one that is ACTIVE in the second among
 * remaining, unverified and new (or on a terminated instance, of which Inspector lists findings for days). Throws
 * `BrokenRecord` with the ARNs that do not fit.
 */
export function checkPartition(before: Iterable<BeforeKey>, after: Iterable<AfterKey>, rows: Iterable<DeltaRow>): void {
  const faults: string[] = [];
  const booked = new Map<string, Severity>();
  const open = new Set<string>();
  for (const row of rows) {
    if (row.bucket !== 'new') {
      if (booked.has(row.arn)) faults.push(`${row.arn} is in two buckets`);
      booked.set(row.arn, row.severity);
    }
    if (row.bucket === 'fixed' || row.bucket === 'closedOtherwise') continue;
    const arn = row.arnNow ?? row.arn;
    if (open.has(arn)) faults.push(`${arn} is counted twice in what is left`);
    open.add(arn);
  }
  const asked = new Map<string, Severity[]>();
  for (const { arn, severity } of before) asked.set(arn, [...(asked.get(arn) ?? []), severity]);
  for (const [arn, severities] of asked) {
    const under = booked.get(arn);
    if (!under) faults.push(`${arn} is in no bucket`);
    else if (!severities.includes(under))
      faults.push(`${arn} was ${severities.join(', ')} and is booked under ${under}`);
  }
  for (const arn of booked.keys()) if (!asked.has(arn)) faults.push(`${arn} was not in the first survey`);
  for (const { arn, status } of after) {
    if (status === 'ACTIVE' && !open.has(arn)) faults.push(`${arn} is ACTIVE and counted nowhere`);
  }
  if (faults.length > 0) throw new BrokenRecord(`the delta is no partition of the surveys: ${cut(faults)}`);
}

const cut = (faults: string[]) =>
  faults.length > 10 ? `${faults.slice(0, 10).join('; ')}; and ${faults.length - 10} more` : faults.join('; ');
