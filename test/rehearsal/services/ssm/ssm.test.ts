/** Facts: the operations named and their filter types in the SSM API Reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf } from '#rehearsal/models/model.ts';
import { at, commandName, fault, idOf, nameOf, nobody, world } from '../../fleet/ssm-world.ts';

const LIVING = 'web-1 web-2 web-3 db win';
for (const [Key, Values, wanted] of [
  ['InstanceIds', [idOf('web-1'), idOf('still'), idOf('bare')], 'web-1'],
  ['PingStatus', ['ConnectionLost'], 'win'],
  ['PingStatus', ['Online', 'ConnectionLost'], LIVING],
  ['PlatformTypes', ['Windows'], 'win'],
  ['PlatformTypes', ['MacOS'], ''],
  ['ResourceType', ['EC2Instance'], LIVING],
  ['ResourceType', ['ManagedInstance'], ''],
  ['AgentVersion', ['1.0.0.0'], ''],
  ['AssociationStatus', ['Success'], LIVING],
  ['ActivationIds', ['x'], ''],
  ['IamRole', ['x'], ''],
  ['SourceTypes', ['AWS::EC2::Instance'], LIVING],
  ['SourceIds', [idOf('db')], 'db'],
  ['tag-key', ['owner'], 'db'],
  ['tag:PatchGroup', ['web', 'db'], 'web-1 web-2 web-3 db'],
] as const)
  test(`nodes by ${Key} ${Values}`, () => {
    const names = (input: Record<string, unknown>) =>
      world
        .call('DescribeInstanceInformation', { MaxResults: 50, ...input })
        .InstanceInformationList.map(({ InstanceId }: { InstanceId: string }) => nameOf(InstanceId))
        .join(' ');
    assert.equal(names({ Filters: [{ Key, Values }] }), wanted);
    const keys = modelOf('ssm')?.shapes.InstanceInformationFilterKey?.enum;
    if (keys?.includes(Key))
      assert.equal(names({ InstanceInformationFilterList: [{ key: Key, valueSet: Values }] }), wanted);
  });

for (const [key, value, commands, rows] of [
  ['Status', 'Success', 'scanned nobody', 5],
  ['Status', 'Failed', 'failed', 1],
  ['Status', 'InProgress', 'running', 3],
  ['Status', 'Incomplete', 'failed', null],
  ['Status', 'NoInstancesInTag', 'nobody', null],
  ['Status', 'Undeliverable', null, 0],
  ['DocumentName', 'AWS-RunPatchBaseline', 'scanned failed running nobody', 9],
  ['DocumentName', 'AWS-RefreshAssociation', '', 0],
  ['ExecutionStage', 'Executing', 'running', null],
  ['ExecutionStage', 'Complete', 'scanned failed nobody', null],
  ['InvokedAfter', at(1), 'failed running nobody', 5],
  ['InvokedBefore', at(1), 'scanned', 4],
] as const) {
  const input = { Filters: [{ key, value }] };
  if (commands !== null)
    test(`commands by ${key} ${value}`, () => {
      const found = world.call('ListCommands', input).Commands.reverse();
      assert.equal(found.map(({ CommandId }: { CommandId: string }) => commandName(CommandId)).join(' '), commands);
    });
  if (rows !== null)
    test(`invocations by ${key} ${value}`, () =>
      assert.equal(world.call('ListCommandInvocations', input).CommandInvocations.length, rows));
}

test('a command to a target that nobody fits is told as trap 6 has it', () => {
  const [found] = world.call('ListCommands', { CommandId: nobody.CommandId }).Commands;
  assert.deepEqual([found.Status, found.StatusDetails, found.TargetCount], ['Success', 'NoInstancesInTag', 0]);
  assert.deepEqual(found.Targets, [{ Key: 'tag:PatchGroup', Values: ['x'] }]);
});

for (const [filters, wanted] of [
  [[{ Key: 'State', Values: ['Missing'] }], []],
  [[{ Key: 'State', Values: ['Failed', 'Missing'] }], ['curl.x86_64']],
  [[{ Key: 'State', Values: ['InstalledPendingReboot'] }], []],
  [[{ Key: 'KBId', Values: ['vim.x86_64'] }], ['vim.x86_64']],
  [[{ Key: 'Severity', Values: ['Important'] }], ['curl.x86_64']],
  [
    [
      { Key: 'Classification', Values: ['Security'] },
      { Key: 'KBId', Values: ['vim.x86_64'] },
    ],
    [],
  ],
] as const)
  test(`patches by ${JSON.stringify(filters)}`, () => {
    const { Patches } = world.call('DescribeInstancePatches', { InstanceId: idOf('db'), Filters: filters });
    assert.deepEqual(
      Patches.map(({ KBId }: { KBId: string }) => KBId),
      wanted,
    );
  });

for (const [Key, Type, value, wanted] of [
  ['FailedCount', 'Equal', '0', 'web-1 web-2'],
  ['MissingCount', 'GreaterThan', '0', 'web-2'],
  ['MissingCount', 'LessThan', '1', 'web-1'],
  ['InstalledPendingRebootCount', 'NotEqual', '0', 'web-1'],
  ['InstalledRejectedCount', 'Equal', '0', 'web-1 web-2'],
  ['InstalledRejectedCount', 'GreaterThan', '0', ''],
] as const)
  test(`patch states of a group by ${Key} ${Type} ${value}`, () => {
    const Filters = [{ Key, Type, Values: [value] }];
    const { InstancePatchStates } = world.call('DescribeInstancePatchStatesForPatchGroup', {
      PatchGroup: 'web',
      Filters,
    });
    const names = InstancePatchStates.map(({ InstanceId }: { InstanceId: string }) => nameOf(InstanceId));
    assert.equal(names.join(' '), wanted);
  });

for (const [operation, filters, wanted] of [
  ['DescribePatchBaselines', [{ Key: 'OWNER', Values: ['Self'] }], 1],
  ['DescribePatchBaselines', [{ Key: 'NAME_PREFIX', Values: ['AWS-Deb', 'own'] }], 2],
  [
    'DescribePatchBaselines',
    [
      { Key: 'OPERATING_SYSTEM', Values: ['DEBIAN'] },
      { Key: 'OWNER', Values: ['AWS'] },
    ],
    1,
  ],
  ['DescribePatchGroups', [], 2],
  ['DescribePatchGroups', [{ Key: 'OPERATING_SYSTEM', Values: ['WINDOWS'] }], 0],
  ['DescribePatchGroups', [{ Key: 'NAME_PREFIX', Values: ['ow'] }], 2],
] as const)
  test(`${operation} by ${JSON.stringify(filters)}`, () => {
    const { BaselineIdentities, Mappings } = world.call(operation, { Filters: filters });
    assert.equal((BaselineIdentities ?? Mappings).length, wanted);
  });

for (const [key, value, wanted] of [
  ['AssociationName', 'InspectorDistributor-do-not-delete', 1],
  ['Name', 'AWS-GatherSoftwareInventory', 1],
  ['AssociationId', 'x', 0],
  ['AssociationStatusName', 'Success', 3],
  ['AssociationStatusName', 'Failed', 0],
  ['InstanceId', idOf('web-1'), 0],
  ['ResourceGroupName', 'x', 0],
  ['CloudConnectorId', 'x', 0],
  ['LastExecutedAfter', at(2.4), 1],
  ['LastExecutedBefore', at(2.4), 2],
] as const)
  test(`associations by ${key} ${value}`, () => {
    const { Associations } = world.call('ListAssociations', { AssociationFilterList: [{ key, value }] });
    assert.equal(Associations.length, wanted);
  });

for (const [names, hours, state, next] of [
  [['never'], 0, 'CLOSED', null],
  [['nights'], 0, 'OPEN', 2],
  [['nights'], 3, 'CLOSED', 10],
  [['nights'], 10, 'OPEN', null],
  [['nights', 'never'], 0, 'CLOSED', null],
  [['nights', 'days'], 0, 'CLOSED', 1],
  [['nights', 'days'], 1.5, 'OPEN', 2],
  [['nights', 'days'], 3, 'CLOSED', 10],
  [['arn:aws:ssm:eu-central-1:123456789012:document/nights'], 9.9, 'CLOSED', 10],
] as const)
  test(`calendars ${names} after ${hours} hours`, () => {
    const told = world.call('GetCalendarState', { CalendarNames: names, AtTime: at(hours) });
    assert.deepEqual([told.State, told.AtTime], [state, at(hours)]);
    assert.equal(told.NextTransitionTime, next === null ? undefined : at(next));
  });

test('pages end at their size, and tokens are good for their own question only', () => {
  const page = world.call('ListCommandInvocations', { MaxResults: 5 });
  assert.equal(page.CommandInvocations.length, 5);
  const rest = world.call('ListCommandInvocations', { MaxResults: 5, NextToken: page.NextToken });
  assert.deepEqual([rest.CommandInvocations.length, rest.NextToken], [4, undefined]);
  const other = { Details: true, NextToken: page.NextToken };
  assert.throws(() => world.call('ListCommandInvocations', other), fault('InvalidNextToken'));
  const [list, more] = Buffer.from(page.NextToken, 'base64url').toString().split('/');
  const forged = Buffer.from(`${list}/${more}x`).toString('base64url');
  assert.throws(
    () => world.call('ListCommandInvocations', { MaxResults: 5, NextToken: forged }),
    fault('InvalidNextToken'),
  );
});

test('a host that nobody knows has no patch state, and none is asked for by none', () => {
  const ask = (InstanceIds: string[]) => world.call('DescribeInstancePatchStates', { InstanceIds }).InstancePatchStates;
  assert.deepEqual([ask([]), ask([idOf('gone'), idOf('win')])], [[], []]);
});
