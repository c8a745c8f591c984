import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { ExecutionStatus } from '#domain/campaign/ports.ts';
import { BrokenRecord } from '#domain/errors.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { PatchState } from '#domain/patch/model.ts';
import type { Intent, RingRecord } from '#domain/patch/records.ts';
import { newRing } from '#domain/patch/ring-record.ts';
import type { Ports } from '#domain/ports.ts';
import { noCounts } from '#domain/severity.ts';
import { openCampaign } from '../../../functions/campaign/open-campaign.ts';
import { sweepLeases } from '../../../functions/campaign/sweep-leases.ts';
import { closeCampaign } from '../../../functions/patch/close-campaign.ts';
import {
  campaignsInMemory,
  evidenceInMemory,
  intentsInMemory,
  noticesInMemory,
  patchingInMemory,
} from '../in-memory.ts';

const at = '2024-09-01T22:00:00.000Z';
const later = '2024-09-01T23:00:00.000Z';
const group = {
  name: 'web',
  triggers: { minHours: 24 },
  gate: { alarms: ['web-5xx'], looks: 3 },
  window: null,
  rings: [{ name: 'canary' }],
  waivers: [],
};
const task = { contract: 1, campaign: 'c', group: 'web' };
const open = (campaign: string, id: string, now = at) =>
  openCampaign(
    { ...task, campaign, execution: `arn:${campaign}`, trigger: { kind: 'schedule', id, at: now, by: 's' } },
    ports,
    now,
  );
const closeOf = (campaign: string) =>
  closeCampaign(
    { ...task, campaign, execution: `arn:${campaign}`, outcome: 'Blind', why: 'Inspector is off' },
    ports,
    later,
  );
const close = () => closeOf('c');
const sweep = () => sweepLeases({}, ports, later);
const holder = async () => (await ports.campaigns.lease('web'))?.holder ?? null;

let statuses: Record<string, ExecutionStatus>;
let started: string[];
let stopped: string[];
let ports: ReturnType<typeof newPorts>;
beforeEach(() => {
  statuses = {};
  started = [];
  stopped = [];
  ports = newPorts();
});

function newPorts() {
  const engine: Ports['engine'] = {
    start: async (name) => {
      started.push(name);
      return `arn:${name}`;
    },
    status: async (arn) => statuses[arn] ?? 'unknown',
    account: () => '123456789012',
    arn: (name) => `arn:${name}`,
    childArn: (name) => `arn:${name}`,
    stop: async (arn) => {
      stopped.push(arn);
    },
    answer: async () => true,
  };
  return {
    alarms: { missing: async () => [] as string[], readings: async () => [] },
    campaigns: campaignsInMemory(),
    intents: intentsInMemory(),
    clock: { now: () => later },
    engine,
    evidence: evidenceInMemory(),
    notices: noticesInMemory(),
    patching: patchingInMemory([]),
    instances: { async *members() {}, async *byIds() {} } as Ports['instances'],
    inspector: { enabled: async () => true, async *coverage() {}, async *findings() {} } as Ports['inspector'],
    policies: {
      current: async () => ({ version: 1, hash: 'p', groups: { web: group } }),
    } as unknown as Ports['policies'],
  };
}

test('always 9, trap 24: an execution that died is found without any event, closed as Lost, told, and its lease freed', async () => {
  await open('c', '1');
  statuses['arn:c'] = 'ABORTED';
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
  assert.equal(await holder(), null);
  assert.deepEqual(
    ports.notices.published.map((n) => n.kind),
    ['lost'],
  );
  const after = new Date(Date.parse(later) + 90 * 86_400_000).toISOString();
  assert.deepEqual([...ports.campaigns.expiring], [['c', after]], 'what it has in the table goes 90 days later');
  await sweep();
  assert.equal(ports.notices.published.length, 1, 'told once');
});

test('always 3: a lease whose execution runs is left alone, however old it is', async () => {
  await open('c', '1');
  statuses['arn:c'] = 'RUNNING';
  await sweepLeases({}, ports, '2025-09-01T00:00:00.000Z');
  assert.equal((await holder())?.state, 'open');
  assert.equal(ports.notices.published.length, 0);
});

