import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import validate from 'asl-validator';
import { play, WORK } from './rehearsal/services/states/asl/runs.ts';

interface State {
  Type: string;
  Resource?: string;
  TimeoutSeconds?: number | string;
  HeartbeatSeconds?: number | string;
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string }[];
  Catch?: { ErrorEquals: string[] }[];
  Choices?: { Condition: string }[];
}
interface Machine {
  QueryLanguage: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

for (const name of ['patch-campaign', 'patch-ring']) {
  const text = readFileSync(new URL(`../statemachines/${name}.asl.json`, import.meta.url), 'utf8');
  const machine: Machine = JSON.parse(text);

  test(`${name}: asl-validator finds nothing`, () => {
    const { isValid, errorsText } = validate(JSON.parse(text));
    assert.ok(isValid, errorsText('\n'));
  });
  test(`${name}: what asl-validator misses`, () => assert.deepEqual(faults(machine), []));
}

test('the rules that asl-validator misses each strike', () => {
  const sound: Machine = { QueryLanguage: 'JSONata', TimeoutSeconds: 9, States: {} };
  const of = (state: State) => faults({ ...sound, States: { DoIt: state } });
  const task: State = { Type: 'Task', TimeoutSeconds: 60 };
  assert.deepEqual(of(task), []);
  assert.match(of({ Type: 'Task' }).join(), /no TimeoutSeconds/);
  assert.match(of({ ...task, HeartbeatSeconds: 60 }).join(), /HeartbeatSeconds/);
  assert.match(of({ ...task, Catch: [{ ErrorEquals: ['States.ALL', 'X'] }] }).join(), /alone/);
  assert.match(of({ ...task, Catch: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }).join(), /last/);
  assert.match(of({ ...task, Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' }] }).join(), /Retry names/);
  assert.match(of({ ...task, Retry: [{ ErrorEquals: ['Lambda.Unknown'] }] }).join(), /jitter/);
  assert.match(of({ Type: 'Choice', Choices: [{ Condition: '{% $a and $b %}' }] }).join(), /one field/);
  assert.match(of({ Type: 'Pass' }).join(), /Pass/);
  assert.match(faults({ ...sound, TimeoutSeconds: 0 }).join(), /machine/);
  assert.match(faults({ ...sound, States: { doIt: task } }).join(), /verb phrase/);
});

test('campaign: a survey that says More is called again, with nothing of it in the state, until it says Done', async () => {
  const { States, ...campaign } = JSON.parse(
    readFileSync(new URL('../statemachines/patch-campaign.asl.json', import.meta.url), 'utf8'),
  ) as Machine;
  const played = Object.entries(States).map(([name, state]) => [
    name,
    state.Resource ? { ...state, Resource: WORK } : state,
  ]);
  const says: Record<string, object> = {
    OpenCampaign: { decision: 'Opened' },
    ScanPatches: { waitSeconds: 1 },
    CheckScan: { decision: 'Done' },
    MakePlan: { decision: 'Planned', why: '' },
    NextRing: { decision: 'Finished', ring: '', execution: '', approvalSeconds: 0, outcome: 'Completed', why: '' },
  };
  const { ending, states, requests, history } = await play(
    { ...campaign, States: Object.fromEntries(played) },
    { contract: 1, group: 'web', trigger: {} },
    {
      work: (_: unknown, { state }, attempt) => ({
        Payload: state.startsWith('Survey') ? { decision: attempt < 3 ? 'More' : 'Done' } : (says[state] ?? {}),
      }),
    },
  );
  assert.equal(ending.status, 'SUCCEEDED', ending.cause ?? '');
  const surveys = states.join(' ').match(/SurveyBefore .*CheckBaselines|SurveyAfter .*CloseCampaign/g);
  const thrice = (task: string, question: string) => Array.from({ length: 3 }, () => `${task} ${question}`).join(' ');
  assert.deepEqual(surveys, [
    `${thrice('SurveyBefore', 'Surveyed?')} CheckBaselines`,
    `${thrice('SurveyAfter', 'SurveyedAgain?')} CloseCampaign`,
  ]);
  const asked = requests
    .filter(({ state }) => state === 'SurveyBefore')
    .map(({ arguments: given }) => JSON.stringify(given));
  assert.equal(new Set(asked).size, 1);
  const entered = history.filter(({ details }) => details.name === 'Surveyed?' && 'input' in details);
  assert.deepEqual(
    entered.map(({ details }) => details.input),
    [{ decision: 'More' }, { decision: 'More' }, { decision: 'Done' }],
  );
});

/** Faults that the published linter lets through, and the house's own rules. */
function faults({ QueryLanguage, TimeoutSeconds, States }: Machine): string[] {
  const found: string[] = [];
  if (QueryLanguage !== 'JSONata' || !TimeoutSeconds)
    found.push('a machine is in JSONata and has its own TimeoutSeconds');
  for (const [name, state] of Object.entries(States)) {
    const say = (what: string) => found.push(`${name}: ${what}`);
    if (state.Type === 'Pass') say('no Pass that only rearranges');
    if (state.Type === 'Choice' && !name.endsWith('?')) say('a Choice is a question');
    if (state.Type === 'Task' && !/^([A-Z][a-z]+)+$/.test(name)) say('a Task is a verb phrase');
    if (state.Type === 'Task' && !state.TimeoutSeconds) say('no TimeoutSeconds');
    if (
      typeof state.HeartbeatSeconds === 'number' &&
      typeof state.TimeoutSeconds === 'number' &&
      state.HeartbeatSeconds >= state.TimeoutSeconds
    ) {
      say('HeartbeatSeconds is not below TimeoutSeconds');
    }
    for (const rules of [state.Retry ?? [], state.Catch ?? []]) {
      for (const [index, { ErrorEquals }] of rules.entries()) {
        if (!ErrorEquals.includes('States.ALL')) continue;
        if (ErrorEquals.length > 1) say('States.ALL stands alone');
        if (index < rules.length - 1) say('States.ALL comes last');
      }
    }
    for (const { ErrorEquals, JitterStrategy } of state.Retry ?? []) {
      if (ErrorEquals.includes('States.ALL')) say('Retry names its errors');
      if (JitterStrategy !== 'FULL') say('a retry without jitter');
    }
    for (const { Condition } of state.Choices ?? []) {
      if (!/^\{% \$states\.input\.\w+ = '\w+' %\}$/.test(Condition))
        say(`a Choice compares one field with one literal: ${Condition}`);
    }
  }
  return found;
}
