import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadScenario, type Scenario } from '#rehearsal/scenario/scenario.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';

const aborted = loadScenario(new URL('../../scenarios/aborted.yml', import.meta.url).pathname);
const calm: Scenario = { ...aborted, faults: [] };
const policy = (change: Record<string, unknown>): Scenario => ({ ...calm, policy: { ...calm.policy, ...change } });
const sends = (run: { calls: Record<string, number> }) => run.calls['ssm.SendCommand'] ?? 0;

test('always 3, trap 24: a ring that runs on after its campaign is stopped by the sweeper, before the campaign closes as Lost', async () => {
  const orphaned = new URL('../../scenarios/orphaned.yml', import.meta.url).pathname;
  const { run, rehearsal, evidence } = await rehearse({ scenario: orphaned, out: null });
  assert.equal(run.campaign.outcome, 'Lost');
  assert.equal(rehearsal.callsByCaller.get('sweepLeases|states.StopExecution'), 1);
  const [ring] = rehearsal.executions().filter(({ machine }) => machine === 'patchRing');
  assert.equal(ring?.status, 'ABORTED');
  const [record] = [...evidence].flatMap(([key, bytes]) => (key.endsWith('/campaign.json') ? [bytes] : []));
  const { closedAt } = JSON.parse(new TextDecoder().decode(record));
  assert.ok((ring?.stoppedAt ?? Number.POSITIVE_INFINITY) < Date.parse(closedAt));
});

test('always 2: a canary whose hosts are all terminated at work proves nothing: inconclusive, and no other host is changed', async () => {
  const faults: Scenario['faults'] = [
    { do: 'terminate', hosts: ['web-canary-1', 'web-canary-2'], on: { state: 'AwaitWave', execution: 'patchRing' } },
  ];
  const { run, truth } = await rehearse({ scenario: { ...calm, faults }, out: null });
  assert.equal(run.campaign.outcome, 'Halted');
  const [canary] = run.rings;
  assert.deepEqual([canary?.verdict, canary?.failed], ['inconclusive', 0]);
  assert.match(canary?.reasons.join() ?? '', /2 were terminated at work/);
  const installed = truth.filter(({ runs }) => runs.some(({ operation }) => operation === 'Install'));
  assert.ok(installed.every(({ entry }) => entry === 'web-canary'));
});

test('a ring whose start is throttled begins later, and once: its execution has a name', async () => {
  const faults: Scenario['faults'] = [
    { do: 'throttle', operation: 'states.StartExecution', function: 'states', times: 3, on: { state: 'PatchRing' } },
  ];
  const { run, rehearsal } = await rehearse({ scenario: { ...calm, faults }, out: null });
  assert.equal(run.campaign.outcome, 'Completed');
  assert.equal(rehearsal.executions().filter(({ machine }) => machine === 'patchRing').length, 2);
});

test('a ring that failed is not begun again', async () => {
  const faults: Scenario['faults'] = [{ do: 'abort-execution', on: { state: 'AwaitWave', execution: 'patchRing' } }];
  const { run, rehearsal } = await rehearse({ scenario: { ...calm, faults }, out: null });
  assert.equal(run.campaign.outcome, 'Lost');
  assert.equal(rehearsal.executions().filter(({ machine }) => machine === 'patchRing').length, 1);
});

test('Observed: everything but what changes hosts: one patch scan, the plan is told, nothing is installed', async () => {
  const { run, truth } = await rehearse({ scenario: policy({ mode: 'observe' }), out: null });
  assert.equal(run.campaign.outcome, 'Observed');
  assert.deepEqual(
    run.notices.map((notice) => notice.kind),
    ['plan'],
  );
  assert.ok(run.campaign.expectedFixed.total > 0);
  assert.equal(truth.flatMap((host) => host.runs.filter((each) => each.operation === 'Install')).length, 0);
  assert.equal(sends(run), 1);
});

test('Nothing: no patch could fix anything and Inspector sees every host', async () => {
  const level = { ...calm, fleet: calm.fleet.map((entry) => ({ ...entry, patchedThrough: calm.start })) };
  const { run } = await rehearse({ scenario: level, out: null });
  assert.equal(run.campaign.outcome, 'Nothing');
  assert.deepEqual(
    run.notices.map((notice) => notice.kind),
    ['delta'],
  );
  assert.equal(sends(run), 1);
});

test('trap 30: the same fleet is Blind where Inspector sees fewer hosts than the policy asks for, and says who is unseen where not', async () => {
  const level = { ...calm, fleet: calm.fleet.map((entry) => ({ ...entry, patchedThrough: calm.start })) };
  const [first, ...others] = level.fleet;
  assert.ok(first);
  const stale = {
    ...level,
    fleet: [first, ...others, { ...first, name: 'web-stale', count: 1, inventory: 'stale' as const }],
  };
  const seen = await rehearse({ scenario: stale, out: null });
  assert.equal(seen.run.campaign.outcome, 'Nothing');
  assert.match(seen.shown.record?.why ?? '', /Inspector sees \d+ of \d+ running hosts/);
  const gate = { coveragePercent: 100 };
  const asked = await rehearse({ scenario: { ...stale, policy: { ...stale.policy, gate } }, out: null });
  assert.equal(asked.run.campaign.outcome, 'Blind');
});

test('the path of a campaign, state by state', async () => {
  const { run } = await rehearse({ scenario: policy({ mode: 'observe' }), out: null });
  assert.deepEqual(
    run.states,
    'OpenCampaign Opened? ScanPatches AwaitScan CheckScan ScanDone? SurveyBefore Surveyed? CheckBaselines MakePlan Planned? CloseCampaign Closed'.split(
      ' ',
    ),
  );
});

test('smaller pages of findings than were asked for: the same campaign as with pages of 100', async () => {
  const [large, small] = [
    await rehearse({ scenario: calm, out: null }),
    await rehearse({ scenario: { ...calm, findingsPerPage: 5 }, out: null }),
  ];
  assert.deepEqual(small.run.delta, large.run.delta);
  const pages = ({ run }: typeof large) => run.calls['inspector2.ListFindings'] ?? 0;
  assert.ok(pages(small) > 2 * pages(large), `${pages(small)} ${pages(large)}`);
});

test('another seed: other events, the same outcome', async () => {
  for (const seed of [2, 3])
    assert.equal((await rehearse({ scenario: calm, seed, out: null })).run.campaign.outcome, 'Completed');
});

test('trap 45: the answer of each function is lost once, after its work was done: each is asked again, and the campaign completes', async () => {
  const named = (machine: string) =>
    readFileSync(new URL(`../../statemachines/${machine}.asl.json`, import.meta.url), 'utf8').matchAll(
      /\$\{(\w)(\w+)FunctionArn\}/g,
    );
  const functions = new Set(
    [...named('patch-campaign'), ...named('patch-ring')].map(([, first = '', rest = '']) => first.toLowerCase() + rest),
  );
  functions.delete('askApproval'); // its lost answer is silence
  const faults: Scenario['faults'] = [...functions].map((name) => ({ do: 'lose-answer', function: name }));
  const { run, rehearsal } = await rehearse({ scenario: { ...calm, faults }, out: null });
  assert.equal(run.campaign.outcome, 'Completed');
  const struck = rehearsal.timeline.filter(({ kind, text }) => kind === 'fault' && text === 'lose-answer').length;
  assert.equal(struck, functions.size - 1, 'all but recordApproval, which this campaign does not need');
});