test('always 3: an execution that Step Functions does not list yet is not taken for a dead one', async () => {
  await open('c', '1');
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-01T22:01:00.000Z'), {});
  assert.equal((await holder())?.state, 'open');
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
});

test('always 3, trap 24: while a command works on a host the lease stays draining', async () => {
  await open('c', '1');
  await sent();
  statuses['arn:c'] = 'FAILED';
  assert.match((await sweep()).web ?? '', /^draining: canary wave 1: InProgress/);
  assert.equal((await holder())?.state, 'draining');
  assert.equal((await open('d', '2')).decision, 'Coalesced');
  const command = ports.patching.commands[0];
  if (command) command.terminal = true;
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
  assert.deepEqual(started.length, 1, 'the trigger that came meanwhile gets its campaign');
});

test('always 3, trap 24: a ring that outlives its campaign is stopped, and the lease stays until it and its functions have ended', async () => {
  await open('c', '1');
  await planned('canary', 'fleet');
  Object.assign(statuses, { 'arn:c': 'TIMED_OUT', 'arn:c-canary': 'SUCCEEDED', 'arn:c-fleet': 'RUNNING' });
  const before = JSON.stringify([...ports.evidence.files]);
  assert.deepEqual(await sweep(), { web: 'draining: the execution of fleet ran on, and is being stopped' });
  assert.deepEqual(stopped, ['arn:c-fleet']);
  assert.equal((await holder())?.state, 'draining', 'no wave is sent under it any more');
  assert.equal(JSON.stringify([...ports.evidence.files]), before, 'its records are its own while it runs');
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-01T23:15:00.000Z'), {
    web: 'draining: the execution of fleet ran on, and is being stopped',
  });
  statuses['arn:c-fleet'] = 'ABORTED';
  assert.deepEqual(
    await sweepLeases({}, ports, '2024-09-01T23:20:00.000Z'),
    { web: 'another run is about to close it' },
    'a function of it may still be writing',
  );
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-01T23:30:00.000Z'), { web: 'closed as Lost' });
  assert.equal(await holder(), null);
});

test('always 3: a ring that cannot be stopped, or of which nobody can tell, keeps the lease; the next sweep tries again', async () => {
  await open('c', '1');
  await planned('canary');
  Object.assign(statuses, { 'arn:c': 'ABORTED', 'arn:c-canary': 'RUNNING' });
  const { stop } = ports.engine;
  ports.engine.stop = async () => {
    throw new Error('throttled');
  };
  await assert.rejects(sweep(), /throttled/);
  assert.equal((await holder())?.state, 'draining');
  ports.engine.stop = stop;
  await sweep();
  assert.deepEqual(stopped, ['arn:c-canary']);
});

test('always 3: a campaign that closed busy is not released while a ring of it runs', async () => {
  await open('c', '1');
  await planned('canary');
  await sent();
  await close();
  for (const command of ports.patching.commands) command.terminal = true;
  Object.assign(statuses, { 'arn:c': 'SUCCEEDED', 'arn:c-canary': 'RUNNING' });
  assert.match((await sweep()).web ?? '', /^draining: the execution of canary ran on/);
  assert.equal((await holder())?.state, 'draining');
});

test('always 3: a command that is not listed yet counts as at work, for as long as one may be', async () => {
  await open('c', '1');
  await sent();
  ports.patching.commands.length = 0;
  statuses['arn:c'] = 'ABORTED';
  assert.match((await sweep()).web ?? '', /canary wave 1: not listed yet/);
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-02T00:41:00.000Z'), { web: 'closed as Lost' });
});

test('always 3: a campaign that closes while a lost host’s command runs frees the lease only after it', async () => {
  await open('c', '1');
  await sent();
  await close();
  assert.equal((await holder())?.state, 'draining');
  statuses['arn:c'] = 'SUCCEEDED';
  assert.match((await sweep()).web ?? '', /^draining/);
  const command = ports.patching.commands[0];
  if (command) command.terminal = true;
  assert.deepEqual(await sweep(), { web: 'released' });
  assert.equal(await holder(), null);
  assert.deepEqual(
    ports.notices.published.map((n) => n.kind),
    ['blind'],
    'closed once, not lost',
  );
});

