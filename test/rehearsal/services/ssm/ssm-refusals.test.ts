/** Codes: the errors that each operation lists in the SSM API Reference; ValidationException is common to all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelOf } from '#rehearsal/models/model.ts';
import { fault, idOf, scanned, world } from '../../fleet/ssm-world.ts';

const bad = { InstanceIds: [idOf('web-1')], Parameters: { Operation: ['Scan'] }, DocumentName: 'AWS-RunPatchBaseline' };
const PARAMETERS = (more: Record<string, string[]>) => ({ ...bad, Parameters: { Operation: ['Scan'], ...more } });
for (const [operation, input, code] of [
  ['SendCommand', { ...bad, DocumentName: 'nothing' }, 'InvalidDocument'],
  ['SendCommand', { ...bad, DocumentVersion: '9' }, 'InvalidDocumentVersion'],
  ['SendCommand', { ...bad, Parameters: {} }, 'InvalidParameters'],
  ['SendCommand', PARAMETERS({ Operation: ['scan'] }), 'InvalidParameters'],
  ['SendCommand', PARAMETERS({ Colour: ['red'] }), 'InvalidParameters'],
  ['SendCommand', PARAMETERS({ InstallOverrideList: ['s3://x'] }), 'ValidationException'],
  ['SendCommand', { ...bad, OutputS3BucketName: 'logs' }, 'ValidationException'],
  ['SendCommand', { ...bad, CloudWatchOutputConfig: { CloudWatchOutputEnabled: true } }, 'ValidationException'],
  ['SendCommand', { ...bad, Targets: [{ Key: 'tag:x', Values: ['y'] }] }, 'ValidationException'],
  [
    'SendCommand',
    { ...bad, InstanceIds: undefined, Targets: [{ Key: 'resource-groups:Name', Values: ['y'] }] },
    'ValidationException',
  ],
  ['SendCommand', { ...bad, InstanceIds: [idOf('still')] }, 'InvalidInstanceId'],
  ['SendCommand', { ...bad, InstanceIds: [] }, 'ValidationException'],
  ['ListCommands', { Filters: [{ key: 'Comment', value: 'x' }] }, 'ValidationException'],
  ['ListCommands', { Filters: [{ key: 'Status', value: 'Undeliverable' }] }, 'ValidationException'],
  ['ListCommands', { Filters: [{ key: 'InvokedAfter', value: 'yesterday' }] }, 'ValidationException'],
  ['ListCommands', { NextToken: 'x' }, 'InvalidNextToken'],
  ['ListCommands', { MaxResults: 51 }, 'ValidationException'],
  ['ListCommandInvocations', { Filters: [{ key: 'ExecutionStage', value: 'Complete' }] }, 'InvalidFilterKey'],
  ['ListCommandInvocations', { NextToken: 'x' }, 'InvalidNextToken'],
  ['GetCommandInvocation', { CommandId: scanned.CommandId, InstanceId: idOf('win') }, 'InvocationDoesNotExist'],
  ['GetCommandInvocation', { CommandId: scanned.CommandId, InstanceId: idOf('web-1') }, 'InvalidPluginName'],
  ['DescribeInstanceInformation', { Filters: [{ Key: 'Colour', Values: ['x'] }] }, 'InvalidFilterKey'],
  [
    'DescribeInstanceInformation',
    { Filters: [{ Key: 'PingStatus', Values: ['x'] }] },
    'InvalidInstanceInformationFilterValue',
  ],
  [
    'DescribeInstanceInformation',
    { Filters: [{ Key: 'InstanceIds', Values: [`i-${'0'.repeat(17)}`] }] },
    'InvalidInstanceId',
  ],
  [
    'DescribeInstanceInformation',
    {
      Filters: [
        { Key: 'tag-key', Values: ['x'] },
        { Key: 'AgentVersion', Values: ['x'] },
      ],
    },
    'ValidationException',
  ],
  [
    'DescribeInstanceInformation',
    {
      Filters: [{ Key: 'tag-key', Values: ['x'] }],
      InstanceInformationFilterList: [{ key: 'IamRole', valueSet: ['x'] }],
    },
    'ValidationException',
  ],
  ['DescribeInstanceInformation', { MaxResults: 4 }, 'ValidationException'],
  ['DescribeInstanceInformation', { NextToken: 'x' }, 'InvalidNextToken'],
  ['DescribeInstancePatches', { InstanceId: idOf('gone') }, 'InvalidInstanceId'],
  ['DescribeInstancePatches', { InstanceId: idOf('db'), Filters: [{ Key: 'Title', Values: ['x'] }] }, 'InvalidFilter'],
  ['DescribeInstancePatches', { InstanceId: idOf('db'), MaxResults: 9 }, 'ValidationException'],
  ['DescribeInstancePatches', { InstanceId: idOf('db'), NextToken: 'x' }, 'InvalidNextToken'],
  ['DescribeInstancePatchStates', { InstanceIds: [idOf('db')], MaxResults: 101 }, 'ValidationException'],
  ['DescribeInstancePatchStates', { InstanceIds: Array(51).fill(idOf('db')) }, 'ValidationException'],
  [
    'DescribeInstancePatchStatesForPatchGroup',
    { PatchGroup: 'web', Filters: [{ Key: 'Count', Values: ['1'], Type: 'Equal' }] },
    'InvalidFilter',
  ],
  ['DescribePatchBaselines', { Filters: [{ Key: 'COLOUR', Values: ['x'] }] }, 'ValidationException'],
  ['DescribePatchBaselines', { NextToken: 'x' }, 'ValidationException'],
  ['DescribePatchGroups', { Filters: [{ Key: 'OWNER', Values: ['x'] }] }, 'ValidationException'],
  ['DescribePatchProperties', { OperatingSystem: 'DEBIAN', Property: 'SEVERITY' }, 'ValidationException'],
  ['DescribePatchProperties', { OperatingSystem: 'WINDOWS', Property: 'SEVERITY' }, 'ValidationException'],
  ['DescribeMaintenanceWindows', { Filters: [{ Key: 'Colour', Values: ['x'] }] }, 'ValidationException'],
  ['DescribeMaintenanceWindows', { NextToken: 'x' }, 'ValidationException'],
  ['ListAssociations', { AssociationFilterList: [{ key: 'Colour', value: 'x' }] }, 'ValidationException'],
  ['ListAssociations', { AssociationFilterList: [{ key: 'LastExecutedAfter', value: 'x' }] }, 'ValidationException'],
  ['ListAssociations', { NextToken: 'x' }, 'InvalidNextToken'],
  ['GetPatchBaseline', { BaselineId: `pb-${'0'.repeat(17)}` }, 'DoesNotExistException'],
  ['GetCalendarState', { CalendarNames: ['holidays'] }, 'InvalidDocument'],
  ['GetCalendarState', { CalendarNames: ['AWS-RunPatchBaseline'] }, 'InvalidDocumentType'],
  ['GetCalendarState', { CalendarNames: ['never'], AtTime: 'soon' }, 'ValidationException'],
] as const)
  test(`${operation} refuses ${JSON.stringify(input).slice(0, 100)}`, () => {
    assert.throws(() => world.call(operation, input), fault(code));
    const { errors } = modelOf('ssm')?.operations[operation] ?? assert.fail();
    assert.ok(code === 'ValidationException' || errors.includes(code), 'a code that the operation documents');
  });
