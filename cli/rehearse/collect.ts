import { files } from '#domain/campaign/files.ts';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { folderOf } from '#domain/campaign/short-name.ts';
import type { Delta } from '#domain/patch/delta/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { PatchRecord, Plan, RingRecord } from '#domain/patch/records.ts';
import { noCounts } from '#domain/severity.ts';
import type { Mail, Rehearsal } from '#rehearsal/api.ts';
import type { RehearsedCampaign } from './document.ts';
import { OPERATOR } from './people.ts';
import type { Shown } from './shown.ts';
import { stateEntered } from './watch.ts';

export interface Ended {
  campaign: string;
  group: string;
  execution: string; // ARN
  scenario: string;
  startedAt: number; // epoch milliseconds, virtual
  realSeconds: number;
  seed: number;
  evidence: string; // where the person finds it
  asides: string[];
}

/** Reads what a campaign left in its evidence, its mails and its states, as the document and as what the screen needs. */
export function collect(rehearsal: Rehearsal, ended: Ended): Shown {
  const evidence = rehearsal.evidence();
  const read = <T>(path: string): T | null => {
    const bytes = evidence.get(folderOf(ended) + path);
    return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as T) : null;
  };
  const plan = read<Plan>(files.plan);
  const record = read<PatchRecord>(files.campaign);
  const delta = read<Delta>(patchFiles.delta);
  const records = (plan?.rings ?? []).map(({ ring }) => read<RingRecord>(patchFiles.ring(ring)));
  const run: RehearsedCampaign = {
    version: 1,
    campaign: {
      id: ended.campaign,
      group: ended.group,
      outcome: record?.outcome ?? toldOutcome(rehearsal, ended.execution),
      scopeHash: plan?.scopeHash ?? '',
      plannedInstances: (plan?.rings ?? []).reduce((sum, { hosts }) => sum + hosts, 0),
      expectedFixed: plan?.expected ?? noCounts(),
    },
    rings: (plan?.rings ?? []).map((ring, place) => ringOf(ring, records[place] ?? null)),
    delta: delta && deltaOf(delta),
    notices: rehearsal.inbox.filter(({ attributes }) => attributes.kind !== undefined).map(noticeOf), // the others are of alarms
    calls: callsOf(rehearsal),
    states: rehearsal.timeline.flatMap((event) => stateEntered(event)?.state ?? []),
    evidence: ended.evidence,
    virtualSeconds: Math.round((rehearsal.clock.now() - ended.startedAt) / 1000),
    realSeconds: ended.realSeconds,
    seed: ended.seed,
    asides: ended.asides,
  };
  const rings = records.filter((ring) => ring !== null);
  return { run, scenario: ended.scenario, record, plan, rings, delta, mails: rehearsal.inbox };
}

/** Where no record was written: a coalesced campaign says so in its output, one that ended otherwise is lost. */
function toldOutcome(rehearsal: Rehearsal, arn: string): string {
  const execution = rehearsal.executions().find((each) => each.arn === arn);
  const output = execution?.output as { outcome?: unknown } | null | undefined;
  return typeof output?.outcome === 'string' ? output.outcome : OUTCOME.Lost;
}

function ringOf(planned: Plan['rings'][number], record: RingRecord | null): RehearsedCampaign['rings'][number] {
  const hosts = record?.hosts ?? [];
  const verdict = record?.verdict ?? null;
  return {
    name: planned.ring,
    verdict: verdict?.verdict ?? 'not-reached',
    reasons: verdict?.reasons.map(({ words }) => words) ?? (record?.stopped ? [record.stopped.words] : []),
    planned: planned.hosts,
    patched: hosts.filter(({ status }) => status === 'patched').length,
    failed: hosts.filter(({ status }) => status === 'failed' || status === 'lost').length,
    looked: hosts.filter(({ lookedAt }) => lookedAt !== null).length,
    waves: record?.waves ?? 0,
  };
}

function deltaOf(delta: Delta): NonNullable<RehearsedCampaign['delta']> {
  const { before, fixed, closedOtherwise, remaining, unverified, gone, after, rescored } = delta;
  const buckets = { before, fixed, closedOtherwise, remaining, unverified, gone, new: delta.new, after };
  return { ...buckets, remainingByReason: { ...delta.remainingByReason }, rescored };
}

/** The product's calls. Ours, as the operator and as the people, would be noise in them. */
function callsOf({ callsByCaller }: Rehearsal): Record<string, number> {
  const calls = new Map<string, number>();
  for (const [key, times] of callsByCaller) {
    const [caller = '', call = ''] = key.split('|');
    if (caller !== OPERATOR) calls.set(call, (calls.get(call) ?? 0) + times);
  }
  return Object.fromEntries([...calls].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function noticeOf(mail: Mail): RehearsedCampaign['notices'][number] {
  const { kind = '', id = mail.messageId } = mail.attributes;
  return { topic: mail.topic, kind, subject: mail.subject, id };
}