test('always 3, always 8, trap 31: a command that a stranger cancelled is over, its host is not: the lease drains until the host is heard of, or lost', async () => {
  await open('c', '1');
  await sent();
  statuses['arn:c'] = 'ABORTED';
  const [command] = ports.patching.commands;
  if (command) Object.assign(command, { terminal: true, status: 'Cancelled' });
  const running = { id: 'i-1', state: 'running', zone: 'a', tags: {}, launchedAt: at } as const;
  ports.instances.byIds = async function* () {
    yield running;
  };
  assert.deepEqual(await sweep(), { web: 'draining: i-1 is not back' });
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-02T00:40:00.000Z'), { web: 'draining: i-1 is not back' });
  await planned('canary');
  statuses['arn:c-canary'] = 'ABORTED';
  const nodes = (lastPingAt: string) =>
    [{ id: 'i-1', ping: 'Online', os: 'DEBIAN', platform: 'Debian', lastPingAt }] as typeof ports.patching.nodes;
  ports.patching.nodes = nodes('2024-09-01T22:19:00.000Z');
  ports.patching.states = async function* () {
    const state = { id: 'i-1', snapshotId: 's', operation: 'Install', endedAt: '2024-09-01T22:10:00.000Z' };
    yield { ...state, failed: 0 } as PatchState;
  };
  assert.deepEqual(await sweep(), { web: 'draining: i-1 is not back' }, 'it may reboot now');
  ports.patching.nodes = nodes('2024-09-01T22:21:00.000Z');
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
});

test('always 3, always 8, trap 31: whose host is never heard of again counts as lost, and its lease is freed', async () => {
  await open('c', '1');
  await sent();
  await close();
  const [command] = ports.patching.commands;
  if (command) Object.assign(command, { terminal: true, status: 'Cancelled' });
  ports.instances.byIds = async function* () {
    yield { id: 'i-1', state: 'running', zone: 'a', tags: {}, launchedAt: at };
  };
  statuses['arn:c'] = 'SUCCEEDED';
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-02T00:40:00.000Z'), { web: 'draining: i-1 is not back' });
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-02T00:40:00.001Z'), { web: 'released' });
});

test('always 9: a notice that could not be sent is sent by the retry of the task, or by the sweeper, with the same id', async () => {
  await open('c', '1');
  ports.notices.down = true;
  await assert.rejects(close(), /topic is down/);
  assert.equal(await holder(), null, 'closed and free, and not yet told');
  await assert.rejects(close(), /topic is down/);
  ports.notices.down = false;
  await sweep();
  await close();
  assert.deepEqual(
    ports.notices.published.map((n) => n.id),
    ['c.blind'],
  );
});

test('always 9: a notice that could not be sent goes out also when the next campaign closed first', async () => {
  await open('c', '1');
  ports.notices.down = true;
  await assert.rejects(close(), /topic is down/);
  await open('d', '2', later);
  await assert.rejects(closeOf('d'), /topic is down/);
  ports.notices.down = false;
  await closeOf('d');
  assert.deepEqual(
    ports.notices.published.map((n) => n.id),
    ['d.blind'],
  );
  await close(); // the machine tries the task of the first again
  await sweep();
  assert.deepEqual(
    ports.notices.published.map((n) => n.id),
    ['d.blind', 'c.blind'],
  );
});

test('always 9: a group that cannot be swept holds up no other, and is heard of', async () => {
  const trigger = { kind: 'person' as const, id: 'x', at, by: 'me' };
  const held = { campaign: 'a', execution: 'arn:a', state: 'open' as const, openedAt: at, trigger };
  ports.campaigns.store.set('api', { ...unheldLease('api'), holder: held });
  await open('c', '1');
  statuses['arn:c'] = 'ABORTED';
  const { status } = ports.engine;
  ports.engine.status = async (arn) => {
    if (arn === 'arn:a') throw new BrokenRecord('no such thing');
    return status(arn);
  };
  await assert.rejects(sweep(), /"api":"failed: no such thing","web":"closed as Lost"/);
  assert.equal(await holder(), null);
});

test('always 6: a campaign that closes while the sweeper looks keeps its evidence as it closed', async () => {
  await open('c', '1');
  await sent();
  for (const command of ports.patching.commands) command.terminal = true;
  let closed = '';
  ports.engine.status = async () => {
    await close();
    closed = JSON.stringify([...ports.evidence.files]);
    return 'SUCCEEDED';
  };
  await sweep();
  assert.equal(JSON.stringify([...ports.evidence.files]), closed);
});

