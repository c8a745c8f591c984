import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import type { CampaignPorts, ExecutionStatus } from '#domain/campaign/ports.ts';
import type { CampaignRecord } from '#domain/campaign/records.ts';
import type { Ports } from '#domain/ports.ts';
import { LOOPS } from '#loops/loop-of.ts';
import { answerApproval } from '../../functions/campaign/answer-approval.ts';
import { checkDue } from '../../functions/campaign/check-due.ts';
import { openCampaign } from '../../functions/campaign/open-campaign.ts';
import { recordApproval } from '../../functions/campaign/record-approval.ts';
import { sweepLeases } from '../../functions/campaign/sweep-leases.ts';
import {
  campaignsInMemory,
  evidenceInMemory,
  intentsInMemory,
  noticesInMemory,
  patchingInMemory,
} from '../functions/in-memory.ts';
import { askForLamps, closeLamps, type House, lampLoop, lightLamps } from './lamp-loop.ts';

// The one line that a new loop writes into loops/loop-of.ts.
before(() => {
  LOOPS.house = lampLoop;
});
after(() => {
  delete LOOPS.house;
});

const at = (minute: number) => new Date(Date.UTC(2024, 8, 1, 22, minute)).toISOString();
const house: House = {
  name: 'home',
  mode: 'act',
  approvals: { expiresHours: 1, decide: 'link' },
  triggers: { schedule: 'cron(0 22 ? * SAT *)', timeZone: 'UTC', minHours: 0 },
  lamps: ['hall', 'kitchen'],
};
const task = (campaign: string) => ({ contract: 1, group: 'home', campaign, execution: `arn:${campaign}` });
const open = (campaign: string, minute: number) =>
  openCampaign(
    { ...task(campaign), trigger: { kind: 'schedule', id: campaign, at: at(minute), by: 's' } },
    ports,
    at(minute),
  );
const sweep = (minute: number) => sweepLeases({}, ports, at(minute));

let status: ExecutionStatus;
let woken: unknown[];
let started: string[];
let ports: ReturnType<typeof newPorts>;
beforeEach(() => {
  status = 'RUNNING';
  woken = [];
  started = [];
  ports = newPorts({ houses: { home: house } });
});

function newPorts(more: object) {
  const engine = {
    arn: (name: string, kind: string) => `arn:${kind === 'house' ? name : kind}`,
    status: async () => status,
    answer: async (_: string, output: unknown) => woken.push(output) > 0,
    start: async (name: string, _: unknown, kind: string) => started.push(`${kind} ${name}`) && name,
  } as unknown as CampaignPorts['engine'];
  const nobody = { async *members() {}, async *byIds() {} };
  return {
    engine,
    alarms: { missing: async () => [] as string[], readings: async () => [] },
    approvalUrl: { approval: () => 'https://page.example/', decision: () => '', flags: () => '' },
    campaigns: campaignsInMemory(),
    clock: { now: () => at(0) },
    evidence: evidenceInMemory(),
    inspector: { enabled: async () => true, async *coverage() {}, async *findings() {} } as Ports['inspector'],
    instances: nobody as Ports['instances'],
    intents: intentsInMemory(),
    notices: noticesInMemory(),
    patching: patchingInMemory([]),
    policies: { current: async () => ({ version: 1 as const, hash: 'p', groups: {}, ...more }) },
    secrets: { random: () => 'A'.repeat(43) },
  };
}

/** By the link of the mail: what the page shows, and what a yes with the word gets. */
async function visit(link: string, body: string | null) {
  const { searchParams } = new URL(link);
  const form = { method: 'POST', contentType: 'application/x-www-form-urlencoded', body };
  const plain = { method: 'GET', contentType: '', body: '' };
  const who = { path: '/', sourceIp: '203.0.113.7', caller: null, userAgent: '' };
  return answerApproval(
    { ...who, query: Object.fromEntries(searchParams), ...(body === null ? plain : form) },
    ports,
    at(2),
  );
}

async function asked(campaign: string, minute: number): Promise<string> {
  assert.equal((await open(campaign, minute)).decision, 'Opened');
  const ask = { ...task(campaign), ring: 'lamps', taskToken: 'token', expiresSeconds: 3600 };
  return askForLamps(ask, ports, at(minute + 1));
}

