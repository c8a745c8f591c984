import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { files } from '#domain/campaign/files.ts';
import { patchFiles } from '#domain/patch/files.ts';
import type { HostAfter, Member, SurveyedHost } from '#domain/patch/model.ts';
import type { Patching } from '#domain/patch/ports.ts';
import type { Ports } from '#domain/ports.ts';
import { firstSurvey } from '#loops/patch/first-survey.ts';
import { takeSecondSurvey } from '#loops/patch/second-survey.ts';
import { openPatches, type SurveySummary } from '#loops/patch/survey.ts';
import { PART } from '#loops/patch/survey-parts.ts';
import { evidenceInMemory, patchingInMemory } from '../../functions/in-memory.ts';

const ref = { group: 'web', campaign: 'c' };
const at = '2024-09-01T22:00:00.000Z';
const group = { name: 'web', rings: ['canary', 'fleet'].map((name) => ({ name, tag: { key: 'Ring', value: name } })) };
const HOSTS = 3 * PART - 20;
const member = (n: number): Member => ({
  id: `i-${String(n).padStart(4, '0')}`,
  state: 'running',
  zone: 'a',
  tags: { Ring: n < 10 ? 'canary' : 'fleet' },
  launchedAt: at,
});
const IDS = Array.from({ length: HOSTS }, (_, n) => member(n).id);

let asked: string[]; // ids of which Inspector was asked for findings
let minutes: number; // that have passed in a call
let ports: Pick<Ports, 'clock' | 'inspector' | 'instances' | 'patching'> & {
  evidence: ReturnType<typeof evidenceInMemory>;
};

beforeEach(async () => {
  ports = await newPorts();
});

async function newPorts(): Promise<typeof ports> {
  asked = [];
  minutes = 0;
  const evidence = evidenceInMemory();
  await evidence.write(ref, files.policy, { hash: 'p', frozenAt: at, group });
  await evidence.write(ref, files.opened, { ...ref, openedAt: at });
  await evidence.write(ref, patchFiles.scanBefore, { snapshotId: 's', done: [], failed: [] });
  return {
    clock: { now: () => new Date(Date.parse(at) + minutes * 60_000).toISOString() },
    evidence,
    inspector: {
      enabled: async () => true,
      async *coverage() {},
      async *findings(ids) {
        asked.push(...ids);
        yield* [];
      },
    },
    instances: {
      async *members() {
        for (let n = 0; n < HOSTS; n++) yield member(n);
      },
      async *byIds() {},
    },
    patching: patchingInMemory(IDS),
  };
}

const first = () => firstSurvey(ref, ports, at);
const second = () => takeSecondSurvey(ref, ports, at);
const lines = (path: string) => Array.fromAsync(ports.evidence.lines<SurveyedHost & HostAfter>(ref, path));
const idsOf = async (path: string) => (await lines(path)).map(({ id }) => id);
const named = () => [...ports.evidence.files.keys()].map((key) => key.slice('web/c/'.length));

test('a survey that fits one call: a file per ring, and parts only of a ring that one part does not hold', async () => {
  assert.equal(await first(), 'Done');
  assert.deepEqual(
    named().filter((name) => name.startsWith('before')),
    [
      'before.members.json',
      'before/canary.jsonl.gz',
      'before/fleet/0001.jsonl.gz',
      'before/fleet/0002.jsonl.gz',
      'before/fleet/0003.jsonl.gz',
      'before/fleet.jsonl.gz',
      'before/no-ring.jsonl.gz',
      'before.json',
    ],
  );
  assert.deepEqual(await idsOf('before/fleet.jsonl.gz'), IDS.slice(10));
  const { rings, oses } = await ports.evidence.read<SurveySummary>(ref, patchFiles.surveyBefore);
  assert.deepEqual(
    rings.map(({ ring, hosts }) => [ring, hosts]),
    [
      ['canary', 10],
      ['fleet', HOSTS - 10],
      ['no-ring', 0],
    ],
  );
  assert.deepEqual(oses, ['DEBIAN']);
  assert.equal(await first(), 'Done');
  assert.deepEqual(asked, IDS, 'a task that runs again reads nothing again');
});

