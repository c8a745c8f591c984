import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instances } from '#aws/instances.ts';
import { all, wire } from './wire.ts';

const aws = await wire();

const item = (id: string, state = 'running', tags = '') =>
  `<item><instanceId>${id}</instanceId><instanceState><code>16</code><name>${state}</name></instanceState>
   <launchTime>2026-01-02T03:04:05.000Z</launchTime><placement><availabilityZone>eu-central-1a</availabilityZone></placement>
   <tagSet>${tags}</tagSet></item>`;

const described = (instances: string, token = '') =>
  `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet>
   <item><reservationId>r-1</reservationId><instancesSet>${instances}</instancesSet></item></reservationSet>
   ${token && `<nextToken>${token}</nextToken>`}</DescribeInstancesResponse>`;

test('trap 29: members come from EC2, of any state, by both spellings of the tag, each once', async () => {
  const tag = '<item><key>PatchGroup</key><value>web</value></item><item><key>Ring</key><value/></item>';
  aws.plays(({ body }) => {
    if (body['Filter.1.Name'] === 'tag:Patch Group') return { body: described(item('i-1') + item('i-3')) };
    if (!body.NextToken) return { body: described(item('i-1', 'running', tag), 'more') };
    return { body: described(item('i-2', 'stopped')) };
  });
  const members = await all(instances.members('web'));
  assert.deepEqual(
    members.map(({ id, state }) => [id, state]),
    [
      ['i-1', 'running'],
      ['i-2', 'stopped'],
      ['i-3', 'running'],
    ],
  );
  assert.deepEqual(members[0], {
    id: 'i-1',
    state: 'running',
    zone: 'eu-central-1a',
    tags: { PatchGroup: 'web', Ring: '' },
    launchedAt: '2026-01-02T03:04:05.000Z',
  });
  assert.deepEqual(
    aws.calls.map(({ body }) => [body['Filter.1.Name'], body['Filter.1.Value.1'], body.NextToken]),
    [
      ['tag:PatchGroup', 'web', undefined],
      ['tag:PatchGroup', 'web', 'more'],
      ['tag:Patch Group', 'web', undefined],
    ],
  );
});

test('a group named with a star means itself', async () => {
  aws.plays(() => ({ body: described('') }));
  await all(instances.members('web*'));
  assert.equal(aws.calls[0]?.body['Filter.1.Value.1'], 'web\\*');
});

test('ids are asked for by filter, 200 at a time, so that an unknown one loses no other', async () => {
  aws.plays(() => ({ body: described(item('i-1')) }));
  await all(instances.byIds(Array.from({ length: 201 }, (_, n) => `i-${n}`)));
  assert.equal(aws.calls.length, 2);
  for (const { body } of aws.calls) {
    assert.equal(body['Filter.1.Name'], 'instance-id');
    assert.equal(body['InstanceId.1'], undefined);
  }
  assert.equal(aws.calls[0]?.body['Filter.1.Value.200'], 'i-199');
  assert.equal(aws.calls[1]?.body['Filter.1.Value.1'], 'i-200');
});

test('no ids, no call', async () => {
  assert.deepEqual(await all(instances.byIds([])), []);
  assert.equal(aws.calls.length, 0);
});

test('trap 32: lists and filters ask for what a service runs too, and its operator comes along', async () => {
  const operator = (inside: string) => item('i-1').replace('</item>', `<operator>${inside}</operator></item>`);
  aws.plays(() => ({
    body: described(
      operator(
        '<managed>true</managed><principal>eks.amazonaws.com</principal><hiddenByDefault>true</hiddenByDefault>',
      ),
    ),
  }));
  for (const listed of [instances.members('web'), instances.byIds(['i-1'])])
    assert.deepEqual(
      (await all(listed)).map(({ managedBy }) => managedBy),
      ['eks.amazonaws.com'],
    );
  assert.ok(aws.calls.every(({ body }) => body.IncludeManagedResources === 'true'));
  aws.plays(() => ({ body: described(operator('<managed>false</managed>')) }));
  assert.ok((await all(instances.byIds(['i-1']))).every((member) => !('managedBy' in member)));
});
