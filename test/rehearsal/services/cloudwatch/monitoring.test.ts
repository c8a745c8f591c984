/** Facts: DescribeAlarms and DescribeAlarmHistory in the CloudWatch API Reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { DEBIAN } from '../../fleet/small-data.ts';
import { HOUR, testWorld } from '../../fleet/stage.ts';

const world = testWorld(
  `start: 2024-08-31T20:00:00Z
fleet: [{ name: web, platform: DEBIAN_12 }]
alarms: [{ name: web-errors }, { name: web-slow, state: ALARM }, { name: db-full, state: INSUFFICIENT_DATA }]
faults:
  - { do: alarm, name: web-errors, state: ALARM, after: 1h }
  - { do: alarm, name: web-slow, state: OK, after: 2h }
`,
  [DEBIAN],
);
world.pass(3 * HOUR);
const at = (hours: number) => Date.parse('2024-08-31T20:00:00Z') / 1000 + hours * 3600;
const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;
const names = (rows: { AlarmName: string }[]) => rows.map(({ AlarmName }) => AlarmName).join(' ');

for (const [input, wanted] of [
  [{}, 'web-errors web-slow db-full'],
  [{ AlarmNames: ['db-full', 'nothing'] }, 'db-full'],
  [{ AlarmNames: [] }, ''],
  [{ AlarmNamePrefix: 'web-' }, 'web-errors web-slow'],
  [{ StateValue: 'OK' }, 'web-slow'],
  [{ StateValue: 'ALARM', AlarmNamePrefix: 'db' }, ''],
  [{ AlarmTypes: ['CompositeAlarm'] }, ''],
  [{ AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] }, 'web-errors web-slow db-full'],
  [{ ActionPrefix: 'arn:aws:sns' }, ''],
  [{ ParentsOfAlarmName: 'web-slow' }, ''],
] as const)
  test(`alarms by ${JSON.stringify(input)}`, () =>
    assert.equal(names(world.call('DescribeAlarms', input).MetricAlarms), wanted));

for (const [input, wanted] of [
  [{}, 'web-slow web-errors'],
  [{ ScanBy: 'TimestampAscending' }, 'web-errors web-slow'],
  [{ AlarmName: 'web-errors' }, 'web-errors'],
  [{ StartDate: at(1.5) }, 'web-slow'],
  [{ EndDate: at(1.5) }, 'web-errors'],
  [{ StartDate: at(1), EndDate: at(2) }, 'web-slow web-errors'],
  [{ HistoryItemType: 'StateUpdate' }, 'web-slow web-errors'],
  [{ HistoryItemType: 'Action' }, ''],
  [{ AlarmTypes: ['LogAlarm'] }, ''],
  [{ AlarmContributorId: 'x' }, ''],
] as const)
  test(`history by ${JSON.stringify(input)}`, () =>
    assert.equal(names(world.call('DescribeAlarmHistory', input).AlarmHistoryItems), wanted));

for (const [operation, input, code] of [
  ['DescribeAlarms', { AlarmNames: ['x'], AlarmNamePrefix: 'x' }, 'ValidationError'],
  ['DescribeAlarms', { ChildrenOfAlarmName: 'x', StateValue: 'OK' }, 'ValidationError'],
  ['DescribeAlarms', { AlarmNames: Array(101).fill('x') }, 'ValidationError'],
  ['DescribeAlarms', { MaxRecords: 101 }, 'ValidationError'],
  ['DescribeAlarms', { StateValue: 'RED' }, 'ValidationError'],
  ['DescribeAlarms', { NextToken: 'x' }, 'InvalidNextToken'],
  ['DescribeAlarmHistory', { MaxRecords: 0 }, 'ValidationError'],
  ['DescribeAlarmHistory', { NextToken: 'x' }, 'InvalidNextToken'],
] as const)
  test(`${operation} refuses ${JSON.stringify(input).slice(0, 80)}`, () =>
    assert.throws(() => world.call(operation, input), fault(code)));

test('a token is good for its own question only', () => {
  const { NextToken } = world.call('DescribeAlarms', { MaxRecords: 1 });
  assert.equal(names(world.call('DescribeAlarms', { MaxRecords: 1, NextToken }).MetricAlarms), 'web-slow');
  const other = { AlarmNamePrefix: 'web', NextToken };
  assert.throws(() => world.call('DescribeAlarms', other), fault('InvalidNextToken'));
});
