/** A folder of evidence to spoil: read, change, write again, and hash anew as somebody would who knows of the manifest. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { files } from '#domain/campaign/files.ts';
import { type Manifest, manifestOf } from '#domain/campaign/manifest.ts';
import type { Evidence } from '#domain/campaign/ports.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { PatchRecord, Plan } from '#domain/patch/records.ts';
import { writeReport } from '#loops/patch/write-report.ts';
import { comparedEvidence } from '../../../cli/verify/compared-evidence.ts';
import { Differences } from '../../../cli/verify/difference.ts';
import { Folder } from '../../../cli/verify/folder.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests spoil files in ways that their types forbid
type Spoiled = any;

export function change(directory: string, file: string, spoil: (value: Spoiled) => unknown): void {
  const value = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  writeFileSync(join(directory, file), `${JSON.stringify(spoil(value) ?? value, null, 2)}\n`);
}

export function changeLines(directory: string, file: string, spoil: (lines: Spoiled[]) => Spoiled[]): void {
  const lines = gunzipSync(readFileSync(join(directory, file)))
    .toString()
    .split('\n')
    .filter(Boolean);
  const spoiled = spoil(lines.map((line) => JSON.parse(line))).map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(directory, file), gzipSync(spoiled.join('')));
}

/** A manifest that fits what lies there now. */
export function rehash(directory: string, previous?: Manifest['previous']): Manifest {
  const folder = new Folder(directory);
  const old = folder.json<Manifest>(files.manifest);
  const listed = old.files.filter(({ path }) => folder.has(path)).map(({ path }) => ({ path, ...folder.digest(path) }));
  const { group, campaign, closedAt } = old;
  const manifest = manifestOf({ group, campaign, closedAt, previous: previous ?? old.previous, files: listed });
  writeFileSync(join(directory, files.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** As the campaign would have closed after another one. */
export async function closeAfter(directory: string, previous: Manifest['previous']): Promise<void> {
  const folder = new Folder(directory);
  folder.list(folder.json<Manifest>(files.manifest).files);
  const reading = comparedEvidence(folder, '', new Differences());
  const evidence: Evidence = {
    ...reading,
    async writeText(_, path, parts) {
      let text = '';
      for await (const part of parts) text += part;
      writeFileSync(join(directory, path), text);
    },
  };
  const record = folder.json<PatchRecord>(files.campaign);
  const ref = { group: record.group, campaign: record.campaign };
  const plan = folder.json<Plan>(files.plan);
  await writeReport(ref, { record, plan, delta: folder.json<Delta>(patchFiles.delta), previous }, evidence);
  rehash(directory, previous);
}
