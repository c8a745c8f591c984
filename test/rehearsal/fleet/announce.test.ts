/** Events of the world through the bus: once, lost or doubled, as a scenario asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsEvent } from '#rehearsal/api.ts';
import { chanceOf } from '#rehearsal/engine/chance.ts';
import { Faults } from '#rehearsal/engine/faults.ts';
import type { Installation } from '#rehearsal/install/serverless.ts';
import { Events } from '#rehearsal/services/events/events.ts';
import { DEBIAN } from './small-data.ts';
import { DAY, testWorld } from './stage.ts';

const world = testWorld(
  `start: 2024-08-31T20:00:00Z
fleet: [{ name: web, count: 2, platform: DEBIAN_12 }]
faults:
  - { do: stop, hosts: [web-2], after: 2h }
  - { do: start, hosts: [web-2], after: 3h }
  - { do: terminate, hosts: [web-2], after: 4h }
`,
  [DEBIAN],
);
const InstanceIds = ['web-1', 'web-2'].map((name) => world.host(name).id);
const Parameters = { Operation: ['Install'] };
world.call('SendCommand', { DocumentName: 'AWS-RunPatchBaseline', InstanceIds, Parameters });
world.pass(DAY);

const of = (type: string) => world.events.filter((event) => event['detail-type'] === type);
const statuses = (type: string, id?: string) =>
  of(type)
    .filter(({ detail }) => id === undefined || detail['instance-id'] === id)
    .map(({ detail }) => detail.status ?? detail.state);

test('each change of a command and of its invocations is told', () => {
  const invocation = 'EC2 Command Invocation Status-change Notification';
  for (const id of InstanceIds) assert.deepEqual(statuses(invocation, id), ['InProgress', 'Success']);
  assert.deepEqual(statuses('EC2 Command Status-change Notification'), ['InProgress', 'Success']);
  const [event] = of(invocation);
  assert.match(String(event?.resources[0]), /^arn:aws:ec2:eu-central-1:123456789012:instance\/i-/);
  assert.deepEqual(Object.keys(event?.detail ?? {}).sort(), [
    'command-id',
    'document-name',
    'instance-id',
    'requested-date-time',
    'status',
  ]);
});

test('each state of an instance is told, those on the way too', () => {
  const told = statuses('EC2 Instance State-change Notification', InstanceIds[1]);
  assert.deepEqual(told, ['stopping', 'stopped', 'pending', 'running', 'shutting-down', 'terminated']);
});

/** How often a rule's function hears of an event, half a second and a second later. */
function heard(event: AwsEvent, kind: 'lose-events' | 'double-events' | null, source: string): number {
  const due: (() => void)[] = [];
  const timer = { cancel: () => {} };
  const clock = {
    now: () => 0,
    at: () => timer,
    after: (_ms: number, _what: string, run: () => void) => {
      due.push(run);
      return timer;
    },
  };
  const faults = new Faults(kind ? [{ do: kind, operation: source, times: 1 }] : [], clock, assert.fail, () => {});
  faults.begin();
  const pattern = { source: [event.source], 'detail-type': [event['detail-type']] };
  const rule = { kind: 'pattern', name: 'rule', pattern, input: undefined };
  const installed = { functions: [{ key: 'hear', events: [rule] }], rules: [] } as unknown as Installation;
  const got: unknown[] = [];
  const bus = new Events(installed, {
    clock,
    chance: chanceOf(1),
    account: '123456789012',
    region: 'eu-central-1',
    deliver: (_id, one) => got.push(one),
    fault: (from) => faults.onEvent(from),
  });
  bus.emit(event);
  for (const run of due) run();
  return got.length;
}

for (const [source, type] of [
  ['aws.inspector2', 'Inspector2 Finding'],
  ['aws.ssm', 'EC2 Command Status-change Notification'],
  ['aws.ssm', 'EC2 Command Invocation Status-change Notification'],
  ['aws.ec2', 'EC2 Instance State-change Notification'],
] as const)
  test(`${type} comes once, is lost or doubled as a scenario asks`, () => {
    const event = of(type)[0] ?? assert.fail(`no ${type}`);
    assert.equal(event.source, source);
    assert.equal(heard(event, null, source), 1);
    assert.equal(heard(event, 'lose-events', source), 0);
    assert.equal(heard(event, 'double-events', source), 2);
    assert.equal(heard(event, 'lose-events', 'aws.states'), 1, 'a fault strikes its own source only');
  });
