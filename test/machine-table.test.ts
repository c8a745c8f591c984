import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unseen } from './break-machines.ts';
import { faults, machines } from './machine-table.ts';

test('trap 45: both machines are as the table has them: retries, time-outs, defaults, the one Catch', () => {
  assert.deepEqual(faults(machines()), []);
});

test('the table sees each name, Default, TimeoutSeconds and Catch that is changed alone', () => {
  const { broken, unseen: green } = unseen();
  assert.deepEqual(green, []);
  assert.ok(broken > 200, `${broken}`);
});

test('a question that the table does not know, and one that is gone, are faults', () => {
  const { campaign, ...rest } = machines();
  const { 'Opened?': opened = assert.fail(), ...States } = campaign.States;
  const renamed = { ...rest, campaign: { ...campaign, States: { ...States, 'Begun?': opened } } };
  assert.match(faults(renamed).join('\n'), /Begun\?: Default .*\n.*no Opened\?/s);
});

test('a Catch where none is meant, and a retry of a timeout where it is an answer, are faults', () => {
  const given = machines();
  const { CloseCampaign, AskApproval, PatchRing } = given.campaign.States;
  if (CloseCampaign) CloseCampaign.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Closed' }];
  for (const task of [AskApproval, PatchRing]) task?.Retry?.[0]?.ErrorEquals.push('States.Timeout');
  assert.deepEqual(
    faults(given).map((fault) => fault.split(' is ')[0]),
    ['campaign, AskApproval: Retry', 'campaign, PatchRing: Retry', 'campaign, CloseCampaign: Catch'],
  );
});
