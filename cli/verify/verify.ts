/** Checks a campaign's evidence from its folder alone: hashes, the chain, what the records say of each other, and the delta anew. */

import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { files } from '#domain/campaign/files.ts';
import type { Outcome } from '#domain/campaign/outcomes.ts';
import { VERSION } from '#domain/campaign/version.ts';
import type { PatchRecord } from '#domain/patch/records.ts';
import { BadInput } from '../bad-input.ts';
import { attempt, type Difference, Differences } from './difference.ts';
import { Folder } from './folder.ts';
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
        .filter(isCampaign);
  if (folders.length === 0) {
    const remedy = `Remedy: copy one first, for example aws s3 sync s3://BUCKET/GROUP/CAMPAIGN ${directory}`;
    throw new BadInput([`${directory}: holds no campaign's evidence (no ${files.manifest}). ${remedy}`]);
  }
  const verified: VerifiedCampaign[] = [];
  for (const folder of folders) {
    const link = folder !== directory && lstatSync(folder).isSymbolicLink();
    verified.push(link ? notFollowed(folder) : await verifyCampaign(folder));
  }
  return verified;
}

/** A missing manifest is a finding, not a reason to look away. */
function isCampaign(directory: string): boolean {
  return [files.manifest, files.campaign, files.opened].some((file) => existsSync(join(directory, file)));
}

/** A link in a group's folder: whoever made the folder may have let it lead anywhere. */
function notFollowed(directory: string): VerifiedCampaign {
  const words = 'is a link: it was not followed. Remedy: verify the folder itself, by its name';
  const none = { group: '', outcome: null, manifest: null, files: 0, notes: [] };
  return { ...none, directory, campaign: basename(directory), differences: [{ file: '.', words }] };
}

async function verifyCampaign(directory: string): Promise<VerifiedCampaign> {
  const folder = new Folder(directory);
  const differences = new Differences();
  const notes: string[] = [];
  const manifest = await attempt(files.manifest, differences, () => checkManifest(folder, differences, notes));
  const record = await attempt(files.campaign, differences, () => folder.json<PatchRecord>(files.campaign));
  if (record) {
    await checkRecords(folder, record, manifest, differences);
    await recompute(folder, record, manifest, differences);
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