test('always 9: of two sweeps at once one closes, and the evidence is the one that the lease names', async () => {
  await open('c', '1');
  statuses['arn:c'] = 'ABORTED';
  const two = await Promise.all([sweep(), sweepLeases({}, ports, '2024-09-01T23:00:01.000Z')]);
  assert.deepEqual(two.map(({ web }) => web).sort(), ['another run is about to close it', 'closed as Lost']);
  const manifest = await ports.evidence.read<{ hash: string }>(task, files.manifest);
  assert.equal((await ports.campaigns.lease('web'))?.lastClosed?.manifest, manifest.hash);
  assert.equal(ports.notices.published.length, 1);
});

test('always 9: an execution that is aborted while it closes is closed by that task, or by a later sweep where it died', async () => {
  await open('c', '1');
  statuses['arn:c'] = 'ABORTED';
  const { write } = ports.evidence;
  ports.evidence.write = async () => {
    throw new Error('Lambda died');
  };
  await assert.rejects(close(), /Lambda died/);
  ports.evidence.write = write;
  assert.deepEqual(await sweep(), { web: 'another run is about to close it' });
  assert.deepEqual(await sweepLeases({}, ports, '2024-09-01T23:15:00.000Z'), { web: 'closed as Lost' });
  assert.equal(await holder(), null);
});

test('a sweep that ran out of time after the second survey goes on from there', async () => {
  await open('c', '1');
  await ports.evidence.write(task, patchFiles.surveyBefore, { at, inspectorEnabled: true, oses: [], rings: [] });
  await ports.evidence.write(task, patchFiles.surveyAfter, { at, inspectorEnabled: true, oses: [], rings: [] });
  statuses['arn:c'] = 'FAILED';
  ports.inspector.enabled = async () => assert.fail('surveyed again');
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
});

test('a second survey that one sweep does not end goes on in the next, and nothing is closed before', async () => {
  await open('c', '1');
  const hosts = Array.from({ length: 100 }, (_, n) => ({
    id: `i-${n}`,
    findings: [],
    patches: [],
    member: { tags: {} },
  }));
  await ports.evidence.writeLines(task, patchFiles.before('canary'), hosts);
  const rings = [{ ring: 'canary', hosts: 100, findings: 0, patchable: [] }];
  await ports.evidence.write(task, patchFiles.surveyBefore, { at, inspectorEnabled: true, oses: [], rings });
  statuses['arn:c'] = 'FAILED';
  ports.clock = { now: () => (ports.evidence.files.size < 7 ? later : '2024-09-01T23:11:00.000Z') };
  assert.deepEqual(await sweep(), { web: 'draining: the second survey goes on' });
  assert.equal(ports.notices.published.length, 0);
  ports.clock = { now: () => later };
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
  assert.equal((await ports.evidence.read<unknown[]>(task, patchFiles.after('canary'))).length, 100);
});

test('always 9: two closings of one campaign publish one notice', async () => {
  await open('c', '1');
  await close();
  await close();
  assert.equal(ports.notices.published.length, 1);
});

test('a trigger that came meanwhile starts the successor, also when the first start failed', async () => {
  await open('c', '1');
  assert.equal((await open('d', '2')).decision, 'Coalesced');
  const { start } = ports.engine;
  ports.engine.start = async () => {
    throw new Error('throttled');
  };
  await assert.rejects(close(), /throttled/);
  ports.engine.start = start;
  assert.equal((await holder())?.state, 'handover');
  await sweep();
  assert.deepEqual(started, ['web-20240901T230000Z-next']);
  assert.equal((await open('web-20240901T230000Z-next', '2>c', later)).decision, 'Opened');
});

test('a trigger counts once, also when its campaign is long closed', async () => {
  await open('c', '1');
  await close();
  assert.equal((await open('d', '1', later)).decision, 'Coalesced');
  assert.equal(await holder(), null);
});

test('an unknown group is refused by name, before anything is taken', async () => {
  await assert.rejects(
    openCampaign(
      { ...task, group: 'wbe', execution: 'arn', trigger: { kind: 'person', id: '1', at, by: 'x' } },
      ports,
      at,
    ),
    /No group wbe in the policy. It has: web\./,
  );
  assert.equal(await ports.campaigns.lease('wbe'), null);
});

