import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import type { Approval } from '#domain/campaign/records.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Plan } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { goFacts } from '#loops/patch/may-send-facts.ts';
import { notSent, patched, ringPlan, ringRecord } from '../../domain/fixture-ring.ts';
import { campaignsInMemory, evidenceInMemory, patchingInMemory } from '../../functions/in-memory.ts';

const NOW = '2024-09-02T22:00:00.000Z';
const SENT = '2024-09-02T20:00:00.000Z';
const task = { contract: 1, campaign: 'c', group: 'web', ring: 'fleet' };
const plan = { scopeHash: 'h' } as Plan;
const group = {
  name: 'web',
  rings: [{ name: 'canary' }, { name: 'fleet' }],
  gate: { alarms: ['web-5xx'] },
  approvals: { before: [] as string[] },
  window: null as GroupPolicy['window'],
  proofDays: 3,
} as unknown as GroupPolicy;

let asked: { alarmsSince: string[] };
let ports: Pick<Ports, 'alarms' | 'evidence' | 'patching'> & { campaigns: ReturnType<typeof campaignsInMemory> };
beforeEach(() => {
  asked = { alarmsSince: [] };
  ports = {
    alarms: {
      missing: async () => [],
      readings: async (_, since) => {
        asked.alarmsSince.push(since);
        return [];
      },
    },
    campaigns: campaignsInMemory(),
    evidence: evidenceInMemory(),
    patching: patchingInMemory([]),
  };
});

async function facts(record = ringRecord([], { ring: 'fleet' }), policy = group, ring = 'fleet') {
  await ports.evidence.write(task, files.policy, { group: policy });
  return goFacts({ ...task, ring }, plan, { ringPlan: ringPlan([]), record }, ports, NOW);
}

describe('the canary', () => {
  test('always 1: without a record, or without a verdict, has none, which is no pass', async () => {
    assert.equal((await facts()).canary, 'none');
    await ports.evidence.write(task, patchFiles.ring('canary'), ringRecord([]));
    assert.equal((await facts()).canary, 'none');
  });

  test('has the verdict that its record holds', async () => {
    for (const verdict of ['pass', 'fail', 'inconclusive']) {
      await ports.evidence.write(task, patchFiles.ring('canary'), ringRecord([], { verdict: { verdict } as never }));
      assert.equal((await facts()).canary, verdict);
    }
  });

  test('is not asked for its own verdict, and its proof counts from the record at hand', async () => {
    const own = ringRecord([], { firstSentAt: SENT });
    const read = await facts(own, group, 'canary');
    assert.deepEqual([read.canary, read.proofUntil], [null, '2024-09-05T20:00:00.000Z']);
  });
});

test('alarms are read from the ring’s first wave on: one that rang and is quiet again counts', async () => {
  await facts(ringRecord([], { firstSentAt: SENT }));
  assert.deepEqual(asked.alarmsSince, [SENT]);
  await facts(ringRecord([], { firstSentAt: null }));
  assert.deepEqual(asked.alarmsSince, [SENT, NOW], 'before the first wave nothing of ours may have rung it');
});

test('always 5: an approval is asked for where the policy says so, with what stands in the table', async () => {
  assert.equal((await facts()).approval, null);
  const policy = { ...group, approvals: { ...group.approvals, before: ['fleet'] } };
  assert.deepEqual((await facts(undefined, policy)).approval, { given: null, scopeHash: 'h' });
  const approval = { campaign: 'c', ring: 'fleet', group: 'web', scopeHash: 'x', askedAt: SENT } as Approval;
  await ports.campaigns.putApproval(approval);
  assert.deepEqual((await facts(undefined, policy)).approval, { given: approval, scopeHash: 'h' });
});

test('always 5: a kill switch or a calendar that cannot be read says so, and is no leave to go', async () => {
  ports.campaigns.kill = new Error('no answer');
  ports.patching.calendars = async () => {
    throw new Error('no answer');
  };
  const window = { days: [], nth: [], from: '00:00', to: '00:00', cutoffMinutes: 0, timeZone: 'UTC', calendars: ['x'] };
  const read = await facts(undefined, { ...group, window });
  assert.deepEqual([read.killSwitch, read.calendars], ['unreadable', 'unreadable']);
});

test('errors and hosts that were terminated at work are those of the ring', async () => {
  const hosts = [patched('i-1', { status: 'failed' }), notSent('i-2', { status: 'lost' }), patched('i-3')];
  assert.equal((await facts(ringRecord(hosts))).errors, 2);
  const gone = ['i-4', 'i-5'].map((id) => notSent(id, { status: 'gone' }));
  assert.equal((await facts(ringRecord([patched('i-1'), ...gone]))).gone, 2);
});
