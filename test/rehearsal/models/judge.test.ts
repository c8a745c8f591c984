import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ServiceName } from '#rehearsal/api.ts';
import { openWorld } from '#rehearsal/fleet/world.ts';
import { EXCEPTIONS } from '#rehearsal/models/exceptions.ts';
import { judge, pattern } from '#rehearsal/models/judge.ts';
import { type Model, modelOf } from '#rehearsal/models/model.ts';
import { judgeAnswer, judgedInput } from '#rehearsal/models/verdict.ts';
import { openRehearsal } from '#rehearsal/rehearsal.ts';
import { scenarioOf } from '../../../cli/rehearse/scenarios.ts';

const FOLDER = new URL('../../../rehearsal/models/', import.meta.url);
const MODEL: Model = {
  source: 'a test',
  operations: {},
  shapes: {
    Whole: {
      type: 'structure',
      required: ['name'],
      members: { name: 'Name', size: 'Size', kind: 'Kind', list: 'Names', tags: 'Tags', at: 'At', one: 'One' },
    },
    Name: { type: 'string', min: 2, max: 4, pattern: '[a-z]+' },
    Names: { type: 'list', member: 'Name', max: 2 },
    Tags: { type: 'map', key: 'Name', value: 'Kind' },
    Kind: { type: 'string', enum: ['A', 'B'] },
    Size: { type: 'integer', min: 1, max: 9 },
    At: { type: 'timestamp' },
    One: { type: 'structure', union: true, members: { a: 'Kind', b: 'Kind' } },
  },
};

for (const [what, value, wanted] of [
  ['nothing wrong', { name: 'abc', size: 9, kind: 'A', list: ['ab'], tags: { ab: 'B' }, at: new Date(0) }, []],
  ['absent is absent', { name: 'abc', size: undefined, kind: null }, []],
  ['a required member', {}, ['name missing']],
  ['a member that is none', { name: 'abc', Name: 'abc' }, ['Name unknown']],
  ['a name of every object', { name: 'abc', constructor: 'x' }, ['constructor unknown']],
  ['an enum', { name: 'abc', kind: 'C' }, ['kind enum']],
  ['too short and too long', { name: 'a', list: ['abcde'] }, ['name length', 'list.1 length']],
  ['too many', { name: 'abc', list: ['ab', 'ab', 'ab'] }, ['list length']],
  ['a pattern of the whole text', { name: 'ab1' }, ['name pattern']],
  ['a range', { name: 'abc', size: 10 }, ['size range']],
  ['no whole number', { name: 'abc', size: 1.5 }, ['size type']],
  ['another type', { name: 'abc', list: 'ab', at: 'never' }, ['list type', 'at type']],
  ['inside a map', { name: 'abc', tags: { X: 'C' } }, ['tags.X length', 'tags.X pattern', 'tags.X enum']],
  ['both of a union', { name: 'abc', one: { a: 'A', b: 'B' } }, ['one missing']],
  ['no structure at all', [], [' type']],
] as const)
  test(`a value is judged by its shape: ${what}`, () => {
    const faults = judge(MODEL, 'Whole', value).map(({ path, kind }) => `${path} ${kind}`);
    assert.deepEqual(faults, wanted);
  });

for (const [service, operation, input, code, named] of [
  ['ssm', 'ListCommands', { MaxResults: 51 }, 'ValidationException', "'51' at 'maxResults'"],
  ['ssm', 'ListCommands', { MaxResults: '5' }, 'SerializationException', 'MaxResults'],
  ['ssm', 'ListCommands', { Filters: [{ key: 'Nope', value: 'x' }] }, 'ValidationException', 'filters.1.member.key'],
  ['ssm', 'DescribeInstancePatches', {}, 'ValidationException', "Value null at 'instanceId'"],
  ['ssm', 'SendCommand', { DocumentName: 'AWS-RunPatchBaseline', Nope: 1 }, 'ValidationException', 'nope'],
  ['inspector2', 'ListFindings', { maxResults: 0 }, 'ValidationException', 'maxResults'],
  ['states', 'StartExecution', { name: 'x' }, 'ValidationException', 'stateMachineArn'],
  ['states', 'ListExecutions', { stateMachineArn: 'a', maxResults: 1001 }, 'ValidationException', 'maxResults'],
  ['events', 'PutEvents', { Entries: [] }, 'ValidationException', 'entries'],
  ['monitoring', 'DescribeAlarms', { MaxRecords: 101 }, 'ValidationError', 'maxRecords'],
  ['sns', 'Publish', { TopicArn: 'arn' }, 'InvalidParameter', 'Message'],
  ['ec2', 'DescribeInstances', { MaxResults: 'many' }, 'InvalidParameterValue', 'MaxResults'],
  ['ec2', 'DescribeInstances', { Nope: '1' }, 'UnknownParameter', 'Nope'],
] as const)
  test(`a request that its model forbids gets AWS's code: ${service}.${operation} ${JSON.stringify(input)}`, () => {
    assert.throws(
      () => judgedInput(service, operation, input),
      (error: Error & { code?: string }) => error.code === code && error.message.includes(named),
    );
  });

test('text of form posts gets the types of the model', () => {
  const asked = { MaxResults: '5', DryRun: 'false', InstanceIds: ['i-1'] };
  assert.deepEqual(judgedInput('ec2', 'DescribeInstances', asked), {
    MaxResults: 5,
    DryRun: false,
    InstanceIds: ['i-1'],
  });
});

test('an answer that AWS could not give is a defect, unless AWS gives it', () => {
  assert.throws(() => judgeAnswer('ssm', 'ListCommands', { Commands: [{ Stati: 'x' }] }), /Commands\.1\.Stati/);
  const finding = (Platform: string) => ({ Reservations: [{ Instances: [{ Platform }] }] });
  judgeAnswer('ec2', 'DescribeInstances', finding('windows'));
  assert.throws(() => judgeAnswer('ec2', 'DescribeInstances', finding('linux')), /Platform/);
});

test('every exception is needed: its place is in the model, and it says why', () => {
  for (const { service, operation, side, at, why } of EXCEPTIONS) {
    const model = modelOf(service);
    let shape = model?.operations[operation]?.[side] ?? '';
    for (const part of at.split('.')) {
      while (model?.shapes[shape]?.type === 'list') shape = model.shapes[shape]?.member ?? '';
      shape = model?.shapes[shape]?.members?.[part] ?? '';
    }
    assert.ok(model?.shapes[shape], `${service}.${operation} has ${at}`);
    assert.ok(why.length > 40, why);
  }
});

test('every pattern of the models can be read, and each file names its source', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'operations.json');
  assert.ok(files.length >= 12);
  for (const name of files) {
    const model = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Model;
    assert.match(model.source, /^botocore \d+\.\d+\.\d+, \w+ \d{4}-\d{2}-\d{2}$/);
    for (const { pattern: text } of Object.values(model.shapes)) if (text !== undefined) pattern(text);
  }
});

test('every operation that is played has its model (operations.json and derive.py make it)', async () => {
  const scenario = scenarioOf('default');
  const rehearsal = await openRehearsal({
    startAt: Date.parse(scenario.start),
    policyFile: '/nowhere/policy.json',
    world: (stage) => openWorld(scenario, stage),
  });
  await rehearsal.close();
  const without = rehearsal.gateway.played().filter((name) => {
    const [service = '', operation = ''] = name.split('.');
    return !modelOf(service as ServiceName)?.operations[operation];
  });
  assert.deepEqual(without, []);
});
