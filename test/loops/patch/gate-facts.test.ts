import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { Coverage, Finding, Patch, PatchState } from '#domain/patch/model.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { RingRecord } from '#domain/patch/records.ts';
import type { Ports } from '#domain/ports.ts';
import { ringFacts } from '#loops/patch/gate-facts.ts';
import {
  aFinding,
  BACK,
  before,
  fate,
  JUDGED,
  LOOKED,
  notSent,
  OPENED,
  patched,
  RESCANNED,
  ringPlan,
  ringRecord,
  SENT,
  SURVEYED,
} from '../../domain/fixture-ring.ts';
import { campaignsInMemory, evidenceInMemory, patchingInMemory } from '../../functions/in-memory.ts';

const task = { contract: 1, campaign: 'c', group: 'web', ring: 'canary' };
const group = {
  name: 'web',
  rings: [{ name: 'canary' }, { name: 'fleet' }],
  gate: { alarms: ['web-5xx'] },
  proofDays: 3,
} as unknown as GroupPolicy;
const missing = (title: string): Patch => ({
  title,
  kb: `${title}.x86_64`,
  package: { name: title, arch: 'x86_64', version: '1' },
  status: 'Missing',
  classification: null,
  severity: null,
  cveIds: [],
  installedAt: null,
});

let said: {
  alarmsSince: string[];
  asked: string[][];
  closedSince: (string | null)[];
  coverage: Coverage[];
  findings: Finding[];
  states: Partial<PatchState>[];
  open: Record<string, Patch[]>;
  members: string[];
};
let ports: Parameters<typeof ringFacts>[2] & { campaigns: ReturnType<typeof campaignsInMemory> };

beforeEach(async () => {
  const looked = {
    status: 'ACTIVE',
    reason: 'SUCCESSFUL',
    scanMode: 'EC2_SSM_AGENT_BASED',
    lastScannedAt: LOOKED,
  } as const;
  const ids = ['i-1', 'i-2'];
  said = {
    alarmsSince: [],
    asked: [],
    closedSince: [],
    coverage: ids.map((id) => ({ id, ...looked })),
    findings: [],
    states: ids.map((id) => ({ id, snapshotId: 's', missing: 0 })),
    open: {},
    members: ids,
  };
  const patching = patchingInMemory([]);
  patching.states = async function* (wanted) {
    const asked = [...wanted];
    for (const state of said.states) if (asked.includes(state.id ?? '')) yield state as PatchState;
  };
  patching.patches = async function* (wanted, [status]) {
    for (const id of wanted) yield { id, patches: (said.open[id] ?? []).filter((patch) => patch.status === status) };
  };
  ports = {
    alarms: {
      missing: async () => [],
      readings: async (names, since) => {
        said.alarmsSince.push(since);
        return names.map((name) => ({ name, state: 'OK', rangSince: null }));
      },
    },
    campaigns: campaignsInMemory(),
    evidence: evidenceInMemory(),
    inspector: {
      async *coverage(wanted: Iterable<string>) {
        const asked = [...wanted];
        said.asked.push(asked);
        yield* said.coverage.filter(({ id }) => asked.includes(id));
      },
      async *findings(_: Iterable<string>, { closedSince }: { closedSince: string | null }) {
        said.closedSince.push(closedSince);
        yield* said.findings;
      },
    } as unknown as Ports['inspector'],
    instances: {
      async *byIds(wanted: Iterable<string>) {
        for (const id of wanted)
          if (said.members.includes(id)) yield { id, state: 'running', zone: 'a', tags: {}, launchedAt: OPENED };
      },
    } as unknown as Ports['instances'],
    patching,
  };
  await ports.evidence.write(task, files.opened, { openedAt: OPENED });
  await ports.evidence.write(task, patchFiles.surveyBefore, { at: SURVEYED });
  await ports.evidence.write(task, patchFiles.ringPlan('canary'), ringPlan(ids));
  await ports.evidence.writeLines(
    task,
    patchFiles.before('canary'),
    ids.map((id) => before(id, [aFinding({ arn: `arn:${id}`, instance: id })], { patches: [missing('openssl')] })),
  );
  await ports.evidence.writeLines(task, patchFiles.fates('canary'), [fate(aFinding({ arn: 'arn:i-1' }))[1]]);
});

async function facts(record: RingRecord = ringRecord(['i-1', 'i-2'].map((id) => patched(id)))) {
  await ports.evidence.write(task, patchFiles.ring('canary'), record);
  return ringFacts(task, group, ports, JUDGED);
}
const hostsOf = async (record?: RingRecord) => (await facts(record)).record.hosts;

test('alarms are read from the ring’s first wave on, else from its beginning: not from now', async () => {
  await facts();
  await facts(ringRecord([notSent('i-1')], { firstSentAt: null, startedAt: BACK }));
  assert.deepEqual(said.alarmsSince, [SENT, BACK]);
});

describe('what was installed', () => {
  test('is what was Missing before and no longer is, by our scan after the install', async () => {
    const [first] = await hostsOf();
    assert.deepEqual([first?.installed, first?.packages], [1, ['openssl']]);
    said.states = said.states.map((state) => ({ ...state, missing: 1 }));
    said.open = { 'i-1': [missing('openssl')] };
    assert.equal((await hostsOf())[0]?.installed, 0);
  });

  test('trap 21: a patch state with a stranger’s snapshot is not believed: the host was not scanned', async () => {
    said.states = [
      { id: 'i-1', snapshotId: 'theirs', missing: 0 },
      { id: 'i-2', snapshotId: 's', missing: 0 },
    ];
    const { record } = await facts(ringRecord(['i-1', 'i-2'].map((id) => patched(id, { installed: 0, packages: [] }))));
    assert.deepEqual(
      record.hosts.map(({ installed }) => installed),
      [0, 1],
    );
    assert.deepEqual(record.scan?.done, ['i-2']);
  });

  test('of a host whose scan did not end nothing is known', async () => {
    const record = ringRecord(['i-1', 'i-2'].map((id) => patched(id, { installed: 0, packages: [] })));
    const open = { ...record, scan: record.scan && { ...record.scan, done: ['i-2'] } };
    assert.deepEqual(
      (await hostsOf(open)).map(({ installed }) => installed),
      [0, 1],
    );
  });
});

test('a patched host that nobody looked at, and that EC2 knows no more, was terminated after its patch', async () => {
  said.members = ['i-2'];
  said.coverage = [];
  const hosts = await hostsOf(ringRecord(['i-1', 'i-2'].map((id) => patched(id, { lookedAt: null }))));
  assert.deepEqual(
    hosts.map(({ status }) => status),
    ['gone', 'patched'],
  );
});

test('only hosts that were sent are asked of Inspector, with findings CLOSED since the campaign opened', async () => {
  const { after } = await facts(ringRecord([patched('i-1', { lookedAt: LOOKED }), notSent('i-2')]));
  assert.deepEqual(
    [...after].map(({ id }) => id),
    ['i-1'],
  );
  assert.deepEqual(said.asked.at(-1), ['i-1']);
  assert.deepEqual(said.closedSince, [OPENED]);
});

test('a look counts that is later than patch, return and re-scan; the first ring alone is the canary', async () => {
  const { record, canary, lastProof } = await facts();
  assert.deepEqual([record.hosts[0]?.lookedAt, canary, lastProof], [LOOKED, true, null]);
  said.coverage = said.coverage.map((each) => ({ ...each, lastScannedAt: RESCANNED }));
  assert.equal((await hostsOf())[0]?.lookedAt, null);
});
