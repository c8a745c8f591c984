import { files } from '#domain/campaign/files.ts';
import type { CampaignRef, ExecutionStatus } from '#domain/campaign/ports.ts';
import type { Holder, Lease } from '#domain/campaign/records.ts';
import type { Instant } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostStatus, Plan, RingRecord, VerdictName } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';

/** How a group stands: whether a campaign is at work, how far it is, what it waits for, and how the last one ended. */
export interface GroupStanding {
  group: string;
  atWork: AtWork | null;
  noted: number; // triggers that a next campaign will serve
  last: { campaign: string; outcome: string; at: Instant } | null;
}

export interface AtWork {
  campaign: string;
  state: Holder['state'];
  execution: ExecutionStatus;
  openedAt: Instant;
  by: string;
  rings: RingStanding[]; // empty: not planned yet
  asks: { ring: string; scopeHash: string; expiresAt: Instant }[]; // unanswered
}

export interface RingStanding {
  ring: string;
  planned: number;
  hosts: Partial<Record<HostStatus, number>>;
  verdict: VerdictName | null;
  stopped: string | null;
  doing: 'to come' | 'patching' | 'soaking, waiting for looks' | 'judged';
}

export type StandingPorts = Pick<Ports, 'campaigns' | 'engine' | 'evidence'>;

export async function standingOf(lease: Lease, ports: StandingPorts): Promise<GroupStanding> {
  const { group, holder, noted, lastClosed } = lease;
  return {
    group,
    atWork: holder && (await atWork(group, holder, ports)),
    noted: noted.length,
    last: lastClosed && { campaign: lastClosed.campaign, outcome: lastClosed.outcome, at: lastClosed.at },
  };
}

async function atWork(group: string, holder: Holder, { campaigns, engine, evidence }: StandingPorts): Promise<AtWork> {
  const ref = { group, campaign: holder.campaign };
  const plan = await evidence.readIfThere<Plan>(ref, files.plan);
  const rings: RingStanding[] = [];
  const asks: AtWork['asks'] = [];
  for (const { ring, hosts, approval } of plan?.rings ?? []) {
    rings.push(await ringStanding(ref, { ring, hosts }, evidence));
    const asked = approval ? await campaigns.approval(holder.campaign, ring) : null;
    if (asked && asked.decision === null) asks.push({ ring, scopeHash: asked.scopeHash, expiresAt: asked.expiresAt });
  }
  const { campaign, state, openedAt, trigger } = holder;
  return { campaign, state, openedAt, by: trigger.by, execution: await engine.status(holder.execution), rings, asks };
}

async function ringStanding(
  ref: CampaignRef,
  { ring, hosts: planned }: { ring: string; hosts: number },
  evidence: Ports['evidence'],
): Promise<RingStanding> {
  const record = await evidence.readIfThere<RingRecord>(ref, patchFiles.ring(ring));
  const hosts: RingStanding['hosts'] = {};
  for (const { status } of record?.hosts ?? []) hosts[status] = (hosts[status] ?? 0) + 1;
  return {
    ring,
    planned,
    hosts,
    verdict: record?.verdict?.verdict ?? null,
    stopped: record?.stopped?.words ?? null,
    doing: doing(record),
  };
}

function doing(record: RingRecord | null): RingStanding['doing'] {
  if (!record) return 'to come';
  if (record.verdict) return 'judged';
  return record.rescanAt || record.scan ? 'soaking, waiting for looks' : 'patching';
}
