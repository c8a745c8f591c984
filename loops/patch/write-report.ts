/** What people read of a campaign: the page, and the CSVs beside it. Made from its evidence alone, so that it can be made again. */
import { files } from '#domain/campaign/files.ts';
import type { Manifest } from '#domain/campaign/manifest.ts';
import type { CampaignRef, Evidence } from '#domain/campaign/ports.ts';
import { type InstanceRow, instanceRows } from '#domain/patch/delta/instance-rows.ts';
import type { Delta, DeltaRow } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { SurveyedHost } from '#domain/patch/model.ts';
import type { FindingFate, Intent, PatchRecord, Plan, RingPlan, ScanRecord } from '#domain/patch/records.ts';
import { ringRecordsOf } from '#loops/patch/read-verdicts.ts';
import type { SurveySummary } from '#loops/patch/survey.ts';
import type { PlannedFinding } from '#views/patch/report/columns.ts';
import {
  csvHead,
  csvLine,
  FINDING_FIELDS,
  INSTANCE_FIELDS,
  PLANNED_FINDING_FIELDS,
  PLANNED_INSTANCE_FIELDS,
} from '#views/patch/report/csv.ts';
import type { Grid } from '#views/patch/report/grid.ts';
import { plannedPage, type ReportFacts, reportPage } from '#views/patch/report/page.ts';

interface Reported {
  record: PatchRecord;
  plan: Plan | null;
  delta: Delta | null;
  previous: Manifest['previous'];
}

/** Rows of a data block of the page, and lines of one write. */
const PART = 2000;

/** `report.html`, `findings.csv` and `instances.csv`: of the delta, else of the plan; no CSVs where there is neither. */
export async function writeReport(ref: CampaignRef, reported: Reported, evidence: Evidence): Promise<void> {
  const facts = await factsOf(ref, reported, evidence);
  const rings = await ringsOf(ref, reported, evidence);
  const { page, instancesCsv, findingsCsv } = { ...files, ...patchFiles };
  if (reported.delta || !reported.plan) {
    const instances = () => linesOf<InstanceRow>(ref, rings, patchFiles.instances, evidence);
    const findings = () => linesOf<DeltaRow>(ref, rings, patchFiles.deltaRows, evidence);
    await evidence.writeText(ref, page, written(reportPage(facts), instances(), findings()));
    if (!reported.delta) return;
    await evidence.writeText(ref, instancesCsv, csv(INSTANCE_FIELDS, instances()));
    await evidence.writeText(ref, findingsCsv, csv(FINDING_FIELDS, findings()));
  } else {
    const instances = () => plannedInstances(ref, rings, reported.plan?.left ?? [], evidence);
    const findings = () => plannedFindings(ref, rings, evidence);
    await evidence.writeText(ref, page, written(plannedPage(facts), instances(), findings()));
    await evidence.writeText(ref, instancesCsv, csv(PLANNED_INSTANCE_FIELDS, instances()));
    await evidence.writeText(ref, findingsCsv, csv(PLANNED_FINDING_FIELDS, findings()));
  }
}

async function factsOf(
  ref: CampaignRef,
  { record, plan, delta, previous }: Reported,
  evidence: Evidence,
): Promise<ReportFacts> {
  return {
    record,
    plan,
    delta,
    previous,
    rings: plan ? await ringRecordsOf(ref, plan, evidence) : [],
    intents: (await evidence.readIfThere<Intent[]>(ref, files.commands)) ?? [],
    scan: await evidence.readIfThere<ScanRecord>(ref, patchFiles.scanBefore),
    files: { findings: patchFiles.findingsCsv, instances: patchFiles.instancesCsv },
  };
}

interface Page<Finding> {
  head: () => string;
  instances: Grid<InstanceRow>;
  findings: Grid<Finding>;
  tail: () => string;
}

async function* written<Finding>(
  page: Page<Finding>,
  instances: AsyncIterable<InstanceRow>,
  findings: AsyncIterable<Finding>,
): AsyncGenerator<string> {
  yield page.head();
  for await (const part of inParts(instances)) yield page.instances.part(part).text;
  yield page.instances.section().text;
  for await (const part of inParts(findings)) yield page.findings.part(part).text;
  yield page.findings.section().text;
  yield page.tail();
}

/** Rings that have rows, in the order of the first survey. */
async function ringsOf(ref: CampaignRef, { plan, delta }: Reported, evidence: Evidence): Promise<string[]> {
  if (!delta && !plan) return [];
  return (await evidence.read<SurveySummary>(ref, patchFiles.surveyBefore)).rings.map(({ ring }) => ring);
}

async function* linesOf<Row>(
  ref: CampaignRef,
  rings: readonly string[],
  path: (ring: string) => string,
  evidence: Evidence,
): AsyncGenerator<Row> {
  for (const ring of rings) yield* evidence.lines<Row>(ref, path(ring));
}

async function* plannedFindings(
  ref: CampaignRef,
  rings: readonly string[],
  evidence: Evidence,
): AsyncGenerator<PlannedFinding> {
  for (const ring of rings) {
    for await (const fate of evidence.lines<FindingFate>(ref, patchFiles.fates(ring))) yield { ...fate, ring };
  }
}

async function* plannedInstances(
  ref: CampaignRef,
  rings: readonly string[],
  left: Plan['left'],
  evidence: Evidence,
): AsyncGenerator<InstanceRow> {
  for (const ring of rings) {
    const ringPlan = await evidence.readIfThere<RingPlan>(ref, patchFiles.ringPlan(ring));
    for await (const host of evidence.lines<SurveyedHost>(ref, patchFiles.before(ring))) {
      yield* instanceRows({ before: [host], after: [], record: null, ringPlan, left, rows: [] });
    }
  }
}

async function* csv<Row>(fields: Parameters<typeof csvLine<Row>>[0], rows: AsyncIterable<Row>): AsyncGenerator<string> {
  yield csvHead(fields);
  for await (const part of inParts(rows)) yield part.map((row) => csvLine(fields, row)).join('');
}

async function* inParts<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let part: Row[] = [];
  for await (const row of rows) {
    part.push(row);
    if (part.length < PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
