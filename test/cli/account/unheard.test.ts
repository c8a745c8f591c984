/** A removed subscription is no silence: `check` says so, the pulse of check-due names it, and the packaged alarm counts from that very line. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Rehearsal } from '#rehearsal/api.ts';
import { loadScenario } from '#rehearsal/scenario/scenario.ts';
import { check } from '../../../cli/account/check.ts';
import { rehearse } from '../../../cli/rehearse/rehearse.ts';
import { ACCOUNT, packaged, REGION, type Template } from '../../permissions/packaged.ts';
import { inAccount, POLICY, tooWide } from './rehearsed.ts';

const HOUR = 3_600_000;
const policy = { policy: POLICY };
const topic = (name: string) => `arn:aws:sns:${REGION}:${ACCOUNT}:patchwright-dev-${name}`;

interface Pulse {
  message: string;
  pulse: Record<string, number>;
  names: Record<string, string[]>;
}

/** The lines of check-due in which its pulse beats. */
function beats({ logs }: Rehearsal): Pulse[] {
  const own = logs.filter(({ caller, line }) => caller === 'checkDue' && line.includes('"pulse"'));
  return own.map(({ line }) => JSON.parse(line));
}

const until = (rehearsal: Rehearsal, hours: number, from: number) =>
  rehearsal.run(() => rehearsal.clock.now() >= from + hours * HOUR + 60_000);

test('a subscription is removed: check names the topic with the command, the next pulse names it too', async () => {
  await inAccount(
    'default',
    async ({ rehearsal, open, lines }) => {
      const start = rehearsal.clock.now();
      assert.match((await lines(() => check(policy, open))).text, /ok {3}topic notices: 1 confirmed subscription\n/);
      await until(rehearsal, 1, start);
      await until(rehearsal, 2, start);
      const { answer, text } = await lines(() => check(policy, open));
      assert.deepEqual(tooWide(text), []);
      assert.equal(answer.exit, 1);
      assert.match(text, /mend topic notices: no subscription: nobody hears of anything\n +Remedy: aws sns subscribe/);
      assert.match(text, /ok {3}topic approvals: 1 confirmed subscription/);
      assert.deepEqual(
        beats(rehearsal).map(({ pulse, names }) => [pulse.UnheardTopics, names.UnheardTopics]),
        [
          [0, []],
          [1, ['notices']],
        ],
      );
    },
    [{ do: 'unsubscribe', topic: 'notices', at: Date.parse(loadScenario(scenario('default')).start) + 1.5 * HOUR }],
  );
});

test('who may not list subscriptions has nobody who hears', async () => {
  await inAccount(
    'default',
    async ({ rehearsal }) => {
      await until(rehearsal, 1, rehearsal.clock.now());
      assert.deepEqual(beats(rehearsal)[0]?.names.UnheardTopics, ['notices', 'approvals']);
    },
    [{ do: 'fail-call', operation: 'sns.ListSubscriptionsByTopic', error: 'AuthorizationError', times: 9 }],
  );
});

test('a campaign that nobody hears of ends as it would, with its evidence', async () => {
  const plain = loadScenario(scenario('duplicate-trigger'));
  const run = (faults: typeof plain.faults) => rehearse({ scenario: { ...plain, faults }, out: null });
  const heard = await run([]);
  const unheard = await run([{ do: 'unsubscribe' }]);
  assert.equal(unheard.run.campaign.outcome, heard.run.campaign.outcome);
  assert.deepEqual([...unheard.evidence.keys()].sort(), [...heard.evidence.keys()].sort());
  const notices = heard.rehearsal.inbox.filter(({ attributes }) => attributes.kind !== undefined); // the others are of alarms
  assert.ok(notices.length > 0);
  assert.equal(unheard.rehearsal.inbox.length, 0);
  const lost = unheard.rehearsal.timeline.filter(({ kind, data }) => kind === 'unheard' && data.kind !== undefined);
  assert.equal(lost.length, notices.length);
});

function scenario(name: string): string {
  return new URL(`../../../scenarios/${name}.yml`, import.meta.url).pathname;
}

let template: Template;
before(() => {
  template = packaged().template;
});

/** What a metric filter of the form `{ $.message = "word" }` counts from a line: the number at `$.a.b`; null: no match. */
function counted(line: object, filter: { FilterPattern: string; MetricTransformations: { MetricValue: string }[] }) {
  const [, path = '', word] =
    /^\{ (\$\.[\w.]+) = "(\w+)" \}$/.exec(filter.FilterPattern) ?? assert.fail(filter.FilterPattern);
  const at = (text: string) =>
    text
      .split('.')
      .slice(1)
      .reduce((value: unknown, key) => Object(value)[key], line);
  const value = at(path) === word ? at(filter.MetricTransformations[0]?.MetricValue ?? '') : null;
  return typeof value === 'number' ? value : null;
}

for (const [unsubscribed, rings] of [
  ['approvals', true],
  [null, false],
] as const)
  test(`the packaged alarm ${rings ? 'rings' : 'is quiet'} by the line that check-due wrote, ${unsubscribed ?? 'nothing'} removed`, async () => {
    const { UnheardCount, UnheardAlarm } = template.Resources;
    await inAccount(
      'default',
      async ({ rehearsal }) => {
        await until(rehearsal, 1, rehearsal.clock.now());
        const [line] = beats(rehearsal);
        const count = counted(line ?? {}, UnheardCount?.Properties);
        const { ComparisonOperator, Threshold, Statistic } = UnheardAlarm?.Properties ?? {};
        assert.deepEqual([ComparisonOperator, Statistic], ['GreaterThanThreshold', 'Maximum']);
        assert.equal(count !== null && count > Threshold, rings);
      },
      unsubscribed ? [{ do: 'unsubscribe', topic: unsubscribed }] : [],
    );
  });

test('the alarm reads the metric that its filter writes, and goes out by both topics, which may take it', () => {
  const { UnheardAlarm, UnheardCount, Key, CheckDueLogGroup } = template.Resources;
  const [made] = UnheardCount?.Properties.MetricTransformations ?? [];
  const { Namespace, MetricName, AlarmActions, AlarmName } = UnheardAlarm?.Properties ?? {};
  assert.deepEqual([Namespace, MetricName], [made.MetricNamespace, made.MetricName]);
  assert.equal(AlarmName, 'patchwright-dev-unheard');
  assert.equal(UnheardCount?.Properties.LogGroupName, CheckDueLogGroup?.Properties.LogGroupName);
  assert.deepEqual(AlarmActions, [topic('notices'), topic('approvals')]);
  const byAlarms = (statements: { Effect: string; Principal: { Service?: string } }[]) =>
    statements.filter(
      ({ Effect, Principal }) => Effect === 'Allow' && Principal.Service === 'cloudwatch.amazonaws.com',
    );
  for (const [place, id] of ['NoticesTopicPolicy', 'ApprovalsTopicPolicy'].entries()) {
    const [publish] = byAlarms(template.Resources[id]?.Properties.PolicyDocument.Statement);
    assert.deepEqual(publish, {
      Sid: 'Alarms',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: AlarmActions[place],
      Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    });
  }
  assert.equal(byAlarms(Key?.Properties.KeyPolicy.Statement).length, 1, 'and use the key of both');
});
