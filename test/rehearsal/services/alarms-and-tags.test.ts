import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { DEBIAN } from '../fleet/small-data.ts';
import { HOUR, MINUTE, testWorld } from '../fleet/stage.ts';

const WEB = `start: 2024-08-31T20:00:00Z
fleet: [{ name: web, count: 2, platform: DEBIAN_12, tags: { PatchGroup: web } }]
`;

test('an alarm that rang and is quiet again is seen in its history only', () => {
  const world = testWorld(
    `${WEB}alarms: [{ name: web-5xx }]
faults:
  - { do: alarm, name: web-5xx, state: ALARM, after: 1h }
  - { do: alarm, name: web-5xx, state: OK, after: 90m }
`,
    [DEBIAN],
  );
  const state = () => world.call('DescribeAlarms', { AlarmNames: ['web-5xx', 'other'] }).MetricAlarms;
  world.pass(HOUR + MINUTE);
  assert.equal(state()[0].StateValue, 'ALARM');
  world.pass(HOUR);
  assert.deepEqual([state().length, state()[0].StateValue], [1, 'OK']);
  const StartDate = world.now() / 1000 - 7200;
  const { AlarmHistoryItems } = world.call('DescribeAlarmHistory', { AlarmName: 'web-5xx', StartDate });
  assert.deepEqual(
    AlarmHistoryItems.map(({ HistorySummary }: { HistorySummary: string }) => HistorySummary),
    ['Alarm updated from ALARM to OK', 'Alarm updated from OK to ALARM'],
  );
});

test('an alarm that may not be read is refused, not left out', () => {
  const world = testWorld(`${WEB}alarms: [{ name: web-5xx, unreadable: true }]\n`, [DEBIAN]);
  const ask = () => world.call('DescribeAlarms', { AlarmNames: ['web-5xx'] });
  assert.throws(ask, (error) => error instanceof AwsFault && error.code === 'AccessDenied');
});

test('EC2 lists a terminated instance for an hour, and finds instances by tag as it is now', () => {
  const world = testWorld(
    `${WEB}faults:
  - { do: terminate, hosts: [web-1], after: 1h }
  - { do: retag, hosts: [web-2], tags: { PatchGroup: other }, after: 1h }
`,
    [DEBIAN],
  );
  const listed = (...Filters: { Name: string; Values: string[] }[]) =>
    world
      .call('DescribeInstances', { Filters })
      .Reservations.map(({ Instances }: { Instances: { State: { Name: string } }[] }) => Instances[0]?.State.Name);
  assert.deepEqual(listed({ Name: 'tag:PatchGroup', Values: ['web'] }), ['running', 'running']);
  world.pass(HOUR + MINUTE);
  assert.deepEqual(listed({ Name: 'tag:PatchGroup', Values: ['web'] }), ['terminated']);
  assert.deepEqual(listed({ Name: 'tag:PatchGroup', Values: ['oth*'] }), ['running']);
  assert.deepEqual(listed({ Name: 'tag:PatchGroup', Values: ['oth\\*'] }), []);
  world.pass(HOUR);
  assert.deepEqual(listed(), ['running']);
});

test('a fault `on` a state happens at its nth entry', () => {
  const world = testWorld(
    `${WEB}faults: [{ do: stop, hosts: [web-1], on: { state: Soak, execution: patchRing, nth: 2 } }]\n`,
    [DEBIAN],
  );
  world.world.entered('campaign', 'Soak');
  world.world.entered('patchRing', 'Soak');
  assert.equal(world.host('web-1').state, 'running');
  world.world.entered('patchRing', 'Soak');
  assert.equal(world.host('web-1').state, 'stopped');
});

test('a calendar is open only if all asked for are, and says when that changes', () => {
  const calendars = `calendars: [{ name: a }, { name: freeze, changes: [{ after: 1h, open: false }] }]\n`;
  const world = testWorld(WEB + calendars, [DEBIAN]);
  const state = () => world.call('GetCalendarState', { CalendarNames: ['a', 'freeze'] });
  assert.deepEqual([state().State, state().NextTransitionTime], ['OPEN', '2024-08-31T21:00:00.000Z']);
  world.pass(2 * HOUR);
  assert.equal(state().State, 'CLOSED');
  assert.throws(() => world.call('GetCalendarState', { CalendarNames: ['b'] }), /does not exist/);
});
