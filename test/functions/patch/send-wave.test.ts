import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { Holder } from '#domain/campaign/records.ts';
import { SendRefused } from '#domain/errors.ts';
import { plusMinutes } from '#domain/instant.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Baseline } from '#domain/patch/model.ts';
import type { FrozenGroup, GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan, RingPlan, RingRecord } from '#domain/patch/records.ts';
import { newRing, withHosts } from '#domain/patch/ring-record.ts';
import type { Ports } from '#domain/ports.ts';
import { noCounts } from '#domain/severity.ts';
import { sendWave } from '../../../functions/patch/send-wave.ts';
import { campaignsInMemory, evidenceInMemory, intentsInMemory, patchingInMemory } from '../in-memory.ts';

const at = '2024-09-01T22:00:00.000Z';
const ids = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'];
const task = { contract: 1, campaign: 'c', group: 'web', ring: 'fleet' };
const group = {
  name: 'web',
  rings: [
    { name: 'canary', tag: { key: 'Ring', value: 'canary' } },
    { name: 'fleet', tag: { key: 'Ring', value: 'fleet' } },
  ],
  gate: { alarms: [] as string[] },
  approvals: { before: [] as string[] },
  window: null,
  proofDays: 3,
} as unknown as GroupPolicy;
const baseline = { id: 'pb-1', name: 'web', os: 'DEBIAN', contentHash: 'b' } as Baseline;
const ringPlan = {
  ring: 'fleet',
  atOnce: 2,
  errors: 0,
  soakMinutes: 0,
  hosts: ids.map((id) => ({ id, os: 'DEBIAN', zone: 'a', scanMode: 'EC2_SSM_AGENT_BASED', missing: 1, expected: 1 })),
  atLevel: [],
  later: [],
  last: true,
  expected: noCounts(),
} satisfies RingPlan;

const trigger = { kind: 'person' as const, id: 'x', at, by: 'me' };
const holder: Holder = { campaign: 'c', execution: 'arn', state: 'open', openedAt: at, trigger };

let ports: ReturnType<typeof newPorts>;
beforeEach(async () => {
  ports = newPorts();
  const { evidence, campaigns } = ports;
  await evidence.write(task, files.policy, { hash: 'p', frozenAt: at, group } satisfies FrozenGroup);
  await evidence.write(task, files.plan, {
    scopeHash: 'h',
    snapshotId: 's',
    reboot: 'RebootIfNeeded',
    baselines: [baseline] as Baseline[],
  } as Plan);
  await evidence.write(task, patchFiles.ringPlan('fleet'), ringPlan);
  await evidence.write(task, patchFiles.ring('canary'), {
    firstSentAt: at,
    verdict: { verdict: 'pass' },
  } as RingRecord);
  await evidence.write(task, patchFiles.ring('fleet'), newRing(ringPlan, [], at));
  campaigns.store.set('web', { ...unheldLease('web'), holder });
});

function newPorts() {
  const tags: Record<string, Record<string, string>> = {};
  return {
    tags,
    instances: {
      async *members() {},
      async *byIds(asked: Iterable<string>) {
        for (const id of asked)
          yield {
            id,
            state: 'running',
            zone: 'a',
            launchedAt: at,
            tags: tags[id] ?? { PatchGroup: 'web', Ring: 'fleet' },
          };
      },
    } as Ports['instances'],
    baselines: { forGroup: async () => baseline } as Ports['baselines'],
    campaigns: campaignsInMemory(),
    intents: intentsInMemory(),
    evidence: evidenceInMemory(),
    patching: patchingInMemory(ids),
    alarms: { missing: async () => [], readings: async () => [] },
  };
}
const send = (minutes = 0) => sendWave(task, ports, plusMinutes(at, minutes));
const record = () => ports.evidence.read<RingRecord>(task, patchFiles.ring('fleet'));
const settle = async (status: RingRecord['hosts'][number]['status']) =>
  ports.evidence.write(
    task,
    patchFiles.ring('fleet'),
    withHosts(await record(), (h) => (h.status === 'working' ? { status } : null)),
  );
const tolerating = (errors: number) =>
  ports.evidence.write(task, patchFiles.ringPlan('fleet'), { ...ringPlan, errors });
const fleetOf = async (count: number, { errors }: { errors: number }) => {
  const [host] = ringPlan.hosts;
  const hosts = Array.from({ length: count }, (_, n) => ({ ...host, id: `h-${n}` }));
  ports.patching.nodes = patchingInMemory(hosts.map(({ id }) => id)).nodes;
  const plan = { ...ringPlan, hosts, atOnce: 50, errors } as RingPlan;
  await ports.evidence.write(task, patchFiles.ringPlan('fleet'), plan);
  await ports.evidence.write(task, patchFiles.ring('fleet'), newRing(plan, [], at));
};
const installs = () => ports.patching.requests.flatMap((request) => request.instances);

