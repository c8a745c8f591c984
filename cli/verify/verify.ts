/** Checks a campaign's evidence from its folder alone: hashes, the chain, what the records say of each other, and the delta anew. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { files } from '#domain/files.ts';
import type { CampaignRecord, Outcome } from '#domain/records.ts';
import { VERSION } from '#domain/version.ts';
import { BadInput } from '../bad-input.ts';
import { type Difference, Differences } from './difference.ts';
import { Folder, Unreadable } from './folder.ts';
import { checkManifest } from './manifest.ts';
import { recompute } from './recompute.ts';
import { checkRecords } from './records.ts';

export interface VerifiedCampaign {
  directory: string;
  campaign: string;
  group: string;
  outcome: Outcome | null; // null: campaign.json cannot be read
  manifest: string | null; // its own hash: what the next campaign and the group's lease hold
  files: number;
  differences: Difference[];
  notes: string[]; // what was not checked, and what does not belong to the campaign
}

/** A folder of one campaign, or of a group with a folder for each. Throws BadInput where there is no evidence at all. */
export async function verify(directory: string): Promise<VerifiedCampaign[]> {
  if (!existsSync(directory)) throw new BadInput([`${directory}: is not there. Remedy: name a folder of evidence`]);
  if (!statSync(directory).isDirectory()) throw new BadInput([`${directory}: is a file. Remedy: name its folder`]);
  const folders = isCampaign(directory)
    ? [directory]
    : readdirSync(directory)
        .sort()
        .map((name) => join(directory, name))
        .filter((path) => statSync(path).isDirectory() && isCampaign(path));
  if (folders.length === 0) {
    const remedy = `Remedy: copy one first, for example aws s3 sync s3://BUCKET/GROUP/CAMPAIGN ${directory}`;
    throw new BadInput([`${directory}: holds no campaign's evidence (no ${files.manifest}). ${remedy}`]);
  }
  const verified: VerifiedCampaign[] = [];
  for (const folder of folders) verified.push(await verifyCampaign(folder));
  return verified;
}

/** A missing manifest is a finding, not a reason to look away. */
function isCampaign(directory: string): boolean {
  return [files.manifest, files.campaign, files.opened].some((file) => existsSync(join(directory, file)));
}

async function verifyCampaign(directory: string): Promise<VerifiedCampaign> {
  const folder = new Folder(directory);
  const differences = new Differences();
  const notes: string[] = [];
  const manifest = attempt(differences, () => checkManifest(folder, differences, notes));
  const record = attempt(differences, () => folder.json<CampaignRecord>(files.campaign));
  if (record) {
    attempt(differences, () => checkRecords(folder, record, manifest, differences));
    try {
      await recompute(folder, record, manifest, differences);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const file = error instanceof Unreadable ? error.file : files.delta;
      differences.add(file, error instanceof Unreadable ? error.message : `cannot be computed again: ${error.message}`);
    }
  }
  const all = differences.all();
  const by = `patchwright ${VERSION}`;
  if (manifest && manifest.by !== by && all.length > 0) {
    notes.push(`written by ${manifest.by}, while this is ${by}: check with that version before you draw conclusions`);
  }
  return {
    directory,
    campaign: record?.campaign ?? manifest?.campaign ?? basename(directory),
    group: record?.group ?? manifest?.group ?? '',
    outcome: record?.outcome ?? null,
    manifest: manifest?.hash ?? null,
    files: manifest?.files.length ?? 0,
    differences: all,
    notes,
  };
}

function attempt<T>(differences: Differences, check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof Unreadable) differences.add(error.file, error.message);
    else differences.add(files.campaign, `the records do not fit together: ${(error as Error).message}`);
    return null;
  }
}
