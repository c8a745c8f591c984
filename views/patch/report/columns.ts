import type { InstanceRow } from '#domain/patch/delta/instance-rows.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import type { FindingFate } from '#domain/patch/records.ts';
import { SEVERITIES } from '#domain/severity.ts';
import type { Column } from '#views/patch/report/packed.ts';
import { fateLabel } from '#views/patch/report/plan-section.ts';

/** In the order in which people should look at them. */
const FATES = ['unverified', 'remaining', 'new', 'fixed', 'closedOtherwise', 'gone'] as const;

export const FINDING_COLUMNS: readonly Column<DeltaRow>[] = [
  { key: 'severity', label: 'Severity', kind: 'badge', order: SEVERITIES, filter: true, of: (row) => row.severity },
  { key: 'vulnerability', label: 'Vulnerability', kind: 'head', of: (row) => row.vulnerabilityId },
  { key: 'package', label: 'Package', kind: 'name', of: (row) => row.package },
  { key: 'instance', label: 'Instance', of: (row) => row.instance },
  { key: 'ring', label: 'Ring', filter: true, of: (row) => row.ring ?? 'no ring' },
  { key: 'fate', label: 'Fate', kind: 'badge', order: FATES, filter: true, of: (row) => row.bucket },
  { key: 'reason', label: 'Reason', filter: true, of: (row) => row.reason ?? row.newKind ?? '' },
  { key: 'words', label: 'In words', kind: 'words', of: (row) => row.words },
  { key: 'marks', label: 'Marks', kind: 'name', of: marksOf },
];

/** What stands beside a fate: four in five findings have none of it. */
function marksOf({ exploitAvailable, waived, rescoredTo, approvedFrom }: DeltaRow): string {
  return [
    exploitAvailable ? 'exploit available' : '',
    waived ? `waived by ${waived}` : '',
    rescoredTo ? `now ${rescoredTo}` : '',
    approvedFrom ? `approved from ${approvedFrom.slice(0, 10)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

/** Not proven fixed first, the worst of it first. */
export function findingRank({ severity, bucket }: DeltaRow): number {
  const isLeft = bucket === 'unverified' || bucket === 'remaining' || bucket === 'new';
  return (isLeft ? 0 : 100) + 10 * SEVERITIES.indexOf(severity) + FATES.indexOf(bucket);
}

const second = (at: string | null) => (at ? `${at.slice(0, 10)} ${at.slice(11, 19)}` : '');

export const INSTANCE_COLUMNS: readonly Column<InstanceRow>[] = [
  { key: 'id', label: 'Instance', kind: 'head', pick: 'findings', of: (row) => row.id },
  { key: 'name', label: 'Name', kind: 'name', of: (row) => row.name },
  { key: 'ring', label: 'Ring', filter: true, of: (row) => row.ring ?? 'no ring' },
  { key: 'patch', label: 'Patch', kind: 'badge', filter: true, of: (row) => row.patch },
  { key: 'fixed', label: 'Fixed', kind: 'number', of: (row) => row.findings.fixed },
  { key: 'remaining', label: 'Remain', kind: 'number', of: (row) => row.findings.remaining },
  { key: 'unverified', label: 'Unverified', kind: 'number', of: (row) => row.findings.unverified },
  { key: 'new', label: 'New', kind: 'number', of: (row) => row.findings.new },
  { key: 'worst', label: 'Worst left', kind: 'badge', order: SEVERITIES, filter: true, of: worstOf },
  { key: 'words', label: 'In words', kind: 'words', of: (row) => row.words },
  { key: 'wave', label: 'Wave', of: (row) => (row.wave === null ? '' : `${row.wave}`) },
  { key: 'sent', label: 'Sent', of: (row) => second(row.sentAt) },
  { key: 'back', label: 'Back', of: (row) => second(row.backAt) },
  { key: 'looked', label: 'Last look', of: (row) => second(row.lookedAt) },
  { key: 'platform', label: 'Platform', filter: true, of: (row) => row.platform },
  { key: 'zone', label: 'Zone', of: (row) => row.zone },
  { key: 'state', label: 'State', of: (row) => row.state },
];

function worstOf({ worstLeft }: InstanceRow): string {
  return worstLeft ?? '';
}

/** Where nothing was patched there is nothing to count: what the survey and the plan say. */
export const PLANNED_INSTANCE_COLUMNS: readonly Column<InstanceRow>[] = INSTANCE_COLUMNS.filter(({ key }) =>
  ['id', 'name', 'ring', 'patch', 'words', 'platform', 'zone', 'state'].includes(key),
);

/** A finding of a campaign that patched nothing. */
export type PlannedFinding = FindingFate & { ring: string };

export const PLANNED_FINDING_COLUMNS: readonly Column<PlannedFinding>[] = [
  { key: 'severity', label: 'Severity', kind: 'badge', order: SEVERITIES, filter: true, of: (row) => row.severity },
  { key: 'vulnerability', label: 'Vulnerability', kind: 'head', of: (row) => row.vulnerabilityId },
  { key: 'instance', label: 'Instance', of: (row) => row.instance },
  { key: 'ring', label: 'Ring', filter: true, of: (row) => row.ring },
  {
    key: 'fate',
    label: 'Fate',
    kind: 'badge',
    order: ['should be fixed'],
    filter: true,
    of: (row) => fateLabel(row.fate),
  },
  { key: 'words', label: 'In words', kind: 'words', of: (row) => row.words },
  { key: 'marks', label: 'Marks', kind: 'name', of: plannedMarks },
];

function plannedMarks({ exploited, waiver, approvedFrom }: FindingFate): string {
  return [
    exploited ? 'exploit available' : '',
    waiver ? `waived by ${waiver}` : '',
    approvedFrom ? `approved from ${approvedFrom.slice(0, 10)}` : '',
  ]
    .filter(Boolean)
    .join('; ');
}

export function plannedRank({ severity, fate }: FindingFate): number {
  return 10 * SEVERITIES.indexOf(severity) + (fate === 'fix' ? 1 : 0);
}

/** Hosts of which something is left, the most first. */
export function instanceRank({ findings }: InstanceRow): number {
  return -(findings.remaining + findings.unverified + findings.new);
}
