import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { Lease } from '#domain/campaign/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostResult, Verdict } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { noCounts } from '#domain/severity.ts';
import { close } from '#loops/campaign/close.ts';
import { patchEnd } from '#loops/patch/loop.ts';
import { JUDGED, LOOKED, OPENED, patched, planned, ringPlan, ringRecord } from '../../domain/fixture-ring.ts';
import {
  campaignsInMemory,
  evidenceInMemory,
  intentsInMemory,
  noticesInMemory,
  patchingInMemory,
} from '../../functions/in-memory.ts';

const ref = { group: 'web', campaign: 'c' };
const closedAt = '2024-09-01T05:00:00.000Z';
const trigger = { kind: 'person' as const, id: 'x', at: OPENED, by: 'me' };
const held: Lease = {
  ...unheldLease('web'),
  holder: { campaign: 'c', execution: 'arn:c', state: 'open', openedAt: OPENED, trigger },
};
const EARLIER = { campaign: 'b', ring: 'canary', at: '2024-08-31T00:00:00.000Z', oses: ['DEBIAN' as const] };
const passed: Verdict = {
  ring: 'canary',
  verdict: 'pass',
  reasons: [{ row: 'proof', words: 'passed' }],
  at: JUDGED,
  planned: 1,
  patched: 1,
  failed: 0,
  looked: 1,
  restsOn: null,
};

let ports: ReturnType<typeof newPorts>;
beforeEach(async () => {
  ports = newPorts();
  const rings = [{ name: 'canary' }, { name: 'fleet' }];
  const group = { name: 'web', rings, waivers: [], triggers: { minHours: 24 }, reboot: 'RebootIfNeeded' };
  await ports.evidence.write(ref, files.policy, { hash: 'p', frozenAt: OPENED, group });
  await ports.evidence.write(ref, files.opened, { ...ref, execution: 'arn:c', trigger, openedAt: OPENED });
});

function newPorts() {
  const engine = { arn: (name: string) => `arn:${name}`, start: async () => '' } as unknown as Ports['engine'];
  const instances = { async *members() {}, async *byIds() {} } as Ports['instances'];
  const campaigns = campaignsInMemory();
  return {
    campaigns,
    engine,
    evidence: evidenceInMemory(),
    instances,
    intents: intentsInMemory(),
    notices: noticesInMemory(),
    patching: patchingInMemory([]),
  };
}

/** A campaign whose canary ended so. */
async function judged(verdict: Verdict | null, hosts: HostResult[]): Promise<void> {
  const ring = { ring: 'canary', hosts: hosts.length, atOnce: 1, waves: 1, soakMinutes: 0, approval: false };
  await ports.evidence.write(ref, files.plan, {
    ...ref,
    scopeHash: 'h',
    planHash: 'p',
    rings: [{ ...ring, expected: noCounts() }],
    left: [],
    baselines: [],
    warnings: [],
    byFate: {},
    before: noCounts(),
    expected: noCounts(),
    fits: { ok: true, words: '' },
  });
  const plan = ringPlan([], { hosts: hosts.map(({ id }, n) => planned(id, n === 0 ? 'DEBIAN' : 'UBUNTU')) });
  await ports.evidence.write(ref, patchFiles.ringPlan('canary'), plan);
  await ports.evidence.write(ref, patchFiles.surveyBefore, { at: OPENED, inspectorEnabled: true, oses: [], rings: [] });
  await ports.evidence.write(ref, patchFiles.ring('canary'), ringRecord(hosts, { verdict }));
}

const proofAfter = async (lease: Lease = { ...held, lastProof: EARLIER }) => {
  ports.campaigns.store.set('web', lease);
  await close(ref, { outcome: 'Completed', why: 'all rings passed' }, patchEnd, ports, closedAt);
  return (await ports.campaigns.lease('web'))?.lastProof ?? null;
};
const seen = (id: string) => patched(id, { lookedAt: LOOKED });

describe('the proof that a campaign leaves', () => {
  test('always 2: is its canary’s pass, with the OSes of hosts that were patched and looked at', async () => {
    await judged(passed, [seen('i-1'), patched('i-2', { lookedAt: null })]);
    assert.deepEqual(await proofAfter(), { campaign: 'c', ring: 'canary', at: JUDGED, oses: ['DEBIAN'] });
  });

  test('always 2: a pass that rests on an earlier one proves nothing anew: the earlier keeps its age', async () => {
    await judged({ ...passed, restsOn: 'b', provenAt: EARLIER.at }, [seen('i-1')]);
    assert.deepEqual(await proofAfter(), EARLIER);
  });

  test('a canary that did not pass leaves what was proven before', async () => {
    await judged({ ...passed, verdict: 'fail' }, [seen('i-1')]);
    assert.deepEqual(await proofAfter(), EARLIER);
  });

  test('always 2: a campaign without a canary, of a night with nothing to do, forgets no proof', async () => {
    assert.deepEqual(await proofAfter(), EARLIER);
  });
});

describe('a campaign that closes again', () => {
  const fresh = async () => JSON.stringify([...(await ports.evidence.files)]);

  test('always 9: changes nothing where another one closed since, and holds the lease or none', async () => {
    const before = await fresh();
    const lastClosed = { campaign: 'd', outcome: 'Completed' as const, at: closedAt, noticed: true };
    for (const holder of [null, held.holder && { ...held.holder, campaign: 'd', state: 'draining' as const }]) {
      const lease = { ...held, holder, lastClosed };
      ports.campaigns.store.set('web', lease);
      await close(ref, { outcome: 'Lost', why: 'late' }, patchEnd, ports, closedAt);
      assert.deepEqual(await ports.campaigns.lease('web'), lease);
    }
    assert.equal(await fresh(), before);
    assert.deepEqual(ports.notices.published, []);
  });

  test('always 3: while it drains, its second close frees nothing and writes no evidence anew', async () => {
    await judged(passed, [seen('i-1')]);
    ports.intents.sent.push({ ...INTENT });
    await proofAfter();
    const before = await fresh();
    assert.equal((await ports.campaigns.lease('web'))?.holder?.state, 'draining');
    ports.intents.sent.length = 0;
    await close(ref, { outcome: 'Lost', why: 'again' }, patchEnd, ports, '2024-09-01T06:00:00.000Z');
    assert.equal((await ports.campaigns.lease('web'))?.holder?.state, 'draining', 'the sweeper releases it');
    assert.equal(await fresh(), before);
    assert.equal(ports.notices.published.length, 1);
  });
});

/** Its command may still come. */
const INTENT = {
  campaign: 'c',
  ring: 'canary',
  wave: 1,
  instances: ['i-1'],
  comment: 'c/canary/1',
  at: '2024-09-01T04:59:00.000Z',
  state: 'intended' as const,
  commandId: null,
  words: '',
};