test('waves go in the frozen order, at most atOnce, each host once, until all are sent', async () => {
  const waves: string[][] = [];
  for (let n = 0; n < 20; n++) {
    const { decision } = await send();
    if (decision === 'AllSent') break;
    assert.equal(decision, 'Sent');
    waves.push(ports.patching.requests.at(-1)?.instances ?? []);
    await settle('patched');
  }
  assert.deepEqual(waves, [['i-1', 'i-2'], ['i-3', 'i-4'], ['i-5']]);
  assert.equal((await record()).waves, 3);
});

test('trap 5, always 4: a response that got lost is found by its comment, and nothing is sent again', async () => {
  ports.patching.answer = (_, accept) => {
    accept();
    throw new Error('socket hang up');
  };
  assert.equal((await send()).decision, 'Wait');
  assert.equal(ports.intents.sent[0]?.state, 'intended');
  assert.equal((await send(2)).decision, 'Sent');
  assert.deepEqual([ports.intents.sent[0]?.state, ports.intents.sent[0]?.commandId], ['sent', 'cmd-1']);
  assert.deepEqual(installs(), ['i-1', 'i-2']);
});

test('always 4: a send that nobody can find leaves its hosts unknown, and they are never sent', async () => {
  ports.patching.answer = () => {
    throw new Error('socket hang up');
  };
  await send();
  assert.equal((await send(10)).decision, 'Wait', 'ListCommands lags: not found is not yet an answer');
  ports.patching.answer = (_, accept) => accept();
  assert.equal((await send(20)).decision, 'Stopped', 'two unknown hosts use up atOnce');
  assert.deepEqual((await record()).hosts.map((h) => h.status).slice(0, 3), ['unknown', 'unknown', 'planned']);
  assert.deepEqual(installs(), ['i-1', 'i-2']);
});

test('always 4: the task dies between the intent and the send, and the second run does not send either', async () => {
  const { update } = ports.intents;
  ports.intents.update = async () => {
    throw new Error('Lambda died');
  };
  await assert.rejects(send());
  ports.intents.update = update;
  assert.equal((await send(1)).decision, 'Sent');
  assert.equal(ports.patching.requests.length, 1);
});

test('trap 22: an instance that is not online is skipped; a command that SSM refuses is narrowed to the host that it refuses', async () => {
  await tolerating(1);
  const second = ports.patching.nodes[1];
  if (second) second.ping = 'ConnectionLost';
  ports.patching.answer = (request, accept) => {
    if (request.instances.includes('i-3')) throw new SendRefused('InvalidInstanceId', false);
    return accept();
  };
  const sent: string[] = [];
  for (let n = 0; n < 20; n++) {
    const { decision } = await send(n);
    if (decision === 'AllSent') break;
    if (decision === 'Sent') sent.push(...(ports.patching.requests.at(-1)?.instances ?? []));
    await settle('patched');
  }
  assert.deepEqual(sent.sort(), ['i-1', 'i-4', 'i-5']);
  const words = (await record()).hosts.filter((h) => h.status === 'skipped').map((h) => `${h.id} ${h.words}`);
  assert.match(words.join('; '), /i-2 .*not heard of \(ConnectionLost\).*i-3 SSM refused it/);
});

test('trap 22, always 4: one host that is refused costs a wave of 50 seven sends, and holds up no other', async () => {
  await fleetOf(50, { errors: 1 });
  ports.patching.answer = (request, accept) => {
    if (request.instances.includes('h-17')) throw new SendRefused('InvalidInstanceId', false);
    return accept();
  };
  const sent: string[] = [];
  let runs = 0;
  for (; runs < 20; runs++) {
    const { decision } = await send(runs);
    if (decision === 'AllSent') break;
    if (decision === 'Sent') sent.push(...(ports.patching.requests.at(-1)?.instances ?? []));
    await settle('patched');
  }
  assert.equal(new Set(sent).size, 49);
  assert.equal(sent.length, 49, 'nobody twice');
  assert.ok(runs <= 7 && ports.patching.requests.length <= 25, `${runs} runs, ${ports.patching.requests.length} sends`);
});

test('a ring of which SSM takes no host stops once more are refused than may fail, and says so', async () => {
  await fleetOf(2000, { errors: 2 });
  ports.patching.answer = () => {
    throw new SendRefused('AccessDenied', false);
  };
  const results = [await send(), await send(1), await send(2), await send(3)];
  assert.deepEqual(
    results.map(({ decision, waitSeconds }) => [decision, waitSeconds]),
    [
      ['Wait', 30],
      ['Wait', 30],
      ['Stopped', 0],
      ['Stopped', 0],
    ],
  );
  assert.equal((await record()).stopped?.words, 'SSM refused 3 hosts, 2 are tolerated: AccessDenied');
  assert.equal(ports.patching.requests.length, 3 * 7);
});