async function approved(campaign: string): Promise<void> {
  const link = await asked(campaign, 0);
  const word = (await ports.evidence.read<{ scopeHash: string }>(task(campaign), files.plan)).scopeHash.slice(0, 6);
  assert.match((await visit(link, null)).body, /Light 2 lamps\?.*<li>hall<\/li><li>kitchen<\/li>.*They are lit/s);
  assert.match(
    (await visit(link, `decision=yes&word=${word}`)).body,
    /Your yes is recorded.*They will be lit. At once/s,
  );
  assert.equal(woken.length, 1);
  const said = await recordApproval({ ...task(campaign), ring: 'lamps', answer: null }, ports, at(3));
  assert.equal(said.decision, 'Approved');
  await lightLamps(task(campaign), ports, at(4));
}

test('a second loop opens, asks, closes and is told, by files of its own and one line', async () => {
  await approved('home-1');
  assert.equal((await ports.campaigns.lease('home'))?.kind, 'house');
  assert.equal((await open('home-2', 4)).decision, 'Coalesced', 'one campaign at work per subject');
  await closeLamps({ ...task('home-1'), outcome: 'Completed', why: 'they shine' }, ports, at(20));
  const lease = await ports.campaigns.lease('home');
  assert.equal(lease?.lastClosed?.outcome, 'Completed');
  assert.equal(lease?.holder?.state, 'handover', 'the trigger that was noted has its successor');
  assert.deepEqual(started, [`house ${lease.holder.campaign}`]);
  assert.equal(lease.holder.execution, `arn:${lease.holder.campaign}`);
  assert.deepEqual(
    ports.notices.published.map(({ id }) => id),
    ['home-1.delta'],
  );
  const paths = await Array.fromAsync(ports.evidence.list({ group: 'home', campaign: 'home-1' }));
  for (const path of [
    'opened.json',
    'policy.json',
    'plan.json',
    'approvals/lamps.json',
    'campaign.json',
    'manifest.json',
  ])
    assert.ok(paths.includes(path), path);
});

test('it dies while its work goes on: it is settled once that has ended, closed as Lost, told, and its lease freed', async () => {
  await approved('home-1');
  await sweep(5);
  status = 'FAILED';
  assert.deepEqual(await sweep(6), { home: 'draining: hall warms up, kitchen warms up' });
  assert.equal((await ports.campaigns.lease('home'))?.holder?.state, 'draining');
  assert.deepEqual(ports.notices.published, []);
  assert.deepEqual(await sweep(30), { home: 'closed as Lost' });
  const { outcome } = await ports.evidence.read<CampaignRecord>({ group: 'home', campaign: 'home-1' }, files.campaign);
  assert.equal(outcome, 'Lost');
  assert.equal((await ports.evidence.read<{ looked: boolean }>(task('home-1'), 'lamps.json')).looked, true);
  assert.equal((await ports.campaigns.lease('home'))?.holder, null);
  assert.deepEqual(
    ports.notices.published.map(({ kind }) => kind),
    ['lost'],
  );
  assert.deepEqual(await sweep(45), {}, 'and told once');
});

test('silence means no; who has no lamps is told as it opens; a subject without a campaign is overdue', async () => {
  await asked('home-1', 0);
  const answer = { decision: 'silence' };
  const said = await recordApproval({ ...task('home-1'), ring: 'lamps', answer }, ports, at(59));
  assert.equal(said.decision, 'Denied');
  await assert.rejects(lightLamps(task('home-1'), ports, at(59)), /nobody said yes/);

  ports = newPorts({ houses: { home: { ...house, lamps: [] } } });
  await open('home-2', 0);
  assert.equal(ports.notices.published[0]?.kind, 'missing');
  const watch = {
    ...ports,
    schedules: { madeAt: async () => '2024-01-01T00:00:00.000Z' },
    subscriptions: { of: async () => ({ confirmed: 1, pending: 0 }) },
    metrics: { beat: () => undefined },
  };
  assert.deepEqual((await checkDue({}, watch, at(0))).overdue, ['home']);
});

test('a lease of a kind that no loop here runs is named, and holds up no other', async () => {
  await open('home-1', 0);
  status = 'FAILED';
  delete LOOPS.house;
  await assert.rejects(sweep(30), /home is a house: no loop here runs campaigns over one/);
  LOOPS.house = lampLoop;
  assert.deepEqual(await sweep(31), { home: 'closed as Lost' });
});
