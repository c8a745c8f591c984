/**
 * Every field that asl-validator's schemas know of a state in JSONata, with values that it calls faulty: the service refuses each and
 * says where. What it calls faulty and AWS takes stands on a list, with reasons.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Rehearsal } from '#rehearsal/api.ts';
import { openSample } from '../../../sample.ts';
import { INVOKE, machine, Service, validator } from './validators.ts';

const BROKEN = '{% 1 + %}';
const inner = (name: string, more: object = {}) => ({
  StartAt: name,
  States: { [name]: { Type: 'Pass', End: true } },
  ...more,
});

/** A sound state of each type. */
const SOUND: Record<string, object> = {
  Task: { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'a' }, Next: 'Last' },
  Wait: { Type: 'Wait', Seconds: 1, Next: 'Last' },
  Pass: { Type: 'Pass', Next: 'Last' },
  Succeed: { Type: 'Succeed' },
  Fail: { Type: 'Fail' },
  Choice: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Last' }] },
  Parallel: { Type: 'Parallel', Branches: [inner('Inner')], Next: 'Last' },
  Map: { Type: 'Map', ItemProcessor: inner('Inner'), Next: 'Last' },
};
const isEnd = (type: string) => type === 'Succeed' || type === 'Fail';
const withIt = (type: string, change: object) => {
  const { Wrong, ...state } = { Wrong: undefined, ...SOUND[type], ...change };
  if ('Timestamp' in change) delete (state as Record<string, unknown>).Seconds;
  return machine({ It: state, ...(isEnd(type) ? {} : { Last: { Type: 'Succeed' } }) });
};

const retry = (more: object) => [{ ErrorEquals: ['E'], ...more }];
const handlers = (more: object[]) => [
  'x',
  {},
  [7],
  [{}],
  [{ ErrorEquals: 'E', Next: 'Last' }],
  ...more.map((one) => [one]),
];
const templates = [BROKEN, { a: [{ b: BROKEN }] }, { a: '{% 1' }];
const seconds = [0, -1, 1.5, 'x', null, BROKEN];

/** Values of each field that are none; undefined: the field is missing. */
const WRONG: Record<string, unknown[]> = {
  Type: ['Passs', 'constructor', 7, undefined],
  Comment: [7, {}],
  QueryLanguage: ['jsonata', 7],
  Next: [7, {}],
  End: [false, 'true', 1],
  Error: [7, {}, BROKEN, '{% 1'],
  Cause: [7, {}, BROKEN, '{% 1'],
  Output: templates,
  Assign: ['x', 7, ['x'], ...templates],
  Arguments: ['x', 7, ['x'], ...templates],
  Seconds: [-1, 'x', null, BROKEN],
  Timestamp: ['tomorrow', '2024-01-01', '2024-13-01T00:00:00Z', 7, BROKEN],
  Resource: [undefined, 7, 'x', ''],
  TimeoutSeconds: seconds,
  HeartbeatSeconds: seconds,
  Retry: [
    ...handlers([{ ErrorEquals: [7] }]),
    ...['IntervalSeconds', 'MaxAttempts', 'BackoffRate'].flatMap((field) => [
      retry({ [field]: -1 }),
      retry({ [field]: 'x' }),
    ]),
  ],
  Catch: handlers([
    { ErrorEquals: [7], Next: 'Last' },
    { ErrorEquals: ['E'] },
    { Next: 'Last' },
    { ErrorEquals: ['E'], Next: 7 },
  ]),
  Branches: [
    undefined,
    {},
    [7],
    [{}],
    [inner('B', { StartAt: 7 })],
    [inner('B', { StartAt: undefined })],
    [inner('B', { States: undefined })],
    [inner('B', { States: [] })],
    [inner('B', { Comment: 7 })],
    [inner('B', { Nonsense: 1 })],
  ],
  ItemProcessor: [
    undefined,
    7,
    {},
    inner('B', { StartAt: 7 }),
    inner('B', { StartAt: undefined }),
    inner('B', { States: undefined }),
    inner('B', { Comment: 7 }),
    inner('B', { ProcessorConfig: 7 }),
    inner('B', { ProcessorConfig: { Mode: 'inline' } }),
    inner('B', { ProcessorConfig: { Mode: 'DISTRIBUTED' } }),
  ],
  Iterator: [7, {}, inner('B')],
  Items: ['x', 7, null, { a: 1 }, BROKEN],
  ItemSelector: templates,
  MaxConcurrency: [-1, 'x', null, BROKEN],
  Label: [7],
  ItemReader: [7, {}, { Resource: 7 }, { Resource: 'x', ReaderConfig: { MaxItems: 0 } }],
  ItemBatcher: [7, { MaxItemsPerBatch: -1 }, { MaxInputBytesPerBatch: 262_145 }],
  ResultWriter: [7, {}],
  ToleratedFailureCount: [-1, 1.5, 'x'],
  ToleratedFailurePercentage: [-1, 101, 'x'],
  Choices: [
    undefined,
    {},
    [],
    [7],
    [{ Condition: '{% true %}' }],
    [{ Next: 'Last' }],
    [{ Condition: 'x', Next: 'Last' }],
    [{ Condition: 7, Next: 'Last' }],
    [{ Condition: BROKEN, Next: 'Last' }],
    [{ Condition: '{% true %}', Next: 7 }],
    [{ Condition: '{% true %}', Next: 'Last', Assign: 7 }],
  ],
  Default: [7],
  Nonsense: [1],
  InputPath: ['$'],
  ResultPath: ['$'],
};
/** The schemas take anything there. */
const ANYTHING = ['Credentials', 'Result'];