test('always 8: a host that left its ring or its group while the ring waited for its window is not sent', async () => {
  ports.tags['i-1'] = { PatchGroup: 'web', Ring: 'by-hand' };
  ports.tags['i-2'] = { PatchGroup: 'other', Ring: 'fleet' };
  assert.equal((await send()).why, 'no host of the wave is there and online');
  assert.equal((await send(1)).decision, 'Sent');
  assert.deepEqual(installs(), ['i-3', 'i-4']);
  const words = (await record()).hosts.map((h) => h.words).join('; ');
  assert.match(words, /i-1 left the ring fleet since the plan.*i-2 left the patch group web since the plan/);
});

test('always 5: a baseline that changed while the ring waited for its window is another scope', async () => {
  ports.baselines.forGroup = async () => ({ ...baseline, contentHash: 'changed' });
  const { decision, why } = await send();
  assert.deepEqual([decision, why], ['Stopped', 'baseline web (pb-1) was changed since the plan']);
  assert.deepEqual(installs(), []);
});

test('throttled sends took nothing: the hosts come again', async () => {
  ports.patching.answer = () => {
    throw new SendRefused('RateExceeded', true);
  };
  assert.equal((await send()).decision, 'Wait');
  ports.patching.answer = (_, accept) => accept();
  await send(1);
  assert.equal(ports.intents.sent[0]?.state, 'refused');
  assert.deepEqual([ports.intents.sent[1]?.state, ports.intents.sent[1]?.instances], ['sent', ['i-1', 'i-2']]);
});

test('always 8: hosts that did not come back count against atOnce, and when they fill it the ring stops', async () => {
  await send();
  await settle('lost');
  const { decision, why } = await send();
  assert.equal(decision, 'Stopped');
  assert.match(why, /2 hosts failed or did not come back, 0 are tolerated/);
  assert.deepEqual(installs(), ['i-1', 'i-2']);
});

test('a ring whose hosts are terminated at work goes on while more come back, and stops where no more do', async () => {
  await send();
  await settle('gone');
  const { decision, why } = await send();
  assert.deepEqual(
    [decision, why],
    ['Stopped', '2 hosts were terminated at work, and no more came back: it may be the patch'],
  );
  await ports.evidence.write(task, patchFiles.ring('fleet'), {
    ...withHosts(await record(), ({ id }) => (id === 'i-1' ? { status: 'gone' } : { status: 'patched' })),
    stopped: null,
  });
  const rest = withHosts(await record(), ({ id }) => (id === 'i-5' ? { status: 'planned' } : null));
  await ports.evidence.write(task, patchFiles.ring('fleet'), rest);
  assert.equal((await send(1)).decision, 'Sent');
  assert.deepEqual(installs(), ['i-1', 'i-2', 'i-5']);
});

test('always 5: nothing is sent with the kill switch on or unreadable, without the approval asked for, without the lease', async () => {
  ports.campaigns.kill = new Error('throttled');
  assert.match((await send()).why, /kill switch could not be read/);
  assert.equal((await send()).decision, 'Stopped', 'a ring that stopped stays stopped');
  assert.deepEqual(installs(), []);
});

const drained = (change: Partial<Holder> | null) => {
  const lease = ports.campaigns.store.get('web');
  if (!lease?.holder) throw new Error('the test took the lease');
  ports.campaigns.store.set('web', { ...lease, holder: change && { ...lease.holder, ...change } });
};

test('always 3: without a lease that is open and its own a ring sends nothing: free, draining, handed over, somebody else’s', async () => {
  for (const change of [null, { state: 'draining' }, { state: 'handover' }, { campaign: 'd' }] as const) {
    await ports.evidence.write(task, patchFiles.ring('fleet'), newRing(ringPlan, [], at));
    ports.campaigns.store.set('web', { ...unheldLease('web'), holder });
    drained(change);
    const { decision, why } = await send();
    assert.deepEqual([decision, (await record()).stopped?.why], ['Stopped', 'lease'], JSON.stringify(change));
    assert.match(why, /the lease is .*, not open and ours/);
  }
  assert.deepEqual(installs(), []);
});

test('always 3: a lease that is drained while the wave is about to be sent: nothing is sent, and the intent says so', async () => {
  const { add } = ports.intents;
  ports.intents.add = async (intent) => {
    const added = await add(intent);
    drained({ state: 'draining' }); // the sweeper, which then reads the intents
    return added;
  };
  const { decision, why } = await send();
  assert.deepEqual([decision, why], ['Wait', 'not accepted: the lease is draining by c, not open and ours']);
  assert.deepEqual(installs(), []);
  assert.equal(ports.intents.sent[0]?.state, 'refused');
  assert.equal((await send(1)).decision, 'Stopped');
});

