/** What a rehearsal left, and what became of its hosts: all that the promises are checked against. */
import { gunzipSync } from 'node:zlib';
import { files } from '#domain/campaign/files.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchRecord, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import type { Mail, TimelineEvent } from '#rehearsal/api.ts';
import type { HostTruth } from '#rehearsal/fleet/truth.ts';

export interface Happened {
  group: GroupPolicy;
  evidence: ReadonlyMap<string, Uint8Array>; // keys begin with folderOf its campaign
  timeline: readonly TimelineEvent[];
  inbox: readonly Mail[];
  truth: readonly HostTruth[];
}

/** A campaign that closed, with what its hosts really went through while it was open. */
export interface Closed extends LeftBehind {
  record: PatchRecord;
  installs: InstallSeen[];
}

/** What a campaign left; `record` null: it never closed. */
export interface LeftBehind {
  name: string;
  record: PatchRecord | null;
  plan: Plan | null;
  rings: { plan: RingPlan; record: RingRecord | null }[];
  read<T>(path: string): T | null;
  lines<T>(path: string): T[];
}

interface InstallSeen {
  host: string;
  startedAt: number;
  endedAt: number | null;
}

/** Whether the promise was kept by one campaign; every fault in words. */
export type Checker = (campaign: Closed, happened: Happened) => string[];

export function campaignsOf({ group, evidence }: Happened): LeftBehind[] {
  const suffix = `/${files.opened}`;
  const names = [...evidence.keys()].filter(
    (key) => key.startsWith(`${shortName(group.name)}/`) && key.endsWith(suffix),
  );
  return names.map((key) => {
    const folder = key.slice(0, -files.opened.length);
    const bytes = (path: string) => evidence.get(folder + path) ?? null;
    const read = <T>(path: string): T | null => {
      const found = bytes(path);
      return found && (JSON.parse(new TextDecoder().decode(found)) as T);
    };
    const lines = <T>(path: string): T[] => {
      const found = bytes(path);
      const text = found ? gunzipSync(found).toString() : '';
      return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as T] : []));
    };
    const plan = read<Plan>(files.plan);
    const rings = (plan?.rings ?? []).flatMap(({ ring }) => {
      const ringPlan = read<RingPlan>(patchFiles.ringPlan(ring));
      return ringPlan ? [{ plan: ringPlan, record: read<RingRecord>(patchFiles.ring(ring)) }] : [];
    });
    return { name: folder.split('/')[1] ?? '', record: read<PatchRecord>(files.campaign), plan, rings, read, lines };
  });
}

/** null: it never closed. */
export function closed(campaign: LeftBehind, { truth }: Happened): Closed | null {
  const { record } = campaign;
  if (!record) return null;
  const [from, to] = [Date.parse(record.openedAt), Date.parse(record.closedAt)];
  const installs = truth.flatMap(({ id, runs }) =>
    runs
      .filter((run) => run.operation === 'Install' && run.startedAt >= from && run.startedAt <= to)
      .map((run): InstallSeen => ({ host: id, ...run })),
  );
  return { ...campaign, record, installs };
}
