/** The end of a ring: the looks that are waited for, and how often it is judged. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Coverage } from '#domain/patch/model.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { checkLooks } from '../../functions/patch/check-looks.ts';
import { judgeRing } from '../../functions/patch/judge-ring.ts';
import {
  after,
  before,
  DONE,
  JUDGED,
  OPENED,
  patched,
  ringPlan,
  ringRecord,
  SURVEYED,
} from '../domain/fixture-ring.ts';
import { campaignsInMemory, evidenceInMemory, patchingInMemory } from './in-memory.ts';

const task = { contract: 1, campaign: 'c', group: 'web', ring: 'canary' };
const ids = ['i-1', 'i-2'];
let seen: Coverage[];
let ports: Parameters<typeof judgeRing>[1];
beforeEach(async () => {
  seen = [];
  const patching = patchingInMemory([]);
  patching.states = async function* (wanted) {
    for (const id of wanted) yield { id, snapshotId: 's', missing: 0 } as never;
  };
  patching.patches = async function* (wanted) {
    for (const id of wanted) yield { id, patches: [] };
  };
  ports = {
    alarms: { missing: async () => [], readings: async () => [] },
    campaigns: campaignsInMemory(),
    evidence: evidenceInMemory(),
    inspector: {
      async *coverage(wanted: Iterable<string>) {
        const asked = [...wanted];
        yield* seen.filter(({ id }) => asked.includes(id));
      },
      async *findings() {},
    } as unknown as Ports['inspector'],
    instances: {
      async *byIds(wanted: Iterable<string>) {
        for (const id of wanted) yield { id, state: 'running', zone: 'a', tags: {}, launchedAt: OPENED };
      },
    } as unknown as Ports['instances'],
    patching,
  };
  const gate = { minSample: 2, failures: 0, alarms: [], introduced: 0, coveragePercent: 90, looks: 3 };
  const group = { name: 'web', rings: [{ name: 'canary' }, { name: 'fleet' }], gate, proofDays: 3 };
  await ports.evidence.write(task, files.policy, { group });
  await ports.evidence.write(task, files.opened, { openedAt: OPENED });
  await ports.evidence.write(task, patchFiles.surveyBefore, { at: SURVEYED });
  await ports.evidence.write(task, patchFiles.ringPlan('canary'), ringPlan(ids));
  const hosts = ids.map((id) => before(id, [], { patches: [MISSING] }));
  await ports.evidence.writeLines(task, patchFiles.before('canary'), hosts);
});
const MISSING = { title: 'openssl', kb: 'openssl.x86_64', package: null, status: 'Missing', cveIds: [] } as never;
const unseen = (change: Partial<RingRecord> = {}) =>
  ringRecord(
    ids.map((id) => patched(id)),
    { lookDeadline: JUDGED, ...change },
  );
const write = (record: RingRecord) => ports.evidence.write(task, patchFiles.ring('canary'), record);
const read = () => ports.evidence.read<RingRecord>(task, patchFiles.ring('canary'));
const looked = (id: string) => after(id).coverage as Coverage;

describe('the looks', () => {
  const BEFORE = '2024-09-01T03:59:59.999Z';

  test('are waited for until every patched host has one', async () => {
    await write(unseen());
    seen = [looked('i-1')];
    assert.equal((await checkLooks(task, ports, BEFORE)).decision, 'Later');
    seen = ids.map(looked);
    assert.equal((await checkLooks(task, ports, BEFORE)).decision, 'Looked');
    assert.ok((await read()).hosts.every(({ lookedAt }) => lookedAt));
  });

  test('always 2: are waited for until their deadline, and no longer', async () => {
    await write(unseen());
    seen = ids.map((id) => ({ ...looked(id), lastScannedAt: DONE }));
    assert.equal((await checkLooks(task, ports, BEFORE)).decision, 'Later');
    assert.equal((await checkLooks(task, ports, JUDGED)).decision, 'Looked');
    assert.ok(
      (await read()).hosts.every(({ lookedAt }) => !lookedAt),
      'and none is made up',
    );
  });

  test('are asked for every five minutes in the two hours after the re-scan, then every quarter of an hour', async () => {
    await write(unseen({ rescanAt: '2024-09-01T02:15:00.000Z' }));
    assert.equal((await checkLooks(task, ports, '2024-09-01T04:14:59.000Z')).waitSeconds, 300);
    assert.equal((await checkLooks(task, ports, '2024-09-01T04:15:00.000Z')).waitSeconds, 900);
  });
});

describe('the verdict', () => {
  test('always 2: inconclusive for want of looks is looked at again, up to the policy’s limit, and then decided', async () => {
    await write(unseen({ looks: 0 }));
    const decisions: string[] = [];
    for (let n = 0; n < 5; n++) decisions.push((await judgeRing(task, ports, JUDGED)).decision);
    assert.deepEqual(decisions, ['Again', 'Again', 'Decided', 'Decided', 'Decided']);
    const { looks, verdict } = await read();
    assert.deepEqual([looks, verdict?.verdict], [5, 'inconclusive']);
  });

  test('that no time can clear is decided at once', async () => {
    await write(unseen({ looks: 0, stopped: { why: 'window', words: 'the window closed', at: JUDGED } }));
    const { decision, outcome } = await judgeRing(task, ports, JUDGED);
    assert.deepEqual([decision, outcome], ['Decided', 'Expired']);
  });

  test('a pass is decided at once', async () => {
    await write(unseen({ looks: 0 }));
    seen = ids.map(looked);
    const { decision, verdict, outcome, why } = await judgeRing(task, ports, JUDGED);
    assert.deepEqual([decision, verdict, outcome], ['Decided', 'pass', 'Completed'], why);
  });
});
