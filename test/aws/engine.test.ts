import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { engine } from '#aws/engine.ts';
import type { CampaignInput } from '#domain/campaign/ports.ts';
import { ringExecution } from '#domain/campaign/short-name.ts';
import { error, wire } from './wire.ts';

const aws = await wire();
const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:patchwright-dev-campaign';
const EXECUTION = 'arn:aws:states:eu-central-1:123456789012:execution:patchwright-dev-campaign:web-1';
process.env.CAMPAIGN_MACHINE_ARN = MACHINE;

const input: CampaignInput = {
  contract: 1,
  group: 'web',
  trigger: { kind: 'person', id: 't', at: '2026-03-01T02:00:00.000Z', by: 'ann' },
};

test('an execution is started by name', async () => {
  aws.answers({ executionArn: EXECUTION, startDate: 0 });
  assert.equal(await engine.start('web-1', input, 'group'), EXECUTION);
  const { stateMachineArn, name, input: sent } = aws.calls[0]?.body ?? {};
  assert.deepEqual([stateMachineArn, name, JSON.parse(sent)], [MACHINE, 'web-1', input]);
});

test('one that is there already counts as started', async () => {
  aws.plays(() => error(400, 'ExecutionAlreadyExists'));
  assert.equal(await engine.start('web-1', input, 'group'), EXECUTION);
});

test('another refusal to start is an error', async () => {
  aws.plays(() => error(400, 'StateMachineDoesNotExist'));
  await assert.rejects(engine.start('web-1', input, 'group'), { name: 'AwsRefused' });
});

test('the ARN of an execution is known from its name, with a qualified machine too', () => {
  assert.equal(engine.arn('web-1', 'group'), EXECUTION);
  process.env.CAMPAIGN_MACHINE_ARN = `${MACHINE}:live`;
  assert.equal(engine.arn('web-1', 'group'), EXECUTION);
  process.env.CAMPAIGN_MACHINE_ARN = MACHINE;
});

test('always 3: the execution of a ring has the name that the campaign machine gives it', () => {
  process.env.PATCH_RING_MACHINE_ARN = MACHINE.replace('campaign', 'patch-ring');
  assert.equal(
    engine.childArn(ringExecution('web-1', 'fleet')),
    'arn:aws:states:eu-central-1:123456789012:execution:patchwright-dev-patch-ring:web-1-fleet',
  );
  const machine = readFileSync(new URL('../../statemachines/patch-campaign.asl.json', import.meta.url), 'utf8');
  const { NextRing, PatchRing } = JSON.parse(machine).States;
  assert.equal(NextRing.Assign.ringExecution, '{% $states.result.Payload.execution %}');
  assert.equal(PatchRing.Arguments.Name, '{% $ringExecution %}');
});

test('an execution is stopped with the reason; one that is not there needs no stop; another refusal is an error', async () => {
  aws.answers({ stopDate: 0 });
  await engine.stop(EXECUTION, 'the campaign runs no more');
  assert.deepEqual(aws.calls[0]?.body, { executionArn: EXECUTION, cause: 'the campaign runs no more' });
  for (const type of ['ExecutionDoesNotExist', 'InvalidArn']) {
    aws.plays(() => error(400, type));
    await engine.stop(EXECUTION, 'x');
  }
  aws.plays(() => error(400, 'AccessDeniedException'));
  await assert.rejects(engine.stop(EXECUTION, 'x'), { name: 'AwsRefused' });
});

test('always 3: a status is AWS’s, or unknown where the execution is not known; not read is an error', async () => {
  aws.answers({ executionArn: EXECUTION, stateMachineArn: MACHINE, status: 'ABORTED' });
  assert.equal(await engine.status(EXECUTION), 'ABORTED');
  for (const type of ['ExecutionDoesNotExist', 'InvalidArn']) {
    aws.plays(() => error(400, type));
    assert.equal(await engine.status(EXECUTION), 'unknown', 'a name that no execution can have was never there');
  }
  aws.plays(() => error(400, 'AccessDeniedException'));
  await assert.rejects(engine.status(EXECUTION), { name: 'AwsRefused' });
});

test('an answer reaches the waiting task', async () => {
  aws.answers({});
  assert.equal(await engine.answer('token', { decision: 'yes' }), true);
  assert.deepEqual(aws.calls[0]?.body, { taskToken: 'token', output: '{"decision":"yes"}' });
});

for (const type of ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']) {
  test(`a token that is no longer good (${type}) is a result`, async () => {
    aws.plays(() => error(400, type));
    assert.equal(await engine.answer('token', {}), false);
  });
}

test('an answer that was refused for another reason is an error', async () => {
  aws.plays(() => error(400, 'InvalidOutput'));
  await assert.rejects(engine.answer('token', {}), { name: 'AwsRefused' });
});
