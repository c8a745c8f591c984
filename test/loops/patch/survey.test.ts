/** Who and what a survey reads, first and second. How it goes on in parts: survey-parts.test.ts. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type {
  Finding,
  HostAfter,
  InstanceState,
  Member,
  Patch,
  PatchState,
  SurveyedHost,
} from '#domain/patch/model.ts';
import type { RingPolicy } from '#domain/patch/policy.ts';
import type { Ports } from '#domain/ports.ts';
import { firstSurvey } from '#loops/patch/first-survey.ts';
import { takeSecondSurvey } from '#loops/patch/second-survey.ts';
import { findingsNow, openPatches } from '#loops/patch/survey.ts';
import { aFinding, OPENED } from '../../domain/fixture-ring.ts';
import { evidenceInMemory, patchingInMemory } from '../../functions/in-memory.ts';

const ref = { group: 'web', campaign: 'c' };
const at = '2024-09-01T22:00:00.000Z';
const ring = (name: string) => ({ name, tag: { key: name, value: 'yes' } }) as RingPolicy;
const member = (id: string, rings: string[], state: InstanceState = 'running'): Member => ({
  id,
  state,
  zone: 'a',
  tags: Object.fromEntries(rings.map((name) => [name, 'yes'])),
  launchedAt: OPENED,
});

let members: Member[];
let states: Partial<PatchState>[];
let findings: Finding[];
let enabled: boolean;
let asked: { findings: string[]; closedSince: (string | null)[]; patches: [string, string[]][] };
let ports: Parameters<typeof firstSurvey>[1] & { evidence: ReturnType<typeof evidenceInMemory> };

beforeEach(async () => {
  members = ['i-3', 'i-1'].map((id) => member(id, ['canary']));
  states = ['i-1', 'i-3'].map((id) => ({ id, snapshotId: 'ours', missing: 1 }));
  findings = [aFinding({ arn: 'arn:1', instance: 'i-1' })];
  enabled = true;
  asked = { findings: [], closedSince: [], patches: [] };
  const patching = patchingInMemory(['i-1', 'i-2', 'i-3', 'i-4']);
  patching.states = async function* (ids) {
    const wanted = [...ids];
    for (const state of states) if (wanted.includes(state.id ?? '')) yield state as PatchState;
  };
  patching.patches = async function* (ids, [status]) {
    asked.patches.push([String(status), [...ids]]);
    for (const id of ids) yield { id, patches: [{ ...OPENSSL, status }] as Patch[] };
  };
  ports = {
    clock: { now: () => at },
    evidence: evidenceInMemory(),
    inspector: {
      enabled: async () => enabled,
      async *coverage() {},
      async *findings(ids: Iterable<string>, { closedSince }: { closedSince: string | null }) {
        const wanted = [...ids];
        asked.findings.push(...wanted);
        asked.closedSince.push(closedSince);
        yield* findings.filter(({ instance }) => wanted.includes(instance));
      },
    } as unknown as Ports['inspector'],
    instances: {
      async *members() {
        yield* members;
      },
      async *byIds(ids: Iterable<string>) {
        const wanted = [...ids];
        yield* members.filter(({ id }) => wanted.includes(id));
      },
    } as unknown as Ports['instances'],
    patching,
  };
  const group = { name: 'web', rings: ['canary', 'fleet'].map(ring) };
  await ports.evidence.write(ref, files.policy, { hash: 'p', frozenAt: at, group });
  await ports.evidence.write(ref, files.opened, { ...ref, openedAt: OPENED });
  await ports.evidence.write(ref, patchFiles.scanBefore, { snapshotId: 'ours', done: [], failed: [] });
});

const PACKAGE = { name: 'openssl', arch: 'x86_64', version: '1' };
const OPENSSL = { title: 'openssl', kb: 'openssl.x86_64', package: PACKAGE, cveIds: [] } as unknown as Patch;

const read = <T>(path: string) => Array.fromAsync(ports.evidence.lines<T>(ref, path));
const before = async (name: string) => (await read<SurveyedHost>(patchFiles.before(name))).map(({ id }) => id);
const after = (name: string) => read<HostAfter>(patchFiles.after(name));

describe('the first survey', () => {
  test('has each member in the file of its ring, by id; of no ring or of several in a file of their own', async () => {
    members.push(member('i-4', []), member('i-2', ['canary', 'fleet']));
    await firstSurvey(ref, ports, at);
    assert.deepEqual(await before('canary'), ['i-1', 'i-3']);
    assert.deepEqual(await before('fleet'), []);
    assert.deepEqual(await before('no-ring'), ['i-2', 'i-4']);
    const [both] = await read<SurveyedHost>(patchFiles.before('no-ring'));
    assert.deepEqual([both?.ring, both?.rings], [null, ['canary', 'fleet']]);
  });

  test('leaves out what is terminated or about to be, and keeps what is stopped', async () => {
    members = [
      member('i-1', ['canary'], 'stopped'),
      member('i-2', ['canary'], 'terminated'),
      member('i-3', ['canary'], 'shutting-down'),
    ];
    await firstSurvey(ref, ports, at);
    assert.deepEqual(await before('canary'), ['i-1']);
    assert.deepEqual(asked.findings, ['i-1']);
  });

  test('trap 21: does not believe a patch state with a stranger’s snapshot: what is missing there is unknown', async () => {
    states = [
      { id: 'i-1', snapshotId: 'theirs', missing: 1 },
      { id: 'i-3', snapshotId: 'ours', missing: 1 },
    ];
    await firstSurvey(ref, ports, at);
    const hosts = await read<SurveyedHost>(patchFiles.before('canary'));
    assert.deepEqual(
      hosts.map(({ id, patchScan, patches }) => [id, patchScan, patches.length]),
      [
        ['i-1', 'unknown', 0],
        ['i-3', 'fresh', 1],
      ],
    );
    assert.deepEqual(asked.patches[0], ['Missing', ['i-3']]);
  });

  test('asks an Inspector that is off for nothing, and says so', async () => {
    enabled = false;
    await firstSurvey(ref, ports, at);
    assert.deepEqual(asked.findings, []);
    const summary = await ports.evidence.read<{ inspectorEnabled: boolean }>(ref, patchFiles.surveyBefore);
    assert.equal(summary.inspectorEnabled, false);
  });
});

describe('the second survey', () => {
  test('asks by the ids of the first, wherever they are now, and lists members that are new in their ring', async () => {
    await firstSurvey(ref, ports, at);
    members = [member('i-1', ['fleet']), member('i-2', ['canary']), member('i-4', ['fleet'], 'terminated')];
    await takeSecondSurvey(ref, ports, at);
    assert.deepEqual(
      (await after('canary')).map(({ id, member }) => [id, member?.state ?? null]),
      [
        ['i-1', 'running'], // moved to another ring since
        ['i-3', null], // EC2 no longer knows it
        ['i-2', 'running'], // new
      ],
    );
    assert.deepEqual(await after('fleet'), []);
  });

  test('asks for findings that were closed since the campaign opened, the first for none', async () => {
    await firstSurvey(ref, ports, at);
    await takeSecondSurvey(ref, ports, at);
    assert.deepEqual([...new Set(asked.closedSince)], [null, OPENED]);
  });
});

test('findings of the gate are grouped by host, with those closed since then', async () => {
  findings = ['i-1', 'i-1', 'i-3'].map((instance, n) => aFinding({ arn: `arn:${n}`, instance }));
  const found = await findingsNow(ports.inspector, ['i-1', 'i-3', 'i-4'], OPENED);
  assert.deepEqual(
    [...found].map(([id, of]) => [id, of.length]),
    [
      ['i-1', 2],
      ['i-3', 1],
    ],
  );
  assert.deepEqual(asked.closedSince, [OPENED]);
});

test('patches are asked for only where the state counts some of that status', async () => {
  const counted = { failed: 1, missing: 0, installedPendingReboot: 0 } as PatchState;
  const open = await openPatches(ports.patching, ['i-1', 'i-3'], new Map([['i-1', counted]]));
  assert.deepEqual(
    asked.patches.filter(([, ids]) => ids.length > 0),
    [['Failed', ['i-1']]],
  );
  assert.deepEqual([open.get('i-1')?.length, open.get('i-3')?.length], [1, 0]);
});
