/** What must always hold, checked after every rehearsal against what really happened to its hosts. Numbers: docs/promises.md. */

import { gunzipSync } from 'node:zlib';
import { files } from '#domain/campaign/files.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { shortName } from '#domain/campaign/short-name.ts';
import { windowAt } from '#domain/campaign/window.ts';
import { instant } from '#domain/instant.ts';
import { afterKeys, beforeKeys, checkPartition } from '#domain/patch/delta/partition.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { type HostAfter, NO_RING, type SurveyedHost } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { PatchRecord, Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import type { Mail, TimelineEvent } from '#rehearsal/api.ts';
import type { HostTruth } from '#rehearsal/fleet/truth.ts';

/** A promise of the product did not hold: a fault of ours, never of the person's. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

export interface Happened {
  group: GroupPolicy;
  evidence: ReadonlyMap<string, Uint8Array>; // keys begin with folderOf its campaign
  timeline: readonly TimelineEvent[];
  inbox: readonly Mail[];
  truth: readonly HostTruth[];
}

interface Install {
  host: string;
  startedAt: number;
  endedAt: number | null;
}

/** Every promise that did not hold, in words. */
export function broken(happened: Happened): string[] {
  const campaigns = campaignsOf(happened);
  const faults = campaigns.flatMap((campaign) => brokenBy(campaign, happened));
  const inOrder = campaigns.map((c) => c.record).filter((r) => r !== null);
  inOrder.sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  for (const [place, record] of inOrder.entries()) {
    const next = inOrder[place + 1];
    if (next && next.openedAt < record.closedAt)
      faults.push(`3: ${next.campaign} opened while ${record.campaign} was open`);
  }
  const told = [
    ...happened.inbox.map(({ attributes }) => attributes.kind),
    // Sent, and nobody was subscribed any more: the campaign has kept its word.
    ...happened.timeline.filter(({ kind }) => kind === 'unheard').map(({ data }) => data.kind),
  ].filter((kind) => kind !== undefined && kind !== 'approval' && kind !== 'missing').length; // without a kind: an alarm's
  if (told < campaigns.length) faults.push(`9: ${campaigns.length} campaigns opened, ${told} closing notices came`);
  return faults;
}

interface Campaign {
  name: string;
  record: PatchRecord | null;
  plan: Plan | null;
  rings: { plan: RingPlan; record: RingRecord | null }[];
  read<T>(path: string): T | null;
  lines<T>(path: string): T[];
}

function campaignsOf({ group, evidence }: Happened): Campaign[] {
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
      const ringPlan = read<RingPlan>(files.ringPlan(ring));
      return ringPlan ? [{ plan: ringPlan, record: read<RingRecord>(files.ring(ring)) }] : [];
    });
    return { name: folder.split('/')[1] ?? '', record: read<PatchRecord>(files.campaign), plan, rings, read, lines };
  });
}

function brokenBy(campaign: Campaign, happened: Happened): string[] {
  const { record, plan } = campaign;
  if (!record) return [`9: ${campaign.name} opened and never closed`];
  const [from, to] = [Date.parse(record.openedAt), Date.parse(record.closedAt)];
  const installs = happened.truth.flatMap(({ id, runs }) =>
    runs
      .filter((run) => run.operation === 'Install' && run.startedAt >= from && run.startedAt <= to)
      .map((run): Install => ({ host: id, ...run })),
  );
  return [
    ...outOfOrder(campaign, installs),
    ...unfounded(campaign, happened.group),
    ...repeated(installs),
    ...untimely(campaign, happened, from, to),
    ...unpartitioned(campaign),
    ...falselyFixed(campaign, happened.truth),
    ...tooMany(campaign, installs),
    ...stillThere(campaign, happened.truth),
    ...(record.outcome === OUTCOME.Lost
      ? installs
          .filter((run) => (run.endedAt ?? 0) > to)
          .map(({ host }) => `3: closed as Lost while ${host} was at work`)
      : []),
    ...(plan && installs.length && plan.mode !== 'act' ? ['5: a campaign that only observes installed something'] : []),
  ].map((fault) => `${fault} (${campaign.name})`);
}

function outOfOrder({ rings }: Campaign, installs: Install[]): string[] {
  const [canary] = rings;
  const canaries = new Set(canary?.plan.hosts.map((host) => host.id));
  const passed =
    canary?.record?.verdict?.verdict === 'pass' ? Date.parse(canary.record.verdict.at) : Number.POSITIVE_INFINITY;
  return installs
    .filter(({ host, startedAt }) => !canaries.has(host) && startedAt < passed)
    .map(({ host }) => `1: ${host} was patched before the canary passed`);
}

