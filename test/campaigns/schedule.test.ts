/** Campaigns that nobody starts: the schedule that the policy asks of the stack does. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { policyJson } from '#policy/policy-json.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { BadInput } from '../../cli/bad-input.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { policyFor } from '../../cli/rehearse/policy-for.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const scheduled = scenarioOf('scheduled');
const DUE = Date.parse('2024-10-27T03:30:00Z'); // 04:30 in Berlin, an hour later in UTC than the night before

test('always 2, trap 28: Scheduler calls twice, and one campaign is opened, under the baseline of the stack', async () => {
  const { run, executions, truth, evidence } = await rehearse({ scenario: scheduled, out: null });
  const campaigns = executions.filter(({ machine }) => machine === 'campaign');
  const outcomes = campaigns.map(({ output }) => (output as { outcome: string }).outcome);
  assert.deepEqual(outcomes.sort(), ['Coalesced', 'Completed']);
  const [first, second] = campaigns.map(({ input }) => (input as { trigger: { id: string; at: string } }).trigger);
  assert.equal(first?.id, second?.id);
  assert.equal(first?.at, '2024-10-27T03:30:00Z');
  for (const { startedAt } of campaigns) {
    assert.ok(
      startedAt >= DUE && startedAt < DUE + 300_000,
      `${new Date(startedAt).toISOString()}: at most five minutes late`,
    );
  }
  assert.equal(truth.filter(({ runs }) => runs.some(({ operation }) => operation === 'Install')).length, 9);
  const [baseline] = JSON.parse(String(Buffer.from(evidence.get(`batch/${run.campaign.id}/baselines.json`) ?? '')));
  assert.deepEqual([baseline.name, baseline.source], ['patchwright-dev-batch-amazon-linux-2023', 'group']);
  assert.deepEqual(baseline.rules[0].filters, {
    CLASSIFICATION: ['Security'],
    SEVERITY: ['Critical', 'Important', 'Medium'],
  });
});

test('a start that stays refused is tried for an hour, then lies among the dead letters, with the reason', async () => {
  const policy = policyFor('policy.yml', 'batch', scheduled.policy, 'the test');
  const policyFile = join(mkdtempSync(join(tmpdir(), 'patchwright-schedule-')), 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scheduled.start),
    policyFile,
    world: (stage) => openWorld({ ...scheduled, faults: [] }, stage),
    faults: [{ do: 'throttle', operation: 'states.StartExecution', function: 'scheduler', times: 1000 }],
    added: addedBy(policy, 'on'),
  });
  try {
    await rehearsal.run(() => rehearsal.clock.now() > DUE + 2 * 3_600_000);
    const [letter, ...more] = rehearsal.letters('patchwright-dev-dead-letters');
    assert.deepEqual(more, []);
    assert.equal(letter?.attributes.ERROR_CODE, 'ThrottlingException');
    assert.match(String(letter?.attributes.SCHEDULE_ARN), /schedule\/default\/patchwright-dev-batch$/);
    assert.match(String(letter?.attributes.EXHAUSTED_RETRY_CONDITION), /^Maximum/);
    assert.ok(letter && letter.sentAt <= DUE + 65 * 60_000);
    assert.deepEqual(rehearsal.executions(), []);
    assert.equal(
      rehearsal.callsByCaller.get('scheduler|states.StartExecution'),
      Number(letter.attributes.RETRY_ATTEMPTS) + 1,
    );
  } finally {
    await rehearsal.close();
  }
});

test('a group that no schedule starts is told so', async () => {
  const never = rehearse({ scenario: { ...scheduled, policy: { triggers: { schedule: null } } }, out: null });
  await assert.rejects(never, (error) => error instanceof BadInput && /triggers\.schedule/.test(error.faults.join()));
});