test('always 3: a lease that cannot be read once the intent is written sends nothing, and leaves no host unknown', async () => {
  const { lease } = ports.campaigns;
  ports.campaigns.lease = async (name) => {
    if (ports.intents.sent.length) throw new Error('throttled');
    return lease(name);
  };
  assert.match((await send()).why, /the lease could not be read: Error: throttled/);
  ports.campaigns.lease = lease;
  assert.equal((await send(1)).decision, 'Sent');
  assert.equal(ports.intents.sent[0]?.state, 'refused');
});

test('always 5: no approval, no send', async () => {
  const asking = { ...group, approvals: { before: ['fleet'], expiresHours: 24, decide: 'link' as const } };
  await ports.evidence.write(task, files.policy, { hash: 'p', frozenAt: at, group: asking } satisfies FrozenGroup);
  assert.match((await send()).why, /asks for an approval before fleet/);
  assert.deepEqual(installs(), []);
});

test('always 5: outside the window it waits and sends nothing', async () => {
  const days = ['sun' as const];
  const window = { days, nth: [], from: '23:00', to: '04:00', cutoffMinutes: 30, timeZone: 'UTC', calendars: [] };
  await ports.evidence.write(task, files.policy, {
    hash: 'p',
    frozenAt: at,
    group: { ...group, window },
  } satisfies FrozenGroup);
  assert.deepEqual([(await send()).decision, (await send()).waitSeconds], ['Wait', 3600]);
  assert.deepEqual(installs(), []);
  assert.equal((await send(60)).decision, 'Sent');
});

test('always 4: who finds the intent of its wave there already sends nothing: another run of the task is at it', async () => {
  const intent = { campaign: 'c', ring: 'fleet', wave: 1, instances: ['i-1', 'i-2'], comment: 'c/fleet/1', at };
  await ports.intents.add({ ...intent, state: 'intended', commandId: null, words: '' });
  ports.intents.of = async function* () {}; // read just before the other run wrote it
  assert.match((await send()).why, /another run of this task is sending/);
  assert.deepEqual(installs(), []);
});

test('always 4: an error that leaves open whether it was taken is no refusal: nothing is halved', async () => {
  ports.patching.answer = () => {
    throw new Error('socket hang up');
  };
  const { decision, why } = await send();
  assert.deepEqual([decision, ports.patching.requests.length], ['Wait', 1]);
  assert.match(why, /unclear whether it was sent/);
  assert.equal(ports.intents.sent.length, 1);
});

test('always 4: a command is looked for from some minutes before its intent: the clocks of Lambda and SSM differ', async () => {
  ports.patching.answer = (_, accept) => {
    accept();
    throw new Error('socket hang up');
  };
  await send();
  const requestedAt = plusMinutes(at, -2);
  ports.patching.commandsByComment = async function* (comment, since) {
    const [command] = ports.patching.commands;
    if (command?.comment === comment && requestedAt > since) yield command;
  };
  assert.equal((await send(1)).decision, 'Sent');
  assert.equal(ports.intents.sent[0]?.commandId, 'cmd-1');
});

test('always 4: the longest names leave each wave a comment of its own, of at most 100 characters', async () => {
  const long = { ...task, campaign: `web-${'x'.repeat(76)}`, ring: `f${'l'.repeat(30)}` };
  const plan = { ...ringPlan, ring: long.ring };
  const rings = [...group.rings.slice(0, 1), { name: long.ring, tag: { key: 'Ring', value: 'fleet' } }];
  await ports.evidence.write(long, files.policy, { hash: 'p', frozenAt: at, group: { ...group, rings } });
  await ports.evidence.write(long, files.plan, await ports.evidence.read(task, files.plan));
  await ports.evidence.write(
    long,
    patchFiles.ring('canary'),
    await ports.evidence.read(task, patchFiles.ring('canary')),
  );
  await ports.evidence.write(long, patchFiles.ringPlan(long.ring), plan);
  await ports.evidence.write(long, patchFiles.ring(long.ring), newRing(plan, [], at));
  ports.campaigns.store.set('web', { ...unheldLease('web'), holder: { ...holder, campaign: long.campaign } });
  for (const minutes of [0, 1]) {
    assert.equal((await sendWave(long, ports, plusMinutes(at, minutes))).decision, 'Sent');
    const sent = await ports.evidence.read<RingRecord>(long, patchFiles.ring(long.ring));
    const back = withHosts(sent, ({ status }) => (status === 'working' ? { status: 'patched' } : null));
    await ports.evidence.write(long, patchFiles.ring(long.ring), back);
  }
  const comments = ports.patching.requests.map(({ comment }) => comment);
  assert.equal(new Set(comments).size, 2, comments.join(' '));
  assert.ok(comments.every((comment) => comment.length <= 100));
});