function unfounded({ rings }: Campaign, { gate }: GroupPolicy): string[] {
  const [canary] = rings;
  const verdict = canary?.record?.verdict;
  if (!canary || verdict?.verdict !== 'pass' || verdict.restsOn) return [];
  const seen =
    canary.record?.hosts.filter(
      (host) => host.installed > 0 && host.lookedAt && host.finishedAt && host.lookedAt > host.finishedAt,
    ) ?? [];
  const ids = new Set(seen.map((host) => host.id));
  return canary.plan.later
    .filter((os) => canary.plan.hosts.filter((host) => host.os === os && ids.has(host.id)).length < gate.minSample)
    .map((os) => `2: the canary passed without ${gate.minSample} hosts of ${os} patched and looked at`);
}

function repeated(installs: Install[]): string[] {
  const hosts = installs.map(({ host }) => host);
  return hosts.filter((host, place) => hosts.indexOf(host) < place).map((host) => `4: ${host} was sent twice`);
}

function untimely(campaign: Campaign, { group, timeline }: Happened, from: number, to: number): string[] {
  const sends = timeline.filter(
    ({ kind, subject, text, at }) =>
      kind === 'call' && subject === 'sendWave' && text === 'ssm.SendCommand' && at >= from && at <= to,
  );
  const closed = sends.filter(({ at }) => !windowAt(group.window, instant(at)).mayStart);
  const asked = group.approvals.before.flatMap((ring) => {
    const first = campaign.rings.find((each) => each.plan.ring === ring)?.record?.firstSentAt;
    const yes = campaign.record?.approvals.find((approval) => approval.ring === ring && approval.decision === 'yes');
    const isAllowed = group.approvals.decide === 'link' || yes?.way === 'iam';
    const inTime = first && yes?.decidedAt && yes.decidedAt <= first && yes.decidedAt <= yes.expiresAt;
    const good = yes && yes.scopeHash === campaign.plan?.scopeHash && isAllowed && inTime;
    return first && !good ? [`5: ${ring} was sent without its approval`] : [];
  });
  return [...closed.map(({ at }) => `5: a wave was sent at ${instant(at)}, outside the window`), ...asked];
}

function unpartitioned({ rings, read, lines }: Campaign): string[] {
  if (!read(files.delta)) return [];
  return [...rings.map((ring) => ring.plan.ring), NO_RING].flatMap((ring) => {
    const [before, after] = [lines<SurveyedHost>(files.before(ring)), lines<HostAfter>(files.after(ring))];
    try {
      checkPartition(beforeKeys(before), afterKeys(after), lines<DeltaRow>(files.deltaRows(ring)));
      return [];
    } catch (error) {
      return [`6: ${ring}: ${(error as Error).message}`];
    }
  });
}

/** Stronger than what Inspector said: the vulnerability is really gone from the host. */
function falselyFixed({ rings, lines, read }: Campaign, truth: readonly HostTruth[]): string[] {
  if (!read(files.delta)) return [];
  const hosts = new Map(truth.map((host) => [host.id, host]));
  return rings.flatMap(({ plan: { ring } }) => {
    const after = new Map(lines<HostAfter>(files.after(ring)).map((host) => [host.id, host]));
    return lines<DeltaRow>(files.deltaRows(ring)).flatMap((row) => {
      if (row.bucket !== 'fixed') return [];
      const host = after.get(row.instance);
      const finding = host?.findings.find(({ arn }) => arn === row.arn || arn === row.arnNow);
      const said = finding?.status === 'CLOSED' && host?.coverage?.status === 'ACTIVE';
      const real = hosts.get(row.instance)?.vulnerable.includes(row.vulnerabilityId) === false;
      return said && real ? [] : [`7: ${row.vulnerabilityId} on ${row.instance} is called fixed and is not`];
    });
  });
}

/** Who is called gone is at work no more, and no error: so it must be. */
function stillThere({ rings }: Campaign, truth: readonly HostTruth[]): string[] {
  const there = new Set(truth.filter(({ state }) => state !== 'terminated').map(({ id }) => id));
  return rings
    .flatMap(({ record }) => record?.hosts ?? [])
    .filter(({ id, status }) => status === 'gone' && there.has(id))
    .map(({ id }) => `8: ${id} is called gone and is there`);
}

function tooMany({ rings }: Campaign, installs: Install[]): string[] {
  const planned = new Set(rings.flatMap(({ plan }) => plan.hosts.map((host) => host.id)));
  const strangers = installs
    .filter(({ host }) => !planned.has(host))
    .map(({ host }) => `8: ${host} is not in the plan and was patched`);
  const crowds = rings.flatMap(({ plan }) => {
    const mine = installs.filter(({ host }) => plan.hosts.some((each) => each.id === host));
    const most = Math.max(
      0,
      ...mine.map(
        ({ startedAt: at }) =>
          mine.filter((o) => o.startedAt <= at && (o.endedAt ?? Number.POSITIVE_INFINITY) > at).length,
      ),
    );
    return most > plan.atOnce ? [`8: ${most} hosts of ${plan.ring} were at work at once, ${plan.atOnce} may be`] : [];
  });
  return [...strangers, ...crowds];
}
