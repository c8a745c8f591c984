import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { campaigns } from '#aws/campaigns.ts';
import { type Dying, dying, type Machine } from './redriven.ts';

const tasksOf = (machine: string): string[] =>
  Object.entries<{ Type: string }>(
    JSON.parse(readFileSync(`statemachines/${machine}.asl.json`, 'utf8')).States,
  ).flatMap(([name, { Type }]) => (Type === 'Task' ? [name] : []));
const TASKS = tasksOf('patch-campaign'); // the first opens it: see below

/** A campaign that died and was closed by the sweeper is redriven: nothing changes but its execution's own status. */
async function redriven(stage: Dying, campaign: string, dead: Machine): Promise<[string, string]> {
  const { arn, settled, left, redrive, execution } = stage;
  await settled();
  // Notices carry their kind; an alarm of the stack that rings beside them carries none.
  const told = stage.rehearsal.inbox.filter(({ attributes }) => attributes.kind !== undefined);
  assert.match(told.at(-1)?.subject ?? '', /^web: LOST/, campaign);
  const before = await left();
  for (const machine of dead === 'campaign' ? (['campaign'] as const) : (['patchRing', 'campaign'] as const)) {
    await redrive(arn(machine, campaign));
    await settled();
    assert.equal(await left(), before, `${campaign}: a redrive of ${machine} changes nothing`);
  }
  const { status, error, output } = execution(arn(dead, campaign));
  return [status, error ?? (output as { outcome: string }).outcome];
}

test('trap 46, always 9: a redrive of each dead end of a campaign changes nothing and tells nobody twice', async () => {
  const ends = new Map<string, [string, string]>();
  await dying(['canary'], async (stage) => {
    for (const state of TASKS.slice(1)) {
      const campaign = `web-${state}`;
      const answer = /^(SurveyAfter|CloseCampaign)$/.test(state) ? 'no' : 'yes';
      await stage.dies(campaign, { machine: 'campaign', state }, answer);
      ends.set(state, await redriven(stage, campaign, 'campaign'));
    }
  });
  const sealed = TASKS.slice(1).filter((state) => state !== 'PatchRing');
  assert.deepEqual(
    Object.fromEntries(ends),
    Object.fromEntries([
      ['PatchRing', ['FAILED', 'States.TaskFailed']], // the ring that it starts is sealed
      ...sealed.map((state) => [state, ['FAILED', 'Sealed']]),
    ]),
  );
});

test('trap 46, always 9: a campaign that died as it opened is closed, and its name opens no more', () =>
  dying(
    [],
    async (stage) => {
      stage.start('web-1');
      assert.deepEqual(await redriven(stage, 'web-1', 'campaign'), ['SUCCEEDED', 'Coalesced']);
    },
    [{ do: 'crash', function: 'openCampaign', times: 9 }],
  ));

describe('trap 46, always 9: a redrive of a ring and of its campaign, dead in', () => {
  for (const state of tasksOf('patch-ring'))
    test(state, () =>
      dying([], async (stage) => {
        await stage.dies('web-1', { machine: 'patchRing', state });
        assert.deepEqual(await redriven(stage, 'web-1', 'patchRing'), ['FAILED', 'Sealed']);
        assert.equal(stage.execution(stage.arn('campaign', 'web-1')).status, 'FAILED');
      }),
    );
});

const subjects = ({ rehearsal }: Dying) =>
  rehearsal.inbox
    .filter(({ attributes }) => attributes.kind !== undefined)
    .map(({ subject }) => subject.replace(/[:;,] .*/, ''));

test('always 9: redriven before the sweeper came, a campaign goes on to its end, and is told once', () =>
  dying(
    [],
    async (stage) => {
      await stage.dies('web-1', { machine: 'campaign', state: 'MakePlan' });
      await stage.redrive(stage.arn('campaign', 'web-1'));
      await stage.settled();
      assert.equal(stage.execution(stage.arn('campaign', 'web-1')).status, 'SUCCEEDED');
      assert.deepEqual(subjects(stage), ['web']);
      assert.match(
        stage.rehearsal.inbox.find(({ attributes }) => attributes.kind !== undefined)?.subject ?? '',
        /fixed/,
      );
    },
    [{ do: 'lose-events', operation: 'aws.states' }],
  ));

test('always 9: redriven while its hosts are at work, a campaign leaves its end to the sweeper', () =>
  dying([], async (stage) => {
    await stage.dies('web-1', { machine: 'patchRing', state: 'AwaitWave' });
    const drained = stage.rehearsal.clock.now() + 60_000;
    await stage.rehearsal.run(() => stage.rehearsal.clock.now() >= drained);
    const holder = await stage.rehearsal.act('operator', async () => (await campaigns.lease('web'))?.holder);
    assert.equal(holder?.state, 'draining');
    await stage.redrive(stage.arn('patchRing', 'web-1'));
    await stage.settled();
    assert.equal(stage.execution(stage.arn('patchRing', 'web-1')).error, 'Sealed');
    assert.deepEqual(subjects(stage), ['web']);
    assert.match(
      stage.rehearsal.inbox.find(({ attributes }) => attributes.kind !== undefined)?.subject ?? '',
      /^web: LOST/,
    );
  }));
