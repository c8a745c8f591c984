import { dirname, resolve } from 'node:path';
import { files } from '#domain/campaign/files.ts';
import { type Manifest, manifestHash } from '#domain/campaign/manifest.ts';
import { patchFiles } from '#domain/patch/files.ts';
import { attempt, type Differences } from './difference.ts';
import { Folder, isInside } from './folder.ts';

/** The hash of every file, of the manifest itself, and of the campaign before where its folder lies beside this one. */
export async function checkManifest(folder: Folder, differences: Differences, notes: string[]): Promise<Manifest> {
  const manifest = folder.json<Manifest>(files.manifest);
  if (manifest.hash !== manifestHash(manifest)) {
    differences.add(files.manifest, `was changed: its own hash is not ${manifest.hash.slice(0, 12)}…`);
  }
  folder.list(manifest.files);
  for (const { path } of manifest.files) {
    if (isInside(path)) await attempt(path, differences, () => folder.listedBytes(path));
    else differences.add(files.manifest, `lists ${JSON.stringify(path)}, which is no path inside the folder: not read`);
  }
  const listed = new Set([files.manifest, ...manifest.files.map(({ path }) => path)]);
  const others = folder.files().filter((file) => !listed.has(file));
  for (const file of others.filter(isOurs)) differences.add(file, 'is not in the manifest');
  const foreign = others.filter((file) => !isOurs(file));
  if (foreign.length > 0)
    notes.push(
      `${foreign.length === 1 ? '1 file is' : `${foreign.length} files are`} not the campaign's and ${foreign.length === 1 ? 'was' : 'were'} not checked: ${cut(foreign)}`,
    );
  await attempt(files.manifest, differences, () => checkPrevious(folder, manifest, differences, notes));
  return manifest;
}

function checkPrevious(folder: Folder, { previous }: Manifest, differences: Differences, notes: string[]): void {
  if (!previous) {
    notes.push('it names no campaign before it: the first in its chain');
    return;
  }
  if (!isInside(previous.campaign) || previous.campaign.includes('/')) {
    const words = `names ${JSON.stringify(previous.campaign)} as the campaign before, which is no folder beside this one`;
    differences.add(files.manifest, `${words}: it was not read`);
    return;
  }
  const name = `../${previous.campaign}/${files.manifest}`;
  const parent = new Folder(dirname(resolve(folder.directory)), '../');
  if (!parent.has(`${previous.campaign}/${files.manifest}`)) {
    notes.push(`the campaign before, ${previous.campaign}, is not beside this folder: its hash was not checked`);
    return;
  }
  const before = parent.folder(previous.campaign).json<Manifest>(files.manifest);
  const is = manifestHash(before);
  if (is !== previous.manifest || before.campaign !== previous.campaign) {
    const words = `is another campaign's than the one that closed before: hash ${short(is)}, and has to be ${short(previous.manifest)}`;
    differences.add(name, words);
  }
}

const FOLDERS = ['before', 'after', 'plan', 'rings', 'delta', 'instances', 'scans', 'approvals'];

/** Whether a campaign writes files of that name. */
function isOurs(file: string): boolean {
  const [first = '', ...rest] = file.split('/');
  return rest.length > 0 ? FOLDERS.includes(first) : Object.values<unknown>({ ...files, ...patchFiles }).includes(file);
}

const short = (hash: string) => `${hash.slice(0, 12)}…`;

const cut = (names: string[]) => (names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', '));