/** asl-validator calls these faulty, and AWS takes them. */
const TAKEN: [string, string, unknown, string][] = [
  ['Pass', 'Output', 7, 'the guide: Output can be any JSON value, for example 42 or true'],
  ['Pass', 'Output', true, 'the guide: Output can be any JSON value, for example 42 or true'],
  ['Succeed', 'Output', ['{% 1 %}', 'x'], 'the guide: Output can be any JSON value'],
  ['Succeed', 'Output', 'words', 'the guide: Output can be any JSON value'],
  ['Pass', 'Output', null, 'the guide: Output can be any JSON value'],
  [
    'Pass',
    'Assign',
    { v: '' },
    'its pattern of a string that is no expression needs a character; no rule of the language does',
  ],
  [
    'Map',
    'ItemProcessor',
    inner('B', { ProcessorConfig: {} }),
    'its schema needs a Mode; the guide says it is INLINE where it is absent',
  ],
  ['Pass', 'Output', '{%1%}', 'its pattern needs spaces within; the language says {% and %}, and no more'],
  ['Pass', 'Output', '{% 1\n+ 1 %}', 'its pattern knows no lines; the language has none either way'],
  [
    'Choice',
    'Choices',
    [{ Condition: true, Next: 'Last' }],
    'a literal of the type that expressions must give is taken everywhere else',
  ],
];

let rehearsal: Rehearsal;
let service: Service;
before(async () => {
  rehearsal = await openSample();
  service = new Service(rehearsal);
});
after(() => rehearsal.close());

for (const type of Object.keys(SOUND)) {
  const fields = fieldsOf(type);

  test(`${type}: a sound one is taken by both`, async () => {
    const definition = withIt(type, {});
    assert.deepEqual(validator(definition), []);
    const { result, diagnostics, created, updated } = await service.judge(definition);
    assert.deepEqual([result, diagnostics, created, updated], ['OK', [], 'made', 'made']);
  });

  for (const field of [...fields, 'Nonsense', 'InputPath', 'ResultPath'].filter((one) => !ANYTHING.includes(one))) {
    test(`${type}.${field}: each wrong value is refused with its place`, async () => {
      for (const value of wrongOf(type, field)) {
        const definition = withIt(type, { [field]: value, ...(field === 'End' && { Next: undefined }) });
        const shown = `${type}.${field} = ${JSON.stringify(value)}`;
        assert.notDeepEqual(validator(definition), [], `asl-validator takes ${shown}`);
        const { result, diagnostics, created, updated } = await service.judge(definition);
        assert.equal(result, 'FAIL', shown);
        const place = diagnostics.find(
          ({ location = '', message }) => location.startsWith('/States/It') && `${location} ${message}`.includes(field),
        );
        assert.ok(place, `${shown}: ${JSON.stringify(diagnostics)}`);
        for (const told of [created, updated]) {
          assert.match(told, /^InvalidDefinition: Invalid State Machine Definition: '/, shown);
          assert.ok(told.includes(`${place.code}: ${place.message} at ${place.location}`), `${shown}: ${told}`);
        }
      }
    });
  }
}

for (const [type, field, value, why] of TAKEN) {
  test(`asl-validator refuses and AWS takes: ${type}.${field} = ${JSON.stringify(value)}`, async () => {
    const definition = withIt(type, { [field]: value });
    assert.notDeepEqual(validator(definition), [], 'not needed any more');
    const { result, diagnostics, created } = await service.judge(definition);
    assert.deepEqual([result, diagnostics, created], ['OK', [], 'made'], why);
  });
}

/** The fields of a state in JSONata, as its schema has them. */
function fieldsOf(type: string): string[] {
  const file = new URL(
    `../../../../../node_modules/asl-validator/dist/src/schemas/${type.toLowerCase()}.json`,
    import.meta.url,
  );
  const variants: { properties: Record<string, { $ref?: string }> }[] = JSON.parse(readFileSync(file, 'utf8')).oneOf;
  const jsonata = variants.find(({ properties }) => properties.QueryLanguage?.$ref?.startsWith('jsonata'));
  assert.ok(jsonata, `${type} has no variant in JSONata`);
  return Object.keys(jsonata.properties);
}

function wrongOf(type: string, field: string): unknown[] {
  const wrong = WRONG[field];
  assert.ok(wrong, `say here which values of ${type}.${field} are wrong`);
  return wrong;
}
