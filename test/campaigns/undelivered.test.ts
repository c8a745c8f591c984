/** What nobody would hear of but for an alarm: the first days of a stack, and a schedule that calls nobody. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { policyJson } from '#policy/policy-json.ts';
import type { Rehearsal } from '#rehearsal/api.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { addedBy } from '../../cli/rehearse/added-by-policy.ts';
import { policyFor } from '../../cli/rehearse/policy-for.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const scheduled = scenarioOf('scheduled');
const start = Date.parse(scheduled.start);
const whole = policyFor(
  'policy.yml',
  'batch',
  { ...scheduled.policy, triggers: { schedule: 'rate(1 day)' } },
  'the test',
);
const policy = { ...whole, groups: { batch: whole.groups.batch } } as typeof whole;

type Resources = ReturnType<ReturnType<typeof addedBy>>;

async function living(
  days: number,
  plant: (resources: Resources) => void,
  look: (rehearsal: Rehearsal) => void,
  faults: EngineFault[] = [],
): Promise<void> {
  const policyFile = join(mkdtempSync(join(tmpdir(), 'patchwright-undelivered-')), 'policy.json');
  writeFileSync(policyFile, policyJson(policy));
  const rehearsal = await openRehearsal({
    startAt: start,
    policyFile,
    world: (stage) => openWorld({ ...scheduled, faults: [] }, stage),
    faults,
    added: (stage) => {
      const resources = addedBy(policy, 'on')(stage);
      plant(resources);
      return resources;
    },
  });
  try {
    await rehearsal.run(() => rehearsal.clock.now() >= start + days * DAY);
    look(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

const schedulesOf = (resources: Resources) =>
  Object.values(resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');
const disabled = (resources: Resources) => {
  for (const { Properties } of schedulesOf(resources)) Object.assign(Properties ?? {}, { State: 'DISABLED' });
};
const rung = ({ timeline }: Rehearsal, name: string) =>
  timeline.filter(
    ({ kind, subject, data }) => kind === 'alarm' && subject === `patchwright-dev-${name}` && data.state === 'ALARM',
  );
const told = ({ inbox }: Rehearsal) => inbox.map(({ subject }) => subject);

test('no alarm rings after a first deployment, and the one for overdue groups has its first data within the hours', () =>
  living(0.5, disabled, (rehearsal) => {
    assert.deepEqual(told(rehearsal), []);
    const states = rehearsal.timeline
      .filter(({ kind }) => kind === 'alarm')
      .map(({ subject, data }) => [subject, data.state]);
    assert.equal(
      new Set(states.map(([subject]) => subject)).size,
      5,
      'each of the five alarms has left the state without data',
    );
    assert.deepEqual(
      states.filter(([, state]) => state !== 'OK'),
      [],
    );
  }));

test('the alarm as it was, missing data taken for bad news, rings within minutes of a first deployment', () =>
  living(
    0.05,
    (resources) => {
      disabled(resources);
      resources.OverdueAlarm = {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'patchwright-dev-overdue',
          AlarmActions: [{ Ref: 'NoticesTopic' }],
          Namespace: 'patchwright',
          MetricName: 'patchwright-dev-overdue',
          Statistic: 'Maximum',
          Period: 10_800,
          EvaluationPeriods: 2,
          ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0,
          TreatMissingData: 'breaching',
        },
      };
    },
    (rehearsal) => {
      assert.deepEqual(told(rehearsal), ['ALARM: "patchwright-dev-overdue"']);
      assert.ok(Number(rung(rehearsal, 'overdue')[0]?.at) <= start + 10 * 60_000);
    },
  ));

test('trap 44: a schedule under a key that its role cannot open calls nobody, leaves no letter, and after its due days an alarm rings', () =>
  living(
    5.5,
    (resources) => {
      for (const { Properties } of schedulesOf(resources))
        Object.assign(Properties ?? {}, { KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] } });
    },
    (rehearsal) => {
      assert.deepEqual(rehearsal.executions(), []);
      const undelivered = rehearsal.timeline.filter(({ kind }) => kind === 'undelivered');
      assert.equal(undelivered.length, 6, 'once a day');
      for (const { subject, text } of undelivered) {
        assert.match(subject, /schedule\/default\/patchwright-dev-batch$/);
        assert.match(text, /ScheduleRole is not authorized to perform: kms:Decrypt/);
      }
      assert.deepEqual(rehearsal.letters('patchwright-dev-dead-letters'), []);
      // A day between two calls, and the four that a campaign may take; then two looks of check-due.
      const [alarm] = rung(rehearsal, 'overdue');
      const at = (Number(alarm?.at) - start) / HOUR;
      assert.ok(at > 5 * 24 && at < 5 * 24 + 3, `${at} hours after the deployment`);
      assert.deepEqual(told(rehearsal), ['ALARM: "patchwright-dev-overdue"']);
    },
  ));

test('with the permission that AWS asks for, the same schedule calls', () =>
  living(
    0.1,
    (resources) => {
      for (const { Properties } of schedulesOf(resources))
        Object.assign(Properties ?? {}, { KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] } });
      const Statement = [
        { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'CampaignMachine' } },
        { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      ];
      resources.ScheduleRole = {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyName: 'start', PolicyDocument: { Version: '2012-10-17', Statement } }] },
      };
    },
    (rehearsal) => assert.equal(rehearsal.executions()[0]?.machine, 'campaign'),
  ));

test('a start that stays refused lies among the dead letters, and their alarm rings', () =>
  living(
    0.2,
    () => {},
    (rehearsal) => {
      assert.equal(rehearsal.letters('patchwright-dev-dead-letters').length, 1);
      assert.equal(rung(rehearsal, 'dead-letter').length, 1);
      assert.ok(told(rehearsal).includes('ALARM: "patchwright-dev-dead-letter"'));
    },
    [{ do: 'throttle', operation: 'states.StartExecution', function: 'scheduler', times: 1000 }],
  ));

test('check-due that falls silent is told, as an alarm without data', () =>
  living(
    1,
    disabled,
    (rehearsal) =>
      assert.ok(told(rehearsal).includes('INSUFFICIENT_DATA: "patchwright-dev-overdue"'), told(rehearsal).join()),
    [{ do: 'hang', function: 'checkDue', times: 1000, at: start + 6 * HOUR }],
  ));

test('a key that lets CloudWatch in no more: the alarm changes, and reaches nobody', () =>
  living(
    0.2,
    (resources) => {
      const Statement = [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
          Action: 'kms:*',
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
          Action: 'kms:*',
          Resource: '*',
        },
      ];
      resources.Key = { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Version: '2012-10-17', Statement } } };
    },
    (rehearsal) => {
      assert.equal(rung(rehearsal, 'dead-letter').length, 1);
      assert.deepEqual(told(rehearsal), []);
      const [undelivered] = rehearsal.timeline.filter(({ kind }) => kind === 'undelivered');
      assert.match(String(undelivered?.text), /cloudwatch\.amazonaws\.com is not authorized/);
    },
    [{ do: 'throttle', operation: 'states.StartExecution', function: 'scheduler', times: 1000 }],
  ));
