/** What people read of a campaign: the page, and the CSVs beside it. Made from its evidence alone, so that it can be made again. */
import { files } from '#domain/files.ts';
import type { InstanceRow } from '#domain/instance-rows.ts';
import type { Manifest } from '#domain/manifest.ts';
import type { CampaignRef, Evidence } from '#domain/ports.ts';
import type { CampaignRecord, Delta, DeltaRow, Intent, Plan, RingRecord, ScanRecord } from '#domain/records.ts';
import { csvHead, csvLine, FINDING_FIELDS, INSTANCE_FIELDS } from '#domain/report/csv.ts';
import { reportPage } from '#domain/report/page.ts';
import type { SurveySummary } from '#loop/survey.ts';

export interface Reported {
  record: CampaignRecord;
  plan: Plan | null;
  delta: Delta | null;
  previous: Manifest['previous'];
}

/** Rows of a data block of the page, and lines of one write. */
const PART = 2000;

/** `report.html`, `findings.csv` and `instances.csv`; no CSVs where there are no rows. */
export async function writeReport(ref: CampaignRef, reported: Reported, evidence: Evidence): Promise<void> {
  const rings = await ringsOf(ref, reported, evidence);
  const instances = () => rowsOf<InstanceRow>(ref, rings, files.instances, evidence);
  const findings = () => rowsOf<DeltaRow>(ref, rings, files.deltaRows, evidence);
  await evidence.writeText(ref, files.page, page(ref, reported, evidence, instances(), findings()));
  if (!reported.delta) return;
  await evidence.writeText(ref, files.instancesCsv, csv(INSTANCE_FIELDS, instances()));
  await evidence.writeText(ref, files.findingsCsv, csv(FINDING_FIELDS, findings()));
}

async function* page(
  ref: CampaignRef,
  { record, plan, delta, previous }: Reported,
  evidence: Evidence,
  instances: AsyncIterable<InstanceRow>,
  findings: AsyncIterable<DeltaRow>,
): AsyncGenerator<string> {
  const rings: RingRecord[] = [];
  for (const { ring } of plan?.rings ?? []) {
    const done = await evidence.readIfThere<RingRecord>(ref, files.ring(ring));
    if (done) rings.push(done);
  }
  const made = reportPage({
    record,
    plan,
    delta,
    rings,
    previous,
    intents: (await evidence.readIfThere<Intent[]>(ref, files.commands)) ?? [],
    scan: await evidence.readIfThere<ScanRecord>(ref, files.scanBefore),
    files: { findings: files.findingsCsv, instances: files.instancesCsv },
  });
  yield made.head();
  for await (const part of inParts(instances)) yield made.instances.part(part).text;
  yield made.instances.section().text;
  for await (const part of inParts(findings)) yield made.findings.part(part).text;
  yield made.findings.section().text;
  yield made.tail();
}

/** Rings that have rows, in the order of the first survey. */
async function ringsOf(ref: CampaignRef, { delta }: Reported, evidence: Evidence): Promise<string[]> {
  if (!delta) return [];
  return (await evidence.read<SurveySummary>(ref, files.surveyBefore)).rings.map(({ ring }) => ring);
}

async function* rowsOf<Row>(
  ref: CampaignRef,
  rings: readonly string[],
  path: (ring: string) => string,
  evidence: Evidence,
): AsyncGenerator<Row> {
  for (const ring of rings) yield* evidence.lines<Row>(ref, path(ring));
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