async function planned(...names: string[]) {
  const counts = noCounts();
  for (const path of [patchFiles.surveyBefore, patchFiles.surveyAfter])
    await ports.evidence.write(task, path, { at, inspectorEnabled: true, oses: [], rings: [] });
  const rings = names.map((ring) => ({ ring, hosts: 1, atOnce: 1, waves: 1, soakMinutes: 0, expected: counts }));
  const plan = { rings, left: [], warnings: [], byFate: {}, before: counts, expected: counts, baselines: [] };
  await ports.evidence.write(task, files.plan, { ...plan, snapshotId: 's', fits: { ok: true, words: '' } });
}

async function sent() {
  const id = await ports.patching.send({
    document: 'patch',
    instances: ['i-1'],
    comment: 'c/canary/1',
    deliverySeconds: 600,
  });
  const intent: Intent = {
    campaign: 'c',
    ring: 'canary',
    wave: 1,
    instances: ['i-1'],
    comment: 'c/canary/1',
    at,
    state: 'sent',
    commandId: id,
    words: '',
  };
  await ports.intents.add(intent);
  const hosts = [{ id: 'i-1', os: 'DEBIAN' as const, zone: 'a', scanMode: 'EC2_AGENTLESS', missing: 1, expected: 1 }];
  const plan = {
    ring: 'canary',
    atOnce: 1,
    errors: 0,
    soakMinutes: 0,
    hosts,
    atLevel: [],
    later: [],
    last: true,
    expected: noCounts(),
  };
  await ports.evidence.write(task, patchFiles.ring('canary'), newRing(plan, [], at) satisfies RingRecord);
}

test('always 3: under an intent that has no command yet the lease stays, for one may come', async () => {
  await open('c', '1');
  await sent();
  const [intent] = ports.intents.sent;
  assert.ok(intent);
  Object.assign(intent, { state: 'intended', commandId: null, at: later });
  ports.patching.listed = false;
  statuses['arn:c'] = 'ABORTED';
  assert.deepEqual(await sweep(), { web: 'draining: canary wave 1: an intent without a command' });
  assert.equal((await holder())?.state, 'draining');
});

test('always 3: a campaign that closed, and drains, is released by the sweeper and not closed a second time', async () => {
  await open('c', '1');
  await sent();
  await close();
  const closed = JSON.stringify([...ports.evidence.files]);
  for (const command of ports.patching.commands) command.terminal = true;
  statuses['arn:c'] = 'ABORTED';
  assert.deepEqual(await sweep(), { web: 'released' });
  assert.equal(JSON.stringify([...ports.evidence.files]), closed);
  assert.equal((await ports.campaigns.lease('web'))?.lastClosed?.outcome, 'Blind');
});

test('always 6: a campaign that closes just before the sweeper drains it is released, and its evidence stays as it closed', async () => {
  await open('c', '1');
  await sent();
  statuses['arn:c'] = 'ABORTED';
  const { lease } = ports.campaigns;
  let closed = '';
  ports.campaigns.lease = async (name) => {
    ports.campaigns.lease = lease;
    const read = await lease(name);
    await close(); // busy, so that it drains
    for (const command of ports.patching.commands) command.terminal = true;
    closed = JSON.stringify([...ports.evidence.files]);
    return read;
  };
  assert.deepEqual(await sweep(), { web: 'released' });
  assert.equal(JSON.stringify([...ports.evidence.files]), closed);
  assert.deepEqual(
    ports.notices.published.map(({ kind }) => kind),
    ['blind'],
  );
});

test('always 9: a hand-over to a successor that died before it opened is drained, closed as Lost and told', async () => {
  await open('c', '1');
  assert.equal((await open('d', '2')).decision, 'Coalesced');
  await close();
  const successor = (await holder())?.campaign ?? '';
  assert.equal((await holder())?.state, 'handover');
  statuses[`arn:${successor}`] = 'FAILED';
  assert.deepEqual(await sweep(), { web: 'closed as Lost' });
  assert.equal(await holder(), null);
  assert.deepEqual(
    ports.notices.published.map(({ kind }) => kind),
    ['blind', 'lost'],
  );
});
