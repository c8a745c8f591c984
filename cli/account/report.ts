import { join, normalize, sep } from 'node:path';
import { campaigns } from '#aws/campaigns.ts';
import { download } from '#aws/download.ts';
import { evidence } from '#aws/evidence.ts';
import { files } from '#domain/campaign/files.ts';
import type { CampaignRef } from '#domain/campaign/ports.ts';
import type { CampaignRecord } from '#domain/campaign/records.ts';
import { isCalled, shortName } from '#domain/campaign/short-name.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Ports } from '#domain/ports.ts';
import { BadInput } from '../bad-input.ts';
import { exitOf } from '../exit.ts';
import { openOut } from '../rehearse/out-folder.ts';
import { printable, several } from '../screen/text.ts';
import type { Answer } from './answer.ts';
import type { Open } from './open.ts';

type ReportPorts = Pick<Ports, 'campaigns' | 'evidence'> & { download: typeof download };

export async function report(asked: string, { out }: { out?: string }, open: Open): Promise<Answer> {
  if (out !== undefined) openOut(out).discard(); // told before anything is fetched
  await open();
  return reportOf(asked, out, { campaigns, evidence, download });
}

/** `asked`: a campaign, or a group, which means its last closed one. `out`: a directory that gets all of the evidence. */
async function reportOf(asked: string, out: string | undefined, ports: ReportPorts): Promise<Answer> {
  const ref = await find(asked, ports);
  const { evidence } = ports;
  const record = await evidence.readIfThere<CampaignRecord>(ref, files.campaign);
  if (!record) {
    throw new BadInput([
      `${ref.campaign}: is not closed, or never was. Remedy: patchwright status ${shortName(ref.group)}`,
    ]);
  }
  const delta = await evidence.readIfThere<Delta>(ref, patchFiles.delta);
  const fetched = out === undefined ? null : await fetchAll(ref, out, ports);
  const text = new TextDecoder().decode(await ports.download(ref, files.report));
  const place = evidence.place(ref);
  return {
    document: { version: 1, record, delta, place, fetched },
    lines: () => [
      ...text.trimEnd().split('\n').map(cleaned),
      ...(fetched ? [`Fetched: ${several(fetched.files, 'file')} to ${fetched.directory}`] : []),
    ],
    exit: exitOf(record.outcome),
  };
}

/** Keeps what indents, and no control character: names of hosts and packages come from outside. */
function cleaned(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return /[\p{Cc}\p{Cf}]/u.test(line) ? indent + printable(line) : line;
}

/** A campaign's group is not in its name for certain: short names may have dashes. The leases know all groups. */
async function find(asked: string, { campaigns }: ReportPorts): Promise<CampaignRef> {
  const known: string[] = [];
  let found: CampaignRef | null = null;
  for await (const { group, lastClosed } of campaigns.leases()) {
    known.push(group);
    if (isCalled(group, asked)) {
      if (!lastClosed)
        throw new BadInput([`${group}: has closed no campaign yet. Remedy: patchwright status ${shortName(group)}`]);
      return { group, campaign: lastClosed.campaign };
    }
    const name = shortName(group);
    const longer = name.length > (found ? shortName(found.group).length : 0);
    if (asked.startsWith(`${name}-`) && longer) found = { group, campaign: asked };
  }
  if (found) return found;
  const groups = known.length ? `of one of the groups ${known.join(', ')}` : 'once a group had one';
  throw new BadInput([`${asked}: no group had such a campaign. Remedy: name a campaign ${groups}`]);
}

async function fetchAll(ref: CampaignRef, directory: string, { evidence, download }: ReportPorts) {
  const out = openOut(directory);
  try {
    let files = 0;
    for await (const path of evidence.list(ref)) {
      if (leavesIt(path)) throw new BadInput([`${path}: a name in the evidence that would leave ${directory}`]);
      out.add(path, await download(ref, path));
      files += 1;
    }
    out.finish();
    return { directory, files };
  } finally {
    out.discard();
  }
}

function leavesIt(path: string): boolean {
  return path === '' || join(sep, path) !== join(sep, normalize(path)) || /(^|[\\/])\.\.([\\/]|$)/.test(path);
}
