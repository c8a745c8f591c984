/** A policy whose alarm or calendar is not there: told as the campaign opens, by `plan` and by `check`, and not after seven days. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../../cli/account/plan.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';
import { scenarioOf } from '../../cli/rehearse/scenarios.ts';
import { inAccount, POLICY } from '../cli/account/rehearsed.ts';

const base = { ...scenarioOf('duplicate-trigger'), faults: [] };
const MINUTE = 60_000;

test('an alarm that is not there is told as the campaign opens, once; the gate then halts it', async () => {
  const { run, shown } = await rehearse({ scenario: { ...base, alarms: [] }, out: null });
  const [first, ...later] = shown.mails;
  assert.equal(first?.subject, 'web: opened; alarm web-5xx is not there');
  assert.ok(first && first.at - Date.parse(base.start) < MINUTE, 'as it opens');
  assert.deepEqual(
    later.map(({ attributes }) => attributes.kind),
    ['halted'],
  );
  assert.equal(run.campaign.outcome, 'Halted');
});

test('a calendar that is not there is told as the campaign opens, a week before it expires', async () => {
  const window = {
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    from: '00:00',
    to: '00:00',
    cutoffMinutes: 0,
    timeZone: 'UTC',
    calendars: ['freeze'],
  };
  const { run, shown } = await rehearse({ scenario: { ...base, policy: { ...base.policy, window } }, out: null });
  const [first, last] = shown.mails;
  assert.equal(first?.subject, 'web: opened; change calendar freeze is not there');
  assert.ok(first && first.at - Date.parse(base.start) < MINUTE, 'as it opens');
  assert.equal(run.campaign.outcome, 'Expired');
  assert.ok(last && last.at - first.at > 6 * 24 * 60 * MINUTE);
});

test('plan names what is not there, with the remedy', async () => {
  await inAccount({ ...base, alarms: [] }, async ({ open, lines }) => {
    const { answer, text } = await lines(() => plan('web', { policy: POLICY }, open));
    const { names } = answer.document as { names: { about: string; state: string; words: string }[] };
    assert.deepEqual(
      names.filter(({ state }) => state !== 'good').map(({ about, state, words }) => [about, state, words]),
      [
        [
          'web',
          'mend',
          'alarm web-5xx is not there: a ring is looked at 3 times, then the campaign halts; none passes',
        ],
      ],
    );
    assert.match(text, /web: alarm web-5xx is not there: a ring is looked at 3 times, then the campaign\n/);
    assert.match(text, /Remedy: make the alarm, or mend gate\.alarms of the group/);
  });
});
