import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadDefinition, loadMachine } from '#rehearsal/asl/index.ts';
import { WORK } from './runs.ts';

const load = (definition: object) => loadMachine(definition, { [WORK]: ['request'] });
const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

const refused: [string, object, RegExp][] = [
  ['JSONPath', { StartAt: 'A', States: { A: { Type: 'Succeed' } } }, /not rehearsed: JSONPath/],
  [
    'a JSONPath field',
    machine({ A: { Type: 'Pass', ResultPath: '$', End: true } }),
    /A: not rehearsed: the JSONPath field ResultPath/,
  ],
  ['an unknown field', machine({ A: { Type: 'Pass', Outputs: 1, End: true } }), /A: not rehearsed: the field Outputs/],
  ['an unknown type', machine({ A: { Type: 'Passs', End: true } }), /unknown Type Passs/],
  [
    'a service that is not played',
    machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:sendCommand', End: true } }),
    /not rehearsed: the resource arn:aws:states:::aws-sdk:ssm:sendCommand/,
  ],
  [
    'a pattern that is not played',
    machine({ A: { Type: 'Task', Resource: `${WORK}.sync:2`, End: true } }),
    /not rehearsed: the resource/,
  ],
  ['a missing target', machine({ A: { Type: 'Pass', Next: 'B' } }), /A: there is no state B/],
  ['a missing start', { ...machine({ A: { Type: 'Succeed' } }), StartAt: 'Z' }, /StartAt: there is no state Z/],
  [
    'a state that nothing leads to',
    machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
    /B: no state leads here/,
  ],
  ['neither Next nor End', machine({ A: { Type: 'Pass' } }), /A: needs either Next or End/],
  [
    'an expression that does not parse',
    machine({ A: { Type: 'Pass', Output: { deep: ['{% 1 + %}'] }, End: true } }),
    /A\.Output\.deep\[0\]/,
  ],
  ['$eval', machine({ A: { Type: 'Pass', Output: '{% $eval("1") %}', End: true } }), /\$eval is not there/],
  [
    'States.ALL in company',
    machine({
      A: { Type: 'Task', Resource: WORK, Catch: [{ ErrorEquals: ['States.ALL', 'B'], Next: 'A' }], End: true },
    }),
    /States\.ALL must stand alone/,
  ],
  [
    'States.ALL before the last',
    machine({
      A: { Type: 'Task', Resource: WORK, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['B'] }], End: true },
    }),
    /States\.ALL must stand alone, and last/,
  ],
  [
    'a jitter of its own',
    machine({
      A: { Type: 'Task', Resource: WORK, Retry: [{ ErrorEquals: ['B'], JitterStrategy: 'HALF' }], End: true },
    }),
    /A\.Retry\[0\]: JitterStrategy must be FULL or NONE/,
  ],
  [
    'a heartbeat that is not below the timeout',
    machine({ A: { Type: 'Task', Resource: WORK, HeartbeatSeconds: 10, TimeoutSeconds: 10, End: true } }),
    /HeartbeatSeconds must be below/,
  ],
  [
    'a timeout of nothing',
    machine({ A: { Type: 'Succeed' } }, { TimeoutSeconds: 0 }),
    /TimeoutSeconds must be a whole number above 0/,
  ],
  [
    'a distributed Map',
    machine({
      A: {
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'I', States: { I: { Type: 'Succeed' } } },
        End: true,
      },
    }),
    /a Map of mode DISTRIBUTED/,
  ],
  [
    'an inner variable of an outer name',
    machine({
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Assign: { v: 2 }, End: true } } }],
        End: true,
      },
    }),
    /the variable v belongs to an outer scope/,
  ],
  [
    'the same name in a branch',
    machine({ P: { Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P: { Type: 'Succeed' } } }], End: true } }),
    /two states are called P/,
  ],
];

for (const [name, definition, expected] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => load(definition),
      (error: unknown) => error instanceof BadDefinition && expected.test(error.message),
    );
  });
}

test('all faults are told at once', () => {
  assert.throws(
    () => load(machine({ A: { Type: 'Pass', Foo: 1, Bar: 2 } })),
    (error: unknown) => error instanceof BadDefinition && error.faults.length === 3,
  );
});