test('a call whose time is over says More after the part at hand, and the next goes on; the files are the same', async () => {
  const whole = await newPorts();
  assert.equal(await firstSurvey(ref, whole, at), 'Done');
  ports = await newPorts();
  const { findings } = ports.inspector;
  ports.inspector.findings = (ids, ask) => {
    minutes += 11;
    return findings(ids, ask);
  };
  let calls = 0;
  for (; (await first()) === 'More'; minutes = 0) calls += 1;
  assert.equal(calls, 4, 'the canary and three parts of the fleet: a call each');
  assert.deepEqual(asked, IDS);
  assert.deepEqual([...ports.evidence.files], [...whole.evidence.files]);
});

test('killed at any write, of either survey: nothing is read twice but the part at hand, and the files are the same', async () => {
  const whole = await newPorts();
  await firstSurvey(ref, whole, at);
  await takeSecondSurvey(ref, whole, at);
  const kills = fc.array(fc.record({ before: fc.boolean(), nth: fc.integer({ min: 1, max: 4 }) }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(kills, async (deaths) => {
      ports = await newPorts();
      const { write, writeLines } = ports.evidence;
      for (const { before, nth } of [...deaths, null].map(
        (death) => death ?? { before: true, nth: Number.POSITIVE_INFINITY },
      )) {
        let left = nth;
        const dying = async <T>(work: () => Promise<T>): Promise<T> => {
          left -= 1;
          if (left === 0 && before) throw new Error('killed');
          const done = await work();
          if (left === 0) throw new Error('killed');
          return done;
        };
        ports.evidence.write = (...given) => dying(() => write(...given));
        ports.evidence.writeLines = (...given) => dying(() => writeLines(...given));
        await first()
          .then(second)
          .catch((error) => assert.equal(error.message, 'killed'));
      }
      assert.ok(asked.length - 2 * HOSTS <= deaths.length * PART, `${asked.length} asked for, ${deaths.length} deaths`);
      assert.deepEqual(ports.evidence.files, whole.evidence.files);
    }),
    { numRuns: 60 },
  );
});

test('who is surveyed is settled as the survey begins: who moves to another ring meanwhile is in one file, and once', async () => {
  const { findings } = ports.inspector;
  ports.inspector.findings = (ids, ask) => {
    minutes += 11;
    return findings(ids, ask);
  };
  assert.equal(await first(), 'More');
  ports.instances.members = () => assert.fail('asked again who is in the group');
  for (; (await first()) === 'More'; minutes = 0);
  assert.deepEqual([...(await idsOf(patchFiles.before('canary'))), ...(await idsOf(patchFiles.before('fleet')))], IDS);
});

test('trap 30: Inspector that is switched off between two calls was not on: the summary says so', async () => {
  const { findings } = ports.inspector;
  ports.inspector.findings = (ids, ask) => {
    minutes += 11;
    return findings(ids, ask);
  };
  assert.equal(await first(), 'More');
  ports.inspector.enabled = async () => false;
  assert.equal(await first(), 'More');
  ports.inspector.enabled = async () => true;
  for (minutes = 0; (await first()) === 'More'; minutes = 0);
  const { inspectorEnabled } = await ports.evidence.read<SurveySummary>(ref, patchFiles.surveyBefore);
  assert.equal(inspectorEnabled, false);
  assert.deepEqual(asked, IDS.slice(0, 10), 'nothing is asked of an Inspector that is off');
});

test('a host whose list is empty though its state counts missing patches is unknown: it ended between the two', async () => {
  const patching = {
    async *patches(ids: Iterable<string>) {
      for (const id of ids) yield { id, patches: id === 'i-ended' ? [] : [{ title: 'p' }] };
    },
  } as unknown as Patching;
  const state = { missing: 1, failed: 0, installedPendingReboot: 0 };
  const states = new Map(['i-ended', 'i-there'].map((id) => [id, { id, ...state }])) as unknown as Parameters<
    typeof openPatches
  >[2];
  assert.deepEqual([...(await openPatches(patching, ['i-ended', 'i-there'], states)).keys()], ['i-there']);
});
