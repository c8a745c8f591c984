import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarms } from '#aws/alarms.ts';
import { log } from '#aws/log.ts';
import { error, wire } from './wire.ts';

const aws = await wire();
log.setLogLevel('SILENT');
const SINCE = '2026-03-01T02:00:00.000Z';
const seconds = (at: string) => Date.parse(at) / 1000;

const change = (from: string, to: string, at: string) => ({
  AlarmName: 'a',
  AlarmType: 'MetricAlarm',
  HistoryItemType: 'StateUpdate',
  Timestamp: seconds(at),
  HistorySummary: `Alarm updated from ${from} to ${to}`,
  HistoryData: JSON.stringify({ version: '1.0', oldState: { stateValue: from }, newState: { stateValue: to } }),
});

/** One alarm `a` in a state, with its changes since. */
const reading = async (StateValue: string, ...AlarmHistoryItems: object[]) => {
  aws.plays(({ operation }) =>
    operation === 'DescribeAlarms'
      ? { body: { MetricAlarms: [{ AlarmName: 'a', StateValue }], CompositeAlarms: [] } }
      : { body: { AlarmHistoryItems } },
  );
  const [read] = await alarms.readings(['a'], SINCE);
  return [read?.state, read?.rangSince];
};

for (const [what, state, changes, rangSince] of [
  ['is quiet all the time', 'OK', [], null],
  ['is ringing all the time', 'ALARM', [], SINCE],
  ['is ringing since', 'ALARM', [change('OK', 'ALARM', '2026-03-01T03:00:00Z')], '2026-03-01T03:00:00.000Z'],
  [
    'rang, and is quiet again',
    'OK',
    [change('OK', 'ALARM', '2026-03-01T03:00:00Z'), change('ALARM', 'OK', '2026-03-01T03:05:00Z')],
    '2026-03-01T03:00:00.000Z',
  ],
  ['was ringing, and stopped', 'OK', [change('ALARM', 'OK', '2026-03-01T02:01:00Z')], SINCE],
  ['lost its data', 'INSUFFICIENT_DATA', [change('OK', 'INSUFFICIENT_DATA', '2026-03-01T02:01:00Z')], null],
] as const) {
  test(`an alarm that ${what}: rang since ${rangSince}`, async () => {
    assert.deepEqual(await reading(state, ...changes), [state, rangSince]);
  });
}

test('a change that is told only in words is understood', async () => {
  const told = { ...change('OK', 'ALARM', '2026-03-01T03:00:00Z'), HistoryData: undefined };
  assert.deepEqual(await reading('OK', told), ['OK', '2026-03-01T03:00:00.000Z']);
});

test('a change that cannot be understood makes the alarm unreadable', async () => {
  const odd = { ...change('OK', 'ALARM', '2026-03-01T03:00:00Z'), HistoryData: '{}', HistorySummary: 'Alarm moved' };
  assert.deepEqual(await reading('OK', odd), ['unreadable', null]);
});

test('a state that is not known is unreadable, not OK', async () => {
  assert.deepEqual(await reading('SNOOZED'), ['unreadable', null]);
});

test('readings come one a name and in order; absent is missing, composite ones count', async () => {
  aws.plays(({ operation, body }) => {
    if (operation === 'DescribeAlarmHistory')
      return body.AlarmName === 'broken' ? error(400, 'AccessDenied') : { body: { AlarmHistoryItems: [] } };
    const MetricAlarms = [
      { AlarmName: 'ok', StateValue: 'OK' },
      { AlarmName: 'broken', StateValue: 'OK' },
    ];
    return { body: { MetricAlarms, CompositeAlarms: [{ AlarmName: 'composite', StateValue: 'OK' }] } };
  });
  const readings = await alarms.readings(['composite', 'absent', 'broken', 'ok'], SINCE);
  assert.deepEqual(
    readings.map(({ name, state }) => [name, state]),
    [
      ['composite', 'OK'],
      ['absent', 'missing'],
      ['broken', 'unreadable'],
      ['ok', 'OK'],
    ],
  );
  const [asked, history] = aws.calls;
  assert.deepEqual(asked?.body.AlarmTypes, ['MetricAlarm', 'CompositeAlarm']);
  assert.deepEqual(history?.body.AlarmTypes, ['MetricAlarm', 'CompositeAlarm']);
  assert.equal(history?.body.StartDate, seconds(SINCE));
});

test('always 2: alarms that cannot be listed are all unreadable, and nothing is thrown', async () => {
  aws.plays(() => error(400, 'AccessDenied'));
  const readings = await alarms.readings(['a', 'b'], SINCE);
  assert.deepEqual(readings, [
    { name: 'a', state: 'unreadable', rangSince: null },
    { name: 'b', state: 'unreadable', rangSince: null },
  ]);
});

test('one that may not be read does not hide the others', async () => {
  aws.plays(({ operation, body }) => {
    if (operation === 'DescribeAlarmHistory') return { body: { AlarmHistoryItems: [] } };
    if (body.AlarmNames.includes('secret')) return error(403, 'AccessDenied');
    return { body: { MetricAlarms: [{ AlarmName: 'ok', StateValue: 'OK' }] } };
  });
  const readings = await alarms.readings(['ok', 'secret'], SINCE);
  assert.deepEqual(
    readings.map(({ state }) => state),
    ['OK', 'unreadable'],
  );
});

test('no names, no call', async () => {
  assert.deepEqual(await alarms.readings([], SINCE), []);
  assert.equal(aws.calls.length, 0);
});

test('which of the names no alarm has, composite ones counted; what cannot be read is an error, and no alarm that is missing', async () => {
  aws.answers({ MetricAlarms: [{ AlarmName: 'a', StateValue: 'OK' }], CompositeAlarms: [{ AlarmName: 'b' }] });
  assert.deepEqual(await alarms.missing(['a', 'b', 'c']), ['c']);
  aws.plays(() => error(403, 'AccessDenied'));
  await assert.rejects(alarms.missing(['a']), { name: 'AwsRefused' });
});
