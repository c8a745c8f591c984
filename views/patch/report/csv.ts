import type { InstanceRow } from '#domain/patch/delta/instance-rows.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { clean } from '#views/frame/text.ts';
import type { PlannedFinding } from '#views/patch/report/columns.ts';

type Cell = string | number | boolean | null;
type Fields<Row> = readonly (readonly [string, (row: Row) => Cell])[];

/** `findings.csv`. */
export const FINDING_FIELDS: Fields<DeltaRow> = [
  ['severity', (row) => row.severity],
  ['vulnerability', (row) => row.vulnerabilityId],
  ['title', (row) => row.title],
  ['package', (row) => row.package],
  ['instance', (row) => row.instance],
  ['ring', (row) => row.ring],
  ['fate', (row) => row.bucket],
  ['reason', (row) => row.reason ?? row.newKind],
  ['words', (row) => row.words],
  ['approvedFrom', (row) => row.approvedFrom],
  ['waivedBy', (row) => row.waived],
  ['rescoredTo', (row) => row.rescoredTo],
  ['exploitAvailable', (row) => row.exploitAvailable],
  ['arn', (row) => row.arn],
];

/** `instances.csv`. */
export const INSTANCE_FIELDS: Fields<InstanceRow> = [
  ['instance', (row) => row.id],
  ['name', (row) => row.name],
  ['ring', (row) => row.ring],
  ['zone', (row) => row.zone],
  ['platform', (row) => row.platform],
  ['state', (row) => row.state],
  ['patch', (row) => row.patch],
  ['words', (row) => row.words],
  ['wave', (row) => row.wave],
  ['sentAt', (row) => row.sentAt],
  ['patchEndedAt', (row) => row.finishedAt],
  ['backAt', (row) => row.backAt],
  ['lastLookAt', (row) => row.lookedAt],
  ['installed', (row) => row.installed],
  ['fixed', (row) => row.findings.fixed],
  ['closedOtherwise', (row) => row.findings.closedOtherwise],
  ['remaining', (row) => row.findings.remaining],
  ['unverified', (row) => row.findings.unverified],
  ['gone', (row) => row.findings.gone],
  ['new', (row) => row.findings.new],
  ['worstLeft', (row) => row.worstLeft],
];

/** The CSVs of a campaign that patched nothing. */
export const PLANNED_FINDING_FIELDS: Fields<PlannedFinding> = [
  ['severity', (row) => row.severity],
  ['vulnerability', (row) => row.vulnerabilityId],
  ['instance', (row) => row.instance],
  ['ring', (row) => row.ring],
  ['plannedFate', (row) => row.fate],
  ['words', (row) => row.words],
  ['approvedFrom', (row) => row.approvedFrom ?? null],
  ['waivedBy', (row) => row.waiver ?? null],
  ['exploitAvailable', (row) => row.exploited ?? false],
  ['arn', (row) => row.arn],
];

export const PLANNED_INSTANCE_FIELDS: Fields<InstanceRow> = INSTANCE_FIELDS.filter(([name]) =>
  ['instance', 'name', 'ring', 'zone', 'platform', 'state', 'patch', 'words'].includes(name),
);

export function csvHead<Row>(fields: Fields<Row>): string {
  return `${fields.map(([name]) => name).join(',')}\r\n`;
}

export function csvLine<Row>(fields: Fields<Row>, row: Row): string {
  return `${fields.map(([, of]) => cell(of(row))).join(',')}\r\n`;
}

/**
 * RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe, since tags are written by anybody. Where the
 * list separator is `;` a cell begins after each of them, whatever the quotes around it: it gets one there, too.
 */
function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const harmless = clean(value).replace(/(^|;)(?=[\s"']*[=+\-@＝＋－＠])/g, "$1'");
  return /[",;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
